// The unit of drift and of probabilities.
#pragma once

#include <cstdint>

namespace lockstep::sim {

/// As many parts make one.
inline constexpr std::int64_t kPartsPerMillion = 1'000'000;

}  // namespace lockstep::sim
