// The justifiability of slots, in 64-bit integers.
#include "node/spec/slot.h"

#include <bit>

#include "node/base/assert.h"

namespace lockstep::spec {

std::uint64_t integer_sqrt(std::uint64_t n) {
  if (n == 0) {
    return 0;
  }
  // Newton's iteration from above: starts at a power of two that is no less than the root, and falls until it
  // stops.
  std::uint64_t guess = std::uint64_t{1} << ((static_cast<unsigned>(std::bit_width(n)) + 1) / 2);
  if (guess > 0xffffffffU) {
    guess = 0xffffffffU;
  }
  for (;;) {
    const std::uint64_t next = (guess + n / guess) / 2;
    if (next >= guess) {
      return guess;
    }
    guess = next;
  }
}

bool is_justifiable_after(Slot slot, Slot finalized) {
  LOCKSTEP_ASSERT_MSG(slot >= finalized, "a candidate does not lie before the finalized slot");
  const std::uint64_t delta = slot - finalized;
  if (delta <= IMMEDIATE_JUSTIFICATION_WINDOW) {
    return true;
  }
  // k(k+1) lies strictly between k² and (k+1)², so the root decides both cases; root < 2^32, so nothing
  // overflows.
  const std::uint64_t root = integer_sqrt(delta);
  return root * root == delta || root * (root + 1) == delta;
}

Verdict<bool> is_slot_justified(const JustifiedSlots& flags, Slot finalized, Slot slot) {
  const std::optional<std::uint64_t> index = justified_index_after(slot, finalized);
  if (!index) {
    return true;
  }
  if (*index >= flags.size()) {
    return RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE;
  }
  return flags.get(*index);
}

void extend_to_slot(JustifiedSlots& flags, Slot finalized, Slot slot) {
  const std::optional<std::uint64_t> index = justified_index_after(slot, finalized);
  if (index && *index >= flags.size()) {
    LOCKSTEP_ASSERT(*index < JustifiedSlots::kLimit);
    flags.resize(*index + 1);
  }
}

}  // namespace lockstep::spec
