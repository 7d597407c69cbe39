// Virtual time: nanoseconds since a run began, on a clock that only the engine advances.
#pragma once

#include <chrono>

#include "node/base/time.h"

namespace lockstep::sim {

/// The tag of the engine's own clock. A node's clocks may be off it, drift from it and be stepped.
struct VirtualTag {
  using duration = base::Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<VirtualTag>;
  static constexpr bool is_steady = true;
};

/// A point in virtual time; Time{} is the beginning of the run. Never negative.
using Time = std::chrono::time_point<VirtualTag, base::Duration>;

/// The point `nanoseconds` after the beginning of the run.
[[nodiscard]] constexpr Time at_nanoseconds(std::int64_t nanoseconds) {
  return Time(base::Duration(nanoseconds));
}

/// How far `time` is from the beginning of the run, in nanoseconds.
[[nodiscard]] constexpr std::int64_t nanoseconds(Time time) {
  return time.time_since_epoch().count();
}

}  // namespace lockstep::sim
