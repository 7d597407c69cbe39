// How late slot ticks came: every single one is counted, so percentiles are exact.
#pragma once

#include <cstdint>
#include <map>

#include "node/base/time.h"
#include "sim/cluster/outcome.h"

namespace lockstep::cluster {

/// Counts ticks by their lateness. Most are on time, so that few values are kept.
class LatenessCount {
 public:
  /// Requires: lateness >= 0.
  void add(base::Duration lateness) { ++ticks_by_lateness_[static_cast<std::uint64_t>(lateness.count())]; }

  /// The smallest lateness that at least 50, 99 and 99.9 percent of the ticks did not exceed, and the
  /// greatest. All zero without ticks.
  [[nodiscard]] TickLateness percentiles() const;

 private:
  std::map<std::uint64_t, std::uint64_t> ticks_by_lateness_;
};

}  // namespace lockstep::cluster
