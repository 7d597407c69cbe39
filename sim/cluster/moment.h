// When: points of a story's time line, in slots and intervals.
#pragma once

#include "node/base/time.h"
#include "node/spec/types.h"

namespace lockstep::cluster {

/// A point on the time line of slots: the beginning of an interval, by the world's own clock.
struct Moment {
  spec::Interval interval;

  /// The beginning of the following slot. For moments that are the beginning of a slot themselves.
  [[nodiscard]] constexpr Moment end() const { return {interval + spec::INTERVALS_PER_SLOT}; }
  /// The beginning of this slot's n-th interval, counted from 0.
  [[nodiscard]] constexpr Moment at_interval(std::uint64_t n) const { return {interval + n}; }
  friend constexpr auto operator<=>(const Moment&, const Moment&) = default;
};

/// The beginning of slot `number`.
constexpr Moment slot(std::uint64_t number) {
  return {spec::Interval(number * spec::INTERVALS_PER_SLOT)};
}

/// Genesis comes this long after a run begins, so that nodes have met before they have duties.
inline constexpr base::Duration kGenesisAfter = std::chrono::seconds(2);

/// How long after the beginning of the run a moment is.
constexpr base::Duration since_beginning(Moment moment) {
  return kGenesisAfter + std::chrono::milliseconds(moment.interval.value * spec::MILLISECONDS_PER_INTERVAL);
}

}  // namespace lockstep::cluster
