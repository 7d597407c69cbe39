// The contract of runtime::Semaphore.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include "node/base/assert.h"
#include "worlds.h"

namespace lockstep::seam {
namespace {

using namespace std::chrono_literals;
using Threads = std::vector<std::unique_ptr<runtime::Thread>>;

class SemaphoreSeam : public SeamTest {};

void join_all(Threads& threads) {
  for (auto& thread : threads) {
    thread->join();
  }
}

TEST_P(SemaphoreSeam, lets_as_many_in_as_there_are_permits) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Semaphore permits(node.sync, "permits", 2, 2);
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    Threads threads;
    for (int i = 0; i < 5; ++i) {
      threads.push_back(node.scheduler.spawn("user", [&] {
        for (int round = 0; round < 50; ++round) {
          permits.acquire();
          const int here = ++inside;
          most = std::max(most.load(), here);
          node.scheduler.yield();
          --inside;
          permits.release();
        }
      }));
    }
    join_all(threads);
    EXPECT_GE(most, 1);
    EXPECT_LE(most, 2);
    EXPECT_TRUE(permits.try_acquire());
    EXPECT_TRUE(permits.try_acquire());
    EXPECT_FALSE(permits.try_acquire()) << "what was given back is what was taken";
  });
}

TEST_P(SemaphoreSeam, releasing_several_lets_several_go_on) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Semaphore gate(node.sync, "gate", 3, 0);
    std::atomic<int> through = 0;
    Threads threads;
    for (int i = 0; i < 3; ++i) {
      threads.push_back(node.scheduler.spawn("waiter", [&] {
        gate.acquire();
        ++through;
      }));
    }
    node.scheduler.sleep_until(node.clock.now() + 20ms);
    EXPECT_EQ(through, 0);
    gate.release(3);
    join_all(threads);
    EXPECT_EQ(through, 3);
  });
}

TEST_P(SemaphoreSeam, acquire_until_says_whether_a_permit_came_in_time) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Semaphore permits(node.sync, "late", 1, 0);
    const base::Instant deadline = node.clock.now() + 20ms;
    EXPECT_FALSE(permits.acquire_until(deadline));
    EXPECT_GE(node.clock.now(), deadline);
    auto giver = node.scheduler.spawn("giver", [&] {
      node.scheduler.sleep_until(node.clock.now() + 10ms);
      permits.release();
    });
    EXPECT_TRUE(permits.acquire_until(node.clock.now() + 60s));
    giver->join();
    EXPECT_FALSE(permits.acquire_until(node.clock.now() - 1s)) << "a deadline of the past only tries";
    permits.release();
    EXPECT_TRUE(permits.acquire_until(node.clock.now() - 1s));
  });
}

TEST_P(SemaphoreSeam, refuses_more_permits_than_its_maximum) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Semaphore permits(node.sync, "bounded", 2, 1);
    EXPECT_THROW(permits.release(2), base::AssertionFailed);
    EXPECT_NO_THROW(permits.release());
    EXPECT_THROW(permits.release(), base::AssertionFailed);
    EXPECT_THROW(runtime::Semaphore(node.sync, "wrong", 1, 2), base::AssertionFailed);
  });
}

LOCKSTEP_IN_ALL_WORLDS(SemaphoreSeam);

}  // namespace
}  // namespace lockstep::seam
