// Percentiles by counting, in integers.
#include "sim/cluster/lateness.h"

namespace lockstep::cluster {

TickLateness LatenessCount::percentiles() const {
  std::uint64_t total = 0;
  for (const auto& [lateness, ticks] : ticks_by_lateness_) {
    total += ticks;
  }
  const auto at_permille = [&](std::uint64_t permille) {
    const std::uint64_t rank = (total * permille + 999) / 1000;
    std::uint64_t seen = 0;
    for (const auto& [lateness, ticks] : ticks_by_lateness_) {
      seen += ticks;
      if (seen >= rank) {
        return lateness;
      }
    }
    return std::uint64_t{0};
  };
  return {at_permille(500), at_permille(990), at_permille(999), at_permille(1000)};
}

}  // namespace lockstep::cluster
