// Counting intervals by the wall clock.
#include "node/node/slot_timer.h"

#include <algorithm>

namespace lockstep::node {

std::optional<DueInterval> SlotTimer::take_due() {
  const base::WallTime wall = clock_.wall();
  const spec::Interval current = slots_.total_intervals(wall);
  if (current <= reached_) {
    return std::nullopt;
  }
  std::uint64_t skipped = 0;
  if (current - reached_ > kCatchUpIntervals) {
    skipped = (current - reached_) - kCatchUpIntervals;
  }
  reached_ = reached_ + skipped + 1;
  const base::Duration lateness(wall.nanoseconds - slots_.start_of(reached_).nanoseconds);
  return DueInterval{
      .interval = reached_, .lateness = lateness, .skipped = skipped, .is_current = reached_ == current};
}

base::Instant SlotTimer::next_look(std::optional<base::WallTime> alarm) const {
  const base::WallTime wall = clock_.wall();
  base::WallTime look = slots_.start_of(reached_ + 1);
  if (alarm) {
    look = std::min(look, *alarm);
  }
  constexpr base::Duration kLongest = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);
  const base::Duration wait(look.nanoseconds - wall.nanoseconds);
  return clock_.now() + std::clamp(wait, base::Duration(0), kLongest);
}

std::optional<spec::Slot> SlotTimer::current_slot() const {
  const base::WallTime wall = clock_.wall();
  if (wall < slots_.start_of(spec::Interval(0))) {
    return std::nullopt;
  }
  return slots_.current_slot(wall);
}

}  // namespace lockstep::node
