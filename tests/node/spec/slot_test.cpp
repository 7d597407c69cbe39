// Justifiability against its definition, the flags of justified slots, and the slot clock.
#include "node/spec/slot.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "node/base/assert.h"
#include "node/spec/slot_clock.h"
#include "tests/node/spec/arbitrary.h"

namespace lockstep::spec {
namespace {

constexpr std::uint64_t kLargest = ~std::uint64_t{0};

TEST(Justifiable, is_what_the_definition_lists) {
  constexpr std::uint64_t kMost = 100'000;
  std::set<std::uint64_t> listed = {0, 1, 2, 3, 4, 5};
  for (std::uint64_t k = 0; k * k <= kMost; ++k) {
    listed.insert(k * k);
    listed.insert(k * (k + 1));
  }
  for (std::uint64_t delta = 0; delta <= kMost; ++delta) {
    ASSERT_EQ(is_justifiable_after(Slot(1000 + delta), Slot(1000)), listed.contains(delta)) << delta;
  }
}

TEST(Justifiable, is_exact_at_the_end_of_the_numbers) {
  constexpr std::uint64_t kRoot = 0xffffffff;
  EXPECT_TRUE(is_justifiable_after(Slot(kRoot * kRoot), Slot(0)));
  EXPECT_FALSE(is_justifiable_after(Slot(kRoot * kRoot - 1), Slot(0)));
  EXPECT_FALSE(is_justifiable_after(Slot(kRoot * kRoot + 1), Slot(0)));
  EXPECT_TRUE(is_justifiable_after(Slot(kRoot * (kRoot + 1)), Slot(0)));
  EXPECT_FALSE(is_justifiable_after(Slot(kLargest), Slot(0)));
  EXPECT_TRUE(is_justifiable_after(Slot(kLargest), Slot(kLargest - 5)));
  EXPECT_FALSE(is_justifiable_after(Slot(kLargest), Slot(kLargest - 7)));
}

TEST(Justifiable, is_not_asked_of_slots_before_the_finalized_one) {
  EXPECT_THROW((void)is_justifiable_after(Slot(3), Slot(4)), base::AssertionFailed);
}

RC_GTEST_PROP(IntegerSqrt, is_the_largest_root, (std::uint64_t raw, std::uint8_t shift)) {
  const std::uint64_t n = (raw * 0x9e3779b97f4a7c15U) >> (shift % 64);
  const std::uint64_t root = integer_sqrt(n);
  RC_ASSERT((root <= 0xffffffffU && root * root <= n));
  RC_ASSERT((root == 0xffffffffU || (root + 1) * (root + 1) > n));
}

TEST(IntegerSqrt, is_exact_around_squares) {
  for (const std::uint64_t root : {1ULL, 2ULL, 3ULL, 65535ULL, 65536ULL, 94906265ULL, 4294967295ULL}) {
    EXPECT_EQ(integer_sqrt(root * root), root);
    EXPECT_EQ(integer_sqrt(root * root - 1), root - 1);
    EXPECT_EQ(integer_sqrt(root * root + 1), root);
  }
  EXPECT_EQ(integer_sqrt(0), 0U);
  EXPECT_EQ(integer_sqrt(kLargest), 0xffffffffU);
}

TEST(JustifiedSlots, count_from_the_slot_after_the_finalized_one) {
  JustifiedSlots flags(3);
  flags.set(1);
  const Slot finalized(10);
  EXPECT_TRUE(is_slot_justified(flags, finalized, Slot(0)).value());
  EXPECT_TRUE(is_slot_justified(flags, finalized, Slot(10)).value());
  EXPECT_FALSE(is_slot_justified(flags, finalized, Slot(11)).value());
  EXPECT_TRUE(is_slot_justified(flags, finalized, Slot(12)).value());
  for (const Slot slot : {Slot(14), Slot(kLargest)}) {
    EXPECT_EQ(is_slot_justified(flags, finalized, slot).error(),
              RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE);
  }
}

TEST(JustifiedSlots, grow_but_never_shrink_to_a_slot) {
  JustifiedSlots flags;
  extend_to_slot(flags, Slot(10), Slot(10));
  EXPECT_EQ(flags.size(), 0U);
  extend_to_slot(flags, Slot(10), Slot(14));
  EXPECT_EQ(flags.size(), 4U);
  extend_to_slot(flags, Slot(10), Slot(11));
  EXPECT_EQ(flags.size(), 4U);
}

TEST(Interval, saturates_for_slots_that_no_clock_reaches) {
  EXPECT_EQ(interval_from_slot(Slot(10)), Interval(50));
  EXPECT_EQ(interval_from_slot(Slot(kLargest / 5)), Interval(kLargest / 5 * 5));
  EXPECT_EQ(interval_from_slot(Slot(kLargest / 5 + 1)), Interval(kLargest));
  EXPECT_EQ(slot_of(Interval(54)), Slot(10));
  EXPECT_EQ(interval_in_slot(Interval(54)), 4U);
}

TEST(SlotClock, counts_nothing_before_genesis) {
  const SlotClock clock(1000);
  for (const std::int64_t now : {std::int64_t{-5}, std::int64_t{0}, std::int64_t{999'999}}) {
    EXPECT_EQ(clock.current_slot(now), Slot(0));
    EXPECT_EQ(clock.total_intervals(now), Interval(0));
  }
  EXPECT_EQ(SlotClock(kLargest).total_intervals(std::int64_t{1} << 62), Interval(0));
  EXPECT_EQ(clock.interval_from_unix_time(5), Interval(0));
}

RC_GTEST_PROP(SlotClock, agrees_with_itself, (std::uint32_t genesis, std::uint32_t after)) {
  const SlotClock clock(genesis);
  const std::int64_t now = std::int64_t{genesis} * 1000 + after;
  const Interval total = clock.total_intervals(now);
  RC_ASSERT(total == Interval(after / 800));
  RC_ASSERT(clock.current_slot(now) == slot_of(total));
  RC_ASSERT(clock.current_interval(now) == interval_in_slot(total));
  const base::WallTime wall{now * 1'000'000};
  RC_ASSERT((clock.start_of(total) <= wall && wall < clock.start_of(total + 1)));
  RC_ASSERT(wall.nanoseconds + clock.until_next_interval(wall).count() ==
            clock.start_of(total + 1).nanoseconds);
}

TEST(SlotClock, waits_a_whole_interval_on_a_boundary) {
  const SlotClock clock(1000);
  EXPECT_EQ(clock.until_next_interval({1000 * std::int64_t{1'000'000'000}}), std::chrono::milliseconds(800));
  EXPECT_EQ(clock.until_next_interval({1000 * std::int64_t{1'000'000'000} + 1}),
            std::chrono::milliseconds(800) - std::chrono::nanoseconds(1));
  EXPECT_EQ(clock.until_next_interval({990 * std::int64_t{1'000'000'000}}), std::chrono::seconds(10));
}

}  // namespace
}  // namespace lockstep::spec
