// Which slots may be justified, and where their flags are (leanSpec: forks/lstar/slot.py,
// containers/state.py).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "node/spec/containers.h"
#include "node/spec/rejection.h"
#include "node/spec/types.h"

namespace lockstep::spec {

/// The largest r with r * r <= n, for every 64-bit n.
[[nodiscard]] std::uint64_t integer_sqrt(std::uint64_t n);

/// 3SF-mini: whether `slot` may become justified while `finalized` is the last finalized slot. True for a
/// distance of at most 5, a perfect square, or k(k+1). Requires: slot >= finalized.
[[nodiscard]] bool is_justifiable_after(Slot slot, Slot finalized);

/// The index of `slot` in justified_slots; nothing for slots up to the finalized one, which are justified
/// anyway.
[[nodiscard]] constexpr std::optional<std::uint64_t> justified_index_after(Slot slot, Slot finalized) {
  if (slot <= finalized) return std::nullopt;
  return slot - finalized - 1;
}

/// Whether `slot` is justified. JUSTIFIED_SLOT_OUT_OF_RANGE if the flags do not reach that far.
[[nodiscard]] Verdict<bool> is_slot_justified(const JustifiedSlots& flags, Slot finalized, Slot slot);

/// Lengthens the flags, if need be, so that `slot` has one. Requires: the limit of the flags allows it.
void extend_to_slot(JustifiedSlots& flags, Slot finalized, Slot slot);

/// The first interval of a slot; the largest interval of all where that would overflow.
[[nodiscard]] constexpr Interval interval_from_slot(Slot slot) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
  return Interval(slot.value <= kLargest / INTERVALS_PER_SLOT ? slot.value * INTERVALS_PER_SLOT : kLargest);
}

/// The slot that an interval belongs to, and which of its five it is.
[[nodiscard]] constexpr Slot slot_of(Interval interval) {
  return Slot(interval.value / INTERVALS_PER_SLOT);
}
[[nodiscard]] constexpr std::uint64_t interval_in_slot(Interval interval) {
  return interval.value % INTERVALS_PER_SLOT;
}

}  // namespace lockstep::spec
