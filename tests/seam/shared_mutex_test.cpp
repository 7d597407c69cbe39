// The contract of runtime::SharedMutex.
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "worlds.h"

namespace lockstep::seam {
namespace {

using namespace std::chrono_literals;
using Threads = std::vector<std::unique_ptr<runtime::Thread>>;

class SharedMutexSeam : public SeamTest {};
/// What holds where turns are fair, which strategies on purpose are not.
class SharedMutexProgress : public SeamTest {};

void join_all(Threads& threads) {
  for (auto& thread : threads) {
    thread->join();
  }
}

TEST_P(SharedMutexSeam, a_writer_is_alone) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::SharedMutex mutex(node.sync, "pair");
    int first = 0;
    int second = 0;
    std::atomic<int> torn = 0;
    Threads threads;
    for (int i = 0; i < 2; ++i) {
      threads.push_back(node.scheduler.spawn("writer", [&] {
        for (int round = 0; round < 100; ++round) {
          const std::lock_guard lock(mutex);
          ++first;
          node.scheduler.yield();
          ++second;
        }
      }));
      threads.push_back(node.scheduler.spawn("reader", [&] {
        for (int round = 0; round < 100; ++round) {
          const std::shared_lock lock(mutex);
          torn += first == second ? 0 : 1;
          node.scheduler.yield();
        }
      }));
    }
    join_all(threads);
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(first, 200);
    EXPECT_EQ(second, 200);
  });
}

TEST_P(SharedMutexSeam, readers_are_inside_together) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::SharedMutex mutex(node.sync, "shared");
    std::atomic<int> inside = 0;
    Threads threads;
    for (int i = 0; i < 3; ++i) {
      threads.push_back(node.scheduler.spawn("reader", [&] {
        const std::shared_lock lock(mutex);
        ++inside;
        // Ends only if all three are inside at once.
        while (inside < 3) {
          node.scheduler.yield();
        }
      }));
    }
    join_all(threads);
    EXPECT_EQ(inside, 3);
  });
}

TEST_P(SharedMutexSeam, attempts_fail_exactly_while_others_are_in_the_way) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::SharedMutex mutex(node.sync, "tried");
    struct Attempts {
      bool exclusive = false;
      bool shared = false;
    };
    const auto attempt = [&] {
      Attempts result;
      node.scheduler
          .spawn("tries",
                 [&] {
                   result.exclusive = mutex.try_lock();
                   if (result.exclusive) {
                     mutex.unlock();
                   }
                   result.shared = mutex.try_lock_shared();
                   if (result.shared) {
                     mutex.unlock_shared();
                   }
                 })
          ->join();
      return result;
    };
    mutex.lock();
    const Attempts written = attempt();
    mutex.unlock();
    mutex.lock_shared();
    const Attempts read = attempt();
    mutex.unlock_shared();
    const Attempts free = attempt();
    EXPECT_FALSE(written.exclusive);
    EXPECT_FALSE(written.shared);
    EXPECT_FALSE(read.exclusive);
    EXPECT_TRUE(read.shared);
    EXPECT_TRUE(free.exclusive);
    EXPECT_TRUE(free.shared);
  });
}

/// Two readers that overlap without end: each enters again before the other has left.
TEST_P(SharedMutexProgress, a_writer_gets_in_although_readers_never_all_leave) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::SharedMutex mutex(node.sync, "busy");
    std::atomic<bool> written = false;
    std::atomic<int> rounds = 0;
    Threads threads;
    for (int i = 0; i < 2; ++i) {
      threads.push_back(node.scheduler.spawn("reader", [&] {
        while (!written && rounds < 20'000) {
          const std::shared_lock lock(mutex);
          const int mine = ++rounds;
          // Stays until the other one has come in, too, or is kept out.
          for (int patience = 0; rounds == mine && patience < 20; ++patience) {
            node.scheduler.yield();
          }
        }
      }));
    }
    threads.push_back(node.scheduler.spawn("writer", [&] {
      while (rounds < 10) {
        node.scheduler.yield();
      }
      const std::lock_guard lock(mutex);
      written = true;
    }));
    join_all(threads);
    EXPECT_TRUE(written);
    EXPECT_LT(rounds, 20'000) << "the writer came in only after the readers had given up";
  });
}

TEST_P(SharedMutexProgress, readers_get_in_although_writers_keep_coming) {
  run([](Seams& seams) {
    runtime::Runtime& node = seams.node();
    runtime::SharedMutex mutex(node.sync, "written");
    std::atomic<bool> read = false;
    std::atomic<int> rounds = 0;
    Threads threads;
    for (int i = 0; i < 2; ++i) {
      threads.push_back(node.scheduler.spawn("writer", [&] {
        while (!read && rounds < 200'000) {
          const std::lock_guard lock(mutex);
          ++rounds;
          node.scheduler.yield();
        }
      }));
    }
    threads.push_back(node.scheduler.spawn("reader", [&] {
      const std::shared_lock lock(mutex);
      read = true;
    }));
    join_all(threads);
    EXPECT_LT(rounds, 200'000);
  });
}

LOCKSTEP_IN_ALL_WORLDS(SharedMutexSeam);
LOCKSTEP_IN_BOTH_WORLDS(SharedMutexProgress);

}  // namespace
}  // namespace lockstep::seam
