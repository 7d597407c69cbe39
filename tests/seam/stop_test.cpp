// The contract of stop signals, stoppable threads, and each thread's record of its locks.
#include "node/runtime/stop.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include "worlds.h"

namespace lockstep::seam {
namespace {

using namespace std::chrono_literals;

class StopSeam : public SeamTest {};

TEST_P(StopSeam, a_waiting_thread_hears_the_request_at_once) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    bool heard = false;
    runtime::StoppableThread thread(node.scheduler, node.sync, "waiter", [&](runtime::StopSignal& signal) {
      heard = signal.wait_until(node.clock.now() + 60s);
    });
    const base::Instant before = node.clock.now();
    thread.stop();
    EXPECT_TRUE(heard);
    EXPECT_LT(node.clock.now() - before, 30s);
    thread.stop();
  });
}

TEST_P(StopSeam, a_wait_for_the_request_ends_at_its_deadline) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::StopSignal signal(node.sync);
    const base::Instant deadline = node.clock.now() + 20ms;
    EXPECT_FALSE(signal.wait_until(deadline));
    EXPECT_GE(node.clock.now(), deadline);
    signal.request();
    EXPECT_TRUE(signal.wait_until(deadline));
    EXPECT_TRUE(signal.requested());
  });
}

TEST_P(StopSeam, everybody_who_stops_a_thread_finds_it_gone) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    for (int repeat = 0; repeat < 20; ++repeat) {
      std::atomic<bool> running = true;
      std::atomic<int> early = 0;
      runtime::StoppableThread thread(node.scheduler, node.sync, "slow", [&](runtime::StopSignal& signal) {
        while (!signal.requested()) {
          node.scheduler.yield();
        }
        node.scheduler.yield();
        running = false;
      });
      std::vector<std::unique_ptr<runtime::Thread>> stoppers;
      for (int i = 0; i < 3; ++i) {
        stoppers.push_back(node.scheduler.spawn("stopper", [&] {
          thread.stop();
          early += running ? 1 : 0;
        }));
      }
      for (auto& stopper : stoppers) {
        stopper->join();
      }
      EXPECT_EQ(early, 0);
    }
  });
}

TEST_P(StopSeam, each_thread_has_a_record_of_its_own_for_its_locks) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    int first = 0;
    runtime::HeldLocks& mine = node.scheduler.held_locks();
    ASSERT_TRUE(mine.push({&first, "first", 1}));
    for (int repeat = 0; repeat < 3; ++repeat) {
      std::size_t at_begin = 99;
      bool same = true;
      node.scheduler
          .spawn("other",
                 [&] {
                   runtime::HeldLocks& others = node.scheduler.held_locks();
                   at_begin = others.size();
                   same = &others == &mine;
                   // Left behind on purpose: the next thread begins without it.
                   EXPECT_TRUE(others.push({&at_begin, "left behind", 2}));
                   node.scheduler.yield();
                   EXPECT_EQ(&others, &node.scheduler.held_locks());
                 })
          ->join();
      EXPECT_EQ(at_begin, 0U);
      EXPECT_FALSE(same);
    }
    EXPECT_EQ(&node.scheduler.held_locks(), &mine);
    EXPECT_TRUE(mine.holds(&first));
    EXPECT_TRUE(mine.remove(&first));
    EXPECT_FALSE(mine.remove(&first));
    EXPECT_EQ(mine.size(), 0U);
  });
}

LOCKSTEP_IN_ALL_WORLDS(StopSeam);

}  // namespace
}  // namespace lockstep::seam
