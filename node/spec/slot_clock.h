// From wall-clock time to slots and intervals, in whole milliseconds (leanSpec: node/chain/clock.py).
#pragma once

#include <cstdint>
#include <limits>

#include "node/base/time.h"
#include "node/spec/slot.h"

namespace lockstep::spec {

/// Counts slots and intervals from genesis. Reads no clock itself: callers say what time it is. Before
/// genesis all counts are zero. A value, immutable.
class SlotClock {
 public:
  /// `genesis_time` in Unix seconds.
  explicit constexpr SlotClock(std::uint64_t genesis_time) : genesis_time_(genesis_time) {}

  [[nodiscard]] constexpr std::uint64_t genesis_time() const { return genesis_time_; }

  /// Zero before genesis.
  [[nodiscard]] constexpr std::uint64_t milliseconds_since_genesis(std::int64_t unix_milliseconds) const {
    if (unix_milliseconds < 0 || is_before_genesis(static_cast<std::uint64_t>(unix_milliseconds))) return 0;
    return static_cast<std::uint64_t>(unix_milliseconds) - genesis_time_ * 1000;
  }
  [[nodiscard]] constexpr Slot current_slot(std::int64_t unix_milliseconds) const {
    return Slot(milliseconds_since_genesis(unix_milliseconds) / MILLISECONDS_PER_SLOT);
  }
  /// Which interval of its slot it is, 0 to 4.
  [[nodiscard]] constexpr std::uint64_t current_interval(std::int64_t unix_milliseconds) const {
    return milliseconds_since_genesis(unix_milliseconds) % MILLISECONDS_PER_SLOT / MILLISECONDS_PER_INTERVAL;
  }
  /// Intervals since genesis.
  [[nodiscard]] constexpr Interval total_intervals(std::int64_t unix_milliseconds) const {
    return Interval(milliseconds_since_genesis(unix_milliseconds) / MILLISECONDS_PER_INTERVAL);
  }
  /// Intervals since genesis at a whole Unix second.
  [[nodiscard]] constexpr Interval interval_from_unix_time(std::uint64_t unix_seconds) const {
    if (unix_seconds <= genesis_time_) return Interval(0);
    const std::uint64_t seconds = unix_seconds - genesis_time_;
    constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
    return Interval((seconds <= kLargest / 1000 ? seconds * 1000 : kLargest) / MILLISECONDS_PER_INTERVAL);
  }

  [[nodiscard]] constexpr Slot current_slot(base::WallTime now) const {
    return current_slot(now.milliseconds());
  }
  [[nodiscard]] constexpr Interval total_intervals(base::WallTime now) const {
    return total_intervals(now.milliseconds());
  }

  /// How long until the next interval begins: until genesis if that is still to come, a whole interval
  /// exactly on a boundary, never zero. Requires: genesis lies within what a WallTime can say.
  [[nodiscard]] constexpr base::Duration until_next_interval(base::WallTime now) const {
    constexpr std::int64_t kInterval = static_cast<std::int64_t>(MILLISECONDS_PER_INTERVAL) * 1'000'000;
    const std::int64_t genesis = static_cast<std::int64_t>(genesis_time_) * 1'000'000'000;
    if (now.nanoseconds < genesis) return base::Duration(genesis - now.nanoseconds);
    return base::Duration(kInterval - (now.nanoseconds - genesis) % kInterval);
  }
  /// When an interval begins. Requires: within what a WallTime can say.
  [[nodiscard]] constexpr base::WallTime start_of(Interval interval) const {
    const std::uint64_t milliseconds = genesis_time_ * 1000 + interval.value * MILLISECONDS_PER_INTERVAL;
    return base::WallTime{static_cast<std::int64_t>(milliseconds) * 1'000'000};
  }

 private:
  /// Divides rather than multiplies: any 64-bit genesis time is allowed.
  [[nodiscard]] constexpr bool is_before_genesis(std::uint64_t unix_milliseconds) const {
    return unix_milliseconds / 1000 < genesis_time_;
  }

  std::uint64_t genesis_time_;
};

}  // namespace lockstep::spec
