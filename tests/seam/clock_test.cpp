// The contract of runtime::Clock.
#include <chrono>

#include "worlds.h"

namespace lockstep::seam {
namespace {

using namespace std::chrono_literals;

class ClockSeam : public SeamTest {};

TEST_P(ClockSeam, never_goes_back) {
  run([](Seams& seams) {
    runtime::Clock& clock = seams.node().clock;
    base::Instant before = clock.now();
    for (int i = 0; i < 1000; ++i) {
      const base::Instant after = clock.now();
      ASSERT_LE(before, after);
      before = after;
      seams.node().scheduler.yield();
    }
  });
}

TEST_P(ClockSeam, advances_by_at_least_what_was_slept) {
  run([](Seams& seams) {
    runtime::Clock& clock = seams.node().clock;
    const base::Instant start = clock.now();
    seams.node().scheduler.sleep_until(start + 20ms);
    EXPECT_GE(clock.now() - start, 20ms);
    EXPECT_LT(clock.now() - start, 10s);
  });
}

TEST_P(ClockSeam, keeps_wall_time_in_step_with_monotonic_time) {
  run([](Seams& seams) {
    runtime::Clock& clock = seams.node().clock;
    const base::Instant start = clock.now();
    const base::WallTime wall_start = clock.wall();
    seams.node().scheduler.sleep_until(start + 50ms);
    const base::Duration wall_passed(clock.wall().nanoseconds - wall_start.nanoseconds);
    EXPECT_GE(wall_passed, 40ms);
    EXPECT_LT(wall_passed, 10s);
  });
}

TEST_P(ClockSeam, tells_a_wall_time_of_this_century) {
  run([](Seams& seams) {
    constexpr std::int64_t kYear2001 = 978'307'200;
    EXPECT_GT(seams.node().clock.wall().nanoseconds, kYear2001 * 1'000'000'000);
  });
}

LOCKSTEP_IN_BOTH_WORLDS(ClockSeam);

}  // namespace
}  // namespace lockstep::seam
