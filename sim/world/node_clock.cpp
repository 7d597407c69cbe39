// Translates between virtual time and a node's clocks, exactly.
#include "sim/world/node_clock.h"

#include <limits>

#include "node/base/assert.h"

namespace lockstep::sim {
namespace {

/// Wide enough for a product of nanoseconds and parts per million.
using Wide = __int128;

constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

}  // namespace

NodeClock::NodeClock(const Engine& engine, const Options& options)
    : engine_(engine),
      rate_(kPartsPerMillion + options.drift_parts_per_million),
      local_start_(options.monotonic_at_start.time_since_epoch().count()),
      wall_start_(options.wall_at_start.nanoseconds + options.offset.count()) {
  LOCKSTEP_ASSERT_MSG(rate_ > 0 && rate_ <= 2 * kPartsPerMillion,
                      "a clock runs forwards, at most twice as fast as time");
}

std::int64_t NodeClock::passed(Time time) const {
  const std::int64_t elapsed = nanoseconds(time);
  // Apart, so that an exact clock costs no division by a 128-bit number.
  return rate_ == kPartsPerMillion ? elapsed
                                   : static_cast<std::int64_t>(Wide{elapsed} * rate_ / kPartsPerMillion);
}

base::Instant NodeClock::to_local(Time time) const {
  return base::Instant(base::Duration(local_start_ + passed(time)));
}

base::WallTime NodeClock::to_wall(Time time) const {
  return {wall_start_ + passed(time)};
}

Time NodeClock::to_engine_time(base::Instant local) const {
  const Wide wanted = Wide{local.time_since_epoch().count()} - local_start_;
  if (wanted <= 0) {
    return Time{};
  }
  // The smallest t with floor(t * rate / 10^6) >= wanted; again without the division where it changes
  // nothing.
  const Wide time = rate_ == kPartsPerMillion ? wanted : (wanted * kPartsPerMillion + rate_ - 1) / rate_;
  return time >= kLatest ? Time::max() : at_nanoseconds(static_cast<std::int64_t>(time));
}

}  // namespace lockstep::sim
