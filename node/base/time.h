// Points in time and spans of it, in nanoseconds, on clocks that cannot be read by accident.
#pragma once

#include <chrono>
#include <cstdint>

namespace lockstep::base {

using Duration = std::chrono::nanoseconds;

/// The tag of the monotonic clock. It has no now(): only a runtime::Clock can tell the time.
struct MonotonicTag {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicTag>;
  static constexpr bool is_steady = true;
};

/// A point on a monotonic clock; its origin is the clock's own business.
using Instant = std::chrono::time_point<MonotonicTag, Duration>;

/// A wall-clock time, as nanoseconds since the Unix epoch.
struct WallTime {
  std::int64_t nanoseconds = 0;

  [[nodiscard]] constexpr std::int64_t milliseconds() const {
    const std::int64_t quotient = nanoseconds / 1'000'000;
    return nanoseconds % 1'000'000 < 0 ? quotient - 1 : quotient;
  }
  friend constexpr auto operator<=>(const WallTime&, const WallTime&) = default;
};

}  // namespace lockstep::base
