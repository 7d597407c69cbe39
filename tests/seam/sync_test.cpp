// The contract of runtime::Mutex and runtime::CondVar.
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "worlds.h"

namespace lockstep::seam {
namespace {

using namespace std::chrono_literals;
using Threads = std::vector<std::unique_ptr<runtime::Thread>>;

class SyncSeam : public SeamTest {};

void join_all(Threads& threads) {
  for (auto& thread : threads) {
    thread->join();
  }
}

TEST_P(SyncSeam, a_mutex_lets_one_thread_in_at_a_time) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Mutex mutex(node.sync, "counter");
    int counter = 0;
    Threads threads;
    for (int i = 0; i < 4; ++i) {
      threads.push_back(node.scheduler.spawn("adder", [&] {
        for (int round = 0; round < 200; ++round) {
          const std::lock_guard lock(mutex);
          const int seen = counter;
          node.scheduler.yield();
          counter = seen + 1;
        }
      }));
    }
    join_all(threads);
    EXPECT_EQ(counter, 800);
  });
}

TEST_P(SyncSeam, try_lock_fails_while_another_thread_holds) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Mutex mutex(node.sync, "held");
    bool while_held = true;
    bool when_free = false;
    mutex.lock();
    node.scheduler.spawn("tries", [&] { while_held = mutex.try_lock(); })->join();
    mutex.unlock();
    node.scheduler
        .spawn("tries again",
               [&] {
                 when_free = mutex.try_lock();
                 if (when_free) {
                   mutex.unlock();
                 }
               })
        ->join();
    EXPECT_FALSE(while_held);
    EXPECT_TRUE(when_free);
  });
}

TEST_P(SyncSeam, wait_returns_after_a_notification_with_the_lock_held) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Mutex mutex(node.sync, "queue");
    runtime::CondVar filled(node.sync, "filled");
    std::deque<int> queue;
    std::vector<int> taken;
    auto consumer = node.scheduler.spawn("consumer", [&] {
      while (taken.size() < 100) {
        std::unique_lock lock(mutex);
        while (queue.empty()) {
          filled.wait(lock);
        }
        taken.push_back(queue.front());
        queue.pop_front();
      }
    });
    for (int i = 0; i < 100; ++i) {
      {
        const std::lock_guard lock(mutex);
        queue.push_back(i);
      }
      filled.notify_one();
      if (i % 7 == 0) {
        node.scheduler.yield();
      }
    }
    consumer->join();
    ASSERT_EQ(taken.size(), 100U);
    for (int i = 0; i < 100; ++i) {
      EXPECT_EQ(taken[static_cast<std::size_t>(i)], i);
    }
  });
}

TEST_P(SyncSeam, notify_all_wakes_every_waiter) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Mutex mutex(node.sync, "gate");
    runtime::CondVar opened(node.sync, "opened");
    bool open = false;
    int through = 0;
    Threads threads;
    for (int i = 0; i < 5; ++i) {
      threads.push_back(node.scheduler.spawn("waiter", [&] {
        std::unique_lock lock(mutex);
        while (!open) {
          opened.wait(lock);
        }
        ++through;
      }));
    }
    node.scheduler.sleep_until(node.clock.now() + 20ms);
    {
      const std::lock_guard lock(mutex);
      EXPECT_EQ(through, 0);
      open = true;
    }
    opened.notify_all();
    join_all(threads);
    EXPECT_EQ(through, 5);
  });
}

TEST_P(SyncSeam, wait_until_says_false_when_the_deadline_passed) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Mutex mutex(node.sync, "silent");
    runtime::CondVar never(node.sync, "never");
    std::unique_lock lock(mutex);
    const base::Instant deadline = node.clock.now() + 20ms;
    while (never.wait_until(lock, deadline)) {
      ASSERT_LT(node.clock.now(), deadline + 10s);
    }
    EXPECT_GE(node.clock.now(), deadline);
    EXPECT_TRUE(lock.owns_lock());
    bool taken_by_another = true;
    node.scheduler.spawn("tries", [&] { taken_by_another = mutex.try_lock(); })->join();
    EXPECT_FALSE(taken_by_another) << "the lock is held again after the wait";
  });
}

TEST_P(SyncSeam, wait_until_says_true_when_it_was_notified_in_time) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::Mutex mutex(node.sync, "flag");
    runtime::CondVar raised(node.sync, "raised");
    bool flag = false;
    auto raiser = node.scheduler.spawn("raiser", [&] {
      node.scheduler.sleep_until(node.clock.now() + 10ms);
      {
        const std::lock_guard lock(mutex);
        flag = true;
      }
      raised.notify_one();
    });
    bool in_time = true;
    {
      std::unique_lock lock(mutex);
      const base::Instant deadline = node.clock.now() + 60s;
      while (!flag && in_time) {
        in_time = raised.wait_until(lock, deadline);
      }
    }
    raiser->join();
    EXPECT_TRUE(flag);
    EXPECT_TRUE(in_time);
  });
}

LOCKSTEP_IN_ALL_WORLDS(SyncSeam);

}  // namespace
}  // namespace lockstep::seam
