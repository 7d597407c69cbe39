// What a node may know of time.
#pragma once

#include "node/base/time.h"

namespace lockstep::runtime {

/// Tells the time of one node. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Monotonic time: never goes back, not even when the wall clock is stepped. In a real node an Instant
  /// counts from the same origin as std::chrono::steady_clock.
  [[nodiscard]] virtual base::Instant now() const = 0;

  /// Wall-clock time, from which slots are counted. May be off, may drift, may be stepped.
  [[nodiscard]] virtual base::WallTime wall() const = 0;
};

}  // namespace lockstep::runtime
