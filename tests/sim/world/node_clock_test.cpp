// A node's clocks drift, are off and are stepped, exactly.
#include "sim/world/node_clock.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <chrono>

namespace lockstep::sim {
namespace {

using namespace std::chrono_literals;

/// Three hundred days: beyond any run, and far from the edge of 64 bits.
constexpr std::int64_t kLongestRun = 300LL * 86'400 * 1'000'000'000;

rc::Gen<std::int32_t> drifts() {
  return rc::gen::oneOf(rc::gen::inRange(-500, 501), rc::gen::inRange(-999'999, 1'000'001));
}
rc::Gen<std::int64_t> times() {
  return rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 10'000'000),
                        rc::gen::inRange<std::int64_t>(0, kLongestRun));
}

struct Subject {
  explicit Subject(std::int32_t drift, base::Instant start = base::Instant(1h))
      : choices(1),
        engine(choices),
        clock(engine, {.wall_at_start = {1'700'000'000'000'000'000},
                       .offset = -5ms,
                       .drift_parts_per_million = drift,
                       .monotonic_at_start = start}) {}
  Choices choices;
  Engine engine;
  NodeClock clock;
};

RC_GTEST_PROP(NodeClock, a_deadline_is_met_at_the_earliest_time_and_not_before, ()) {
  const Subject subject(*drifts());
  const base::Instant deadline = base::Instant(1h) + base::Duration(*times());
  const Time due = subject.clock.to_engine_time(deadline);
  if (due == Time::max()) {  // A clock that hardly runs does not come there in all time.
    RC_ASSERT(subject.clock.to_local(due - 1ns) < deadline);
    return;
  }
  RC_ASSERT(subject.clock.to_local(due) >= deadline);
  if (due > Time{}) {
    RC_ASSERT(subject.clock.to_local(due - 1ns) < deadline);
  }
}

RC_GTEST_PROP(NodeClock, there_and_back_never_lies_later, ()) {
  const Subject subject(*drifts());
  const Time time = at_nanoseconds(*times());
  const Time back = subject.clock.to_engine_time(subject.clock.to_local(time));
  RC_ASSERT(back <= time);
  RC_ASSERT(subject.clock.to_local(back) == subject.clock.to_local(time));
}

RC_GTEST_PROP(NodeClock, never_goes_back_and_is_exact_over_whole_milliseconds, ()) {
  const std::int32_t drift = *drifts();
  const Subject subject(drift);
  const Time one = at_nanoseconds(*times());
  const Time other = at_nanoseconds(*times());
  RC_ASSERT((one <= other) == (subject.clock.to_local(one) <= subject.clock.to_local(other)) ||
            subject.clock.to_local(one) == subject.clock.to_local(other));
  const std::int64_t milliseconds = nanoseconds(one) / 1'000'000;
  const base::Instant local = subject.clock.to_local(at_nanoseconds(milliseconds * 1'000'000));
  RC_ASSERT(local - base::Instant(1h) == base::Duration(milliseconds * (1'000'000 + drift)));
}

TEST(NodeClock, wall_time_shares_the_drift_and_has_its_own_offset) {
  Subject subject(100);
  const std::int64_t start = subject.clock.wall().nanoseconds;
  EXPECT_EQ(start, 1'700'000'000'000'000'000 - 5'000'000);
  subject.engine.run_until(subject.engine.now() + 10s);
  EXPECT_EQ(subject.clock.wall().nanoseconds - start, 10'001'000'000);
  EXPECT_EQ(subject.clock.now() - base::Instant(1h), 10'001'000us);
}

TEST(NodeClock, a_step_moves_wall_time_alone) {
  Subject subject(0);
  subject.engine.run_until(subject.engine.now() + 1s);
  const base::Instant before = subject.clock.now();
  const base::WallTime wall_before = subject.clock.wall();
  subject.clock.step_wall(-30s);
  EXPECT_EQ(subject.clock.now(), before);
  EXPECT_EQ(subject.clock.wall().nanoseconds, wall_before.nanoseconds - 30'000'000'000);
}

TEST(NodeClock, deadlines_beyond_all_time_are_never_and_those_before_it_are_now) {
  for (const std::int32_t drift : {-999'999, -100, 0, 100, 1'000'000}) {
    const Subject subject(drift);
    EXPECT_EQ(subject.clock.to_engine_time(base::Instant::min()), Time{});
    EXPECT_EQ(subject.clock.to_engine_time(base::Instant(0s)), Time{});
    EXPECT_GE(subject.clock.to_engine_time(base::Instant::max()), at_nanoseconds(kLongestRun));
  }
  EXPECT_EQ(Subject(0, base::Instant(0s)).clock.to_engine_time(base::Instant::max()), Time::max());
  EXPECT_EQ(Subject(-100, base::Instant(0s)).clock.to_engine_time(base::Instant::max()), Time::max());
}

}  // namespace
}  // namespace lockstep::sim
