// A race in words: both sides with places in the source and call paths, whichever detector has found it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/order.h"

namespace lockstep::watch {

/// An access in words.
[[nodiscard]] constexpr const char* what_of(bool write, bool atomic) {
  if (atomic) {
    return write ? "atomic write" : "atomic read";
  }
  return write ? "write" : "read";
}

/// One of the two accesses, as a detector knows it.
struct RawSide {
  /// See what_of().
  const char* what = "";
  const char* thread = "";
  /// "holding store"; empty where the detector cannot tell.
  std::string locks;
  /// Where the program goes on after the access, and after the calls that led to it, the innermost first.
  std::vector<std::uintptr_t> addresses;
};

/// The race in words. Asks addr2line once for each place; not for several threads at once.
[[nodiscard]] sim::order::Race tell(const RawSide& earlier, const RawSide& later);

}  // namespace lockstep::watch
