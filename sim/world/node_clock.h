// A node's two clocks: monotonic with drift, wall with an offset and steps.
#pragma once

#include <cstdint>

#include "node/runtime/clock.h"
#include "sim/core/engine.h"
#include "sim/core/local_time.h"
#include "sim/world/parts.h"

namespace lockstep::sim {

/// Tells a node its time. Both clocks run fast by `drift` parts per million (slow when negative); the wall
/// clock also starts off by `offset` and may be stepped. All arithmetic is exact: t nanoseconds after the
/// run's beginning, floor(t * (1 + drift / 10^6)) have passed on the node's clocks.
class NodeClock final : public runtime::Clock, public LocalTime {
 public:
  struct Options {
    /// What an exact wall clock reads when the run begins.
    base::WallTime wall_at_start{};
    /// How far ahead of that this node's reads.
    base::Duration offset{};
    /// Above -10^6 and at most 10^6.
    std::int32_t drift_parts_per_million = 0;
    /// What the monotonic clock reads when the run begins; nodes need not agree.
    base::Instant monotonic_at_start{};
  };

  /// `engine` must outlive the clock.
  NodeClock(const Engine& engine, const Options& options);

  [[nodiscard]] base::Instant now() const override { return to_local(engine_.now()); }
  [[nodiscard]] base::WallTime wall() const override { return to_wall(engine_.now()); }

  /// The earliest virtual time at which now() is `local` or later: never before the beginning of the run,
  /// Time::max() when it lies beyond all time.
  [[nodiscard]] Time to_engine_time(base::Instant local) const override;

  /// What now() reads at `time`. Requires: `time` is not in the last 292 years that fit.
  [[nodiscard]] base::Instant to_local(Time time) const;
  /// What wall() reads at `time`, if it is not stepped in between.
  [[nodiscard]] base::WallTime to_wall(Time time) const;

  /// Moves the wall clock by `by`, forwards or back. The monotonic clock does not notice.
  void step_wall(base::Duration by) { wall_start_ += by.count(); }

 private:
  [[nodiscard]] std::int64_t passed(Time time) const;

  const Engine& engine_;
  std::int64_t rate_;  ///< Local nanoseconds that pass in a virtual millisecond: 10^6 + drift.
  std::int64_t local_start_;
  std::int64_t wall_start_;
};

}  // namespace lockstep::sim
