// Intervals come strictly in order, never early, and a clock that jumps does no harm.
#include "node/node/slot_timer.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace lockstep::node {
namespace {

constexpr std::uint64_t kGenesis = 1000;

base::WallTime wall(std::int64_t milliseconds_after_genesis) {
  return {(static_cast<std::int64_t>(kGenesis) * 1000 + milliseconds_after_genesis) * 1'000'000};
}

class SlotTimerTest : public testing::Test {
 protected:
  std::vector<std::uint64_t> due() {
    std::vector<std::uint64_t> out;
    while (const auto one = timer.take_due()) {
      EXPECT_GE(one->lateness.count(), 0);
      out.push_back(one->interval.value);
    }
    return out;
  }
  test::ManualClock clock;
  SlotTimer timer{clock, kGenesis, spec::Interval(0)};
};

TEST_F(SlotTimerTest, nothing_is_due_before_the_first_boundary_after_genesis) {
  clock.set_wall(wall(-5000));
  EXPECT_TRUE(due().empty());
  EXPECT_FALSE(timer.current_slot());
  clock.set_wall(wall(799));
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(timer.current_slot(), spec::Slot(0));
  clock.set_wall({wall(800).nanoseconds - 1});
  EXPECT_TRUE(due().empty());
  clock.set_wall(wall(800));
  EXPECT_EQ(due(), (std::vector<std::uint64_t>{1}));
}

TEST_F(SlotTimerTest, a_short_stall_is_made_up_for_interval_by_interval) {
  clock.set_wall(wall(5 * 800 + 30));
  for (std::uint64_t interval = 1; interval <= 5; ++interval) {
    const auto one = timer.take_due();
    ASSERT_TRUE(one);
    EXPECT_EQ(one->interval, spec::Interval(interval));
    EXPECT_EQ(one->skipped, 0U);
    EXPECT_EQ(one->is_current, interval == 5);
    EXPECT_EQ(one->lateness, std::chrono::milliseconds((5 - interval) * 800 + 30));
  }
  EXPECT_FALSE(timer.take_due());
}

TEST_F(SlotTimerTest, a_long_stall_is_jumped_over_up_to_the_last_five_intervals) {
  clock.set_wall(wall(100 * 800));
  const auto first = timer.take_due();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->interval, spec::Interval(96));
  EXPECT_EQ(first->skipped, 95U);
  EXPECT_EQ(due(), (std::vector<std::uint64_t>{97, 98, 99, 100}));
}

TEST_F(SlotTimerTest, a_clock_that_is_set_back_gives_no_interval_twice) {
  clock.set_wall(wall(10 * 800));
  due();
  clock.set_wall(wall(7 * 800));
  EXPECT_TRUE(due().empty());
  clock.set_wall(wall(11 * 800));
  EXPECT_EQ(due(), (std::vector<std::uint64_t>{11}));
}

TEST_F(SlotTimerTest, it_looks_again_at_the_boundary_or_at_the_alarm_and_at_least_once_an_interval) {
  clock.set_wall(wall(300));
  EXPECT_EQ(timer.next_look({}) - clock.now(), std::chrono::milliseconds(500));
  EXPECT_EQ(timer.next_look(wall(450)) - clock.now(), std::chrono::milliseconds(150));
  EXPECT_EQ(timer.next_look(wall(100)) - clock.now(), base::Duration(0));
  clock.set_wall(wall(-60'000));
  EXPECT_EQ(timer.next_look({}) - clock.now(), std::chrono::milliseconds(800));
}

}  // namespace
}  // namespace lockstep::node
