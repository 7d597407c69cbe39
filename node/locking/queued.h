// What becomes of an attempt to queue something.
#pragma once

#include <cstdint>

namespace lockstep::locking {

/// Whoever is refused still has what was to be queued, and rolls back what it had noted. After kFull trying
/// again may help, after kClosed it never does.
enum class Queued : std::uint8_t { kQueued, kFull, kClosed };

}  // namespace lockstep::locking
