// The contract of runtime::Scheduler and runtime::Thread.
#include <atomic>
#include <chrono>

#include "worlds.h"

namespace lockstep::seam {
namespace {

using namespace std::chrono_literals;

class SchedulerSeam : public SeamTest {};

TEST_P(SchedulerSeam, join_returns_after_the_body_has) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    std::atomic<bool> done = false;
    auto thread = node.scheduler.spawn("sleeper", [&] {
      node.scheduler.sleep_until(node.clock.now() + 20ms);
      done = true;
    });
    thread->join();
    EXPECT_TRUE(done);
  });
}

TEST_P(SchedulerSeam, join_returns_when_the_body_ended_long_ago) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    auto thread = node.scheduler.spawn("short", [] {});
    node.scheduler.sleep_until(node.clock.now() + 20ms);
    thread->join();
  });
}

TEST_P(SchedulerSeam, runs_threads_beside_one_another) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    std::atomic<int> turn = 0;
    const auto play = [&](int mine) {
      for (int round = 0; round < 50; ++round) {
        while (turn % 2 != mine) {
          node.scheduler.yield();
        }
        ++turn;
      }
    };
    auto ping = node.scheduler.spawn("ping", [&] { play(0); });
    auto pong = node.scheduler.spawn("pong", [&] { play(1); });
    ping->join();
    pong->join();
    EXPECT_EQ(turn, 100);
  });
}

TEST_P(SchedulerSeam, spawns_from_any_thread_and_accepts_any_name) {
  run([](Seams& seams) {
    runtime::Scheduler& scheduler = seams.node().scheduler;
    std::atomic<int> ran = 0;
    auto outer = scheduler.spawn("", [&] {
      auto inner = scheduler.spawn("a name that is much longer than fifteen bytes", [&] { ++ran; });
      inner->join();
      ++ran;
    });
    outer->join();
    EXPECT_EQ(ran, 2);
  });
}

TEST_P(SchedulerSeam, sleeps_never_end_early) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    for (const auto pause : {0ms, 1ms, 3ms, 10ms}) {
      const base::Instant deadline = node.clock.now() + pause;
      node.scheduler.sleep_until(deadline);
      EXPECT_GE(node.clock.now(), deadline);
    }
  });
}

TEST_P(SchedulerSeam, sleeping_until_the_past_returns) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    const base::Instant before = node.clock.now();
    node.scheduler.sleep_until(before - 1s);
    node.scheduler.sleep_until(base::Instant::min());
    EXPECT_LT(node.clock.now() - before, 1s);
  });
}

LOCKSTEP_IN_ALL_WORLDS(SchedulerSeam);

}  // namespace
}  // namespace lockstep::seam
