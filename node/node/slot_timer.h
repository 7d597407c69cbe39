// Which interval is due, and how long until the next: the node's wall clock against its chain's intervals.
#pragma once

#include <optional>

#include "node/base/time.h"
#include "node/runtime/clock.h"
#include "node/spec/slot_clock.h"
#include "node/spec/types.h"

namespace lockstep::node {

/// A node that is more intervals behind than this jumps over those before (leanSpec: ChainService).
inline constexpr std::uint64_t kCatchUpIntervals = 5;

/// One interval that is due.
struct DueInterval {
  spec::Interval interval;
  /// How long ago it began; never negative.
  base::Duration lateness;
  /// How many intervals before it are to be jumped over.
  std::uint64_t skipped;
  /// Whether the clock still is in this interval.
  bool is_current;
};

/// Hands out intervals strictly in order, none before it has begun. Not thread-safe.
class SlotTimer {
 public:
  /// `reached` is the interval that the chain has already been ticked to. `clock` outlives the timer.
  SlotTimer(const runtime::Clock& clock, std::uint64_t genesis_time, spec::Interval reached)
      : clock_(clock), slots_(genesis_time), reached_(reached) {}

  /// The next interval that has begun, if there is one; the timer then counts it as reached.
  [[nodiscard]] std::optional<DueInterval> take_due();

  /// The monotonic time at which to look again: when the next interval begins or `alarm` comes, as the wall
  /// clock stands. At most one interval away, so that a wall clock that is set forward is noticed.
  [[nodiscard]] base::Instant next_look(std::optional<base::WallTime> alarm) const;

  /// When an interval begins by the wall clock.
  [[nodiscard]] base::WallTime start_of(spec::Interval interval) const { return slots_.start_of(interval); }
  /// The slot that the wall clock is in; nothing before genesis.
  [[nodiscard]] std::optional<spec::Slot> current_slot() const;

 private:
  const runtime::Clock& clock_;
  spec::SlotClock slots_;
  spec::Interval reached_;
};

}  // namespace lockstep::node
