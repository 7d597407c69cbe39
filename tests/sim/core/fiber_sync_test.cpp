// Locks, conditions and threads on fibers keep the contracts that they have on OS threads.
#include "sim/core/fiber_sync.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>
#include <string>

#include "sim/core/fiber_scheduler.h"

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// One node's threads and locks on an engine of its own.
struct Bench {
  explicit Bench(std::uint64_t seed, Policy policy = Policy::kRandom)
      : choices(seed), engine(choices, with(policy)) {}
  static Engine::Options with(Policy policy) {
    Engine::Options options;
    options.policy = policy;
    return options;
  }
  void spawn(std::string name, std::function<void()> body) {
    engine.spawn(std::move(name), node_lane(0), std::move(body));
  }
  /// Runs to the end, then ends what is left while the locks that it refers to still stand.
  RunEnd run() {
    const RunEnd end = engine.run();
    stuck = engine.parked_report();
    engine.unwind();
    return end;
  }
  Choices choices;
  Engine engine;
  std::string stuck;
  ExactTime time;
  FiberSync sync{engine, time};
  FiberScheduler scheduler{engine, node_lane(0), time};
};

base::Instant local(base::Duration duration) {
  return base::Instant(duration);
}

TEST(FiberSync, lets_one_fiber_in_at_a_time) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Bench bench(seed);
    runtime::Mutex mutex(&bench.sync, "counter");
    int inside = 0;
    int total = 0;
    for (int fiber = 0; fiber < 5; ++fiber) {
      bench.spawn("adder", [&] {
        for (int i = 0; i < 10; ++i) {
          const std::lock_guard hold(mutex);
          EXPECT_EQ(++inside, 1);
          const int read = total;
          bench.engine.yield();
          total = read + 1;
          --inside;
        }
      });
    }
    ASSERT_EQ(bench.run(), RunEnd::kFinished);
    ASSERT_EQ(total, 50);
    ASSERT_EQ(mutex.slot, 0U);
  }
}

TEST(FiberSync, shows_the_lost_update_when_the_lock_is_left_out) {
  int wrong = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Bench bench(seed);
    int total = 0;
    for (int fiber = 0; fiber < 3; ++fiber) {
      bench.spawn("adder", [&] {
        const int read = total;
        bench.engine.yield();
        total = read + 1;
      });
    }
    ASSERT_EQ(bench.run(), RunEnd::kFinished);
    wrong += total == 3 ? 0 : 1;
  }
  EXPECT_GT(wrong, 25);
}

TEST(FiberSync, loses_no_wake_up_between_unlock_and_wait) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Bench bench(seed);
    runtime::Mutex mutex(&bench.sync, "queue");
    runtime::CondVar filled(&bench.sync, "filled");
    std::deque<int> queue;
    int taken = 0;
    for (int consumer = 0; consumer < 3; ++consumer) {
      bench.spawn("consumer", [&] {
        for (int i = 0; i < 4; ++i) {
          std::unique_lock hold(mutex);
          while (queue.empty()) {
            filled.wait(hold);
          }
          queue.pop_front();
          ++taken;
        }
      });
    }
    for (int producer = 0; producer < 2; ++producer) {
      bench.spawn("producer", [&] {
        for (int i = 0; i < 6; ++i) {
          {
            const std::lock_guard hold(mutex);
            queue.push_back(i);
          }
          filled.notify_one();
        }
      });
    }
    ASSERT_EQ(bench.run(), RunEnd::kFinished) << bench.stuck;
    ASSERT_EQ(taken, 12);
    ASSERT_EQ(filled.slot, 0U);
  }
}

TEST(FiberSync, wakes_everybody_when_all_are_notified) {
  Bench bench(1);
  runtime::Mutex mutex(&bench.sync, "gate");
  runtime::CondVar opened(&bench.sync, "opened");
  bool open = false;
  int through = 0;
  for (int i = 0; i < 10; ++i) {
    bench.spawn("guest", [&] {
      std::unique_lock hold(mutex);
      while (!open) {
        opened.wait(hold);
      }
      ++through;
    });
  }
  bench.spawn("porter", [&] {
    bench.engine.sleep_until(Time(seconds(1)));
    const std::lock_guard hold(mutex);
    open = true;
    opened.notify_all();
  });
  EXPECT_EQ(bench.run(), RunEnd::kFinished);
  EXPECT_EQ(through, 10);
}

TEST(FiberSync, wakes_in_order_under_fifo_and_in_any_order_under_random) {
  const auto order_of = [](Policy policy, std::uint64_t seed) {
    Bench bench(seed, policy);
    runtime::Mutex mutex(&bench.sync, "gate");
    runtime::CondVar next(&bench.sync, "next");
    std::string order;
    for (const char name : {'a', 'b', 'c', 'd'}) {
      bench.spawn(std::string(1, name), [&, name] {
        bench.engine.sleep_until(Time(milliseconds(name - 'a')));
        std::unique_lock hold(mutex);
        next.wait(hold);
        order += name;
      });
    }
    bench.spawn("caller", [&] {
      for (int i = 0; i < 4; ++i) {
        bench.engine.sleep_until(Time(seconds(1 + i)));
        next.notify_one();
      }
    });
    EXPECT_EQ(bench.run(), RunEnd::kFinished);
    return order;
  };
  EXPECT_EQ(order_of(Policy::kFifo, 1), "abcd");
  std::set<std::string> orders;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    orders.insert(order_of(Policy::kRandom, seed));
  }
  EXPECT_GT(orders.size(), 15U);
}

TEST(FiberSync, tells_a_notification_from_a_deadline) {
  Bench bench(1);
  runtime::Mutex mutex(&bench.sync, "box");
  runtime::CondVar changed(&bench.sync, "changed");
  bench.spawn("waiter", [&] {
    std::unique_lock hold(mutex);
    EXPECT_TRUE(changed.wait_until(hold, local(seconds(5))));
    EXPECT_EQ(bench.engine.now(), Time(seconds(1)));
    EXPECT_FALSE(changed.wait_until(hold, local(seconds(3))));
    EXPECT_EQ(bench.engine.now(), Time(seconds(3)));
    EXPECT_TRUE(hold.owns_lock());
    EXPECT_FALSE(changed.wait_until(hold, local(seconds(2))));
    EXPECT_EQ(bench.engine.now(), Time(seconds(3)));
  });
  bench.spawn("changer", [&] {
    bench.engine.sleep_until(Time(seconds(1)));
    const std::lock_guard hold(mutex);
    changed.notify_one();
  });
  EXPECT_EQ(bench.run(), RunEnd::kFinished);
  EXPECT_EQ(changed.slot, 0U);
}

TEST(FiberSync, does_not_wake_a_waiter_that_timed_out) {
  Bench bench(1);
  runtime::Mutex mutex(&bench.sync, "box");
  runtime::CondVar changed(&bench.sync, "changed");
  bool patient_woken = false;
  bench.spawn("hasty", [&] {
    std::unique_lock hold(mutex);
    EXPECT_FALSE(changed.wait_until(hold, local(seconds(1))));
  });
  bench.spawn("patient", [&] {
    bench.engine.sleep_until(Time(milliseconds(500)));
    std::unique_lock hold(mutex);
    changed.wait(hold);
    patient_woken = true;
  });
  bench.spawn("changer", [&] {
    bench.engine.sleep_until(Time(seconds(2)));
    changed.notify_one();
  });
  EXPECT_EQ(bench.run(), RunEnd::kFinished);
  EXPECT_TRUE(patient_woken);
}

/// A clock that turns out slower than it first said.
class SlowingTime : public LocalTime {
 public:
  explicit SlowingTime(const Engine& engine) : engine_(engine) {}
  [[nodiscard]] Time to_engine_time(base::Instant deadline) const override {
    const bool known = engine_.now() >= Time(seconds(1));
    return Time(deadline.time_since_epoch() * (known ? 2 : 1));
  }

 private:
  const Engine& engine_;
};

TEST(FiberSync, goes_on_waiting_when_the_clock_says_that_it_is_too_early) {
  Bench bench(1);
  const SlowingTime slowing(bench.engine);
  FiberSync sync(bench.engine, slowing);
  FiberScheduler scheduler(bench.engine, node_lane(0), slowing);
  runtime::Mutex mutex(&sync, "box");
  runtime::CondVar changed(&sync, "changed");
  bench.spawn("waiter", [&] {
    std::unique_lock hold(mutex);
    EXPECT_FALSE(changed.wait_until(hold, local(seconds(3))));
    EXPECT_EQ(bench.engine.now(), Time(seconds(6)));
  });
  bench.spawn("sleeper", [&] {
    scheduler.sleep_until(local(seconds(4)));
    EXPECT_EQ(bench.engine.now(), Time(seconds(8)));
  });
  EXPECT_EQ(bench.run(), RunEnd::kFinished);
}

TEST(FiberSync, ends_waits_before_their_time_where_timers_are_early_but_no_sleep) {
  for (const Policy policy : {Policy::kRandom, Policy::kFifo}) {
    int early = 0;
    int in_time = 0;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Bench bench(seed, policy);
      bench.engine.set_early_timers(true);
      runtime::Mutex mutex(&bench.sync, "box");
      runtime::CondVar changed(&bench.sync, "changed");
      runtime::Semaphore permits(&bench.sync, "permits", 100, 0);
      const auto wait = [&](bool by_semaphore) {
        const base::Instant deadline = local(bench.engine.now().time_since_epoch()) + seconds(1);
        bool notified = false;
        if (by_semaphore) {
          notified = permits.acquire_until(deadline);
        } else {
          std::unique_lock hold(mutex);
          notified = changed.wait_until(hold, deadline);
        }
        const bool is_early = !notified && local(bench.engine.now().time_since_epoch()) < deadline;
        ++(is_early ? early : in_time);
      };
      for (int waiter = 0; waiter < 4; ++waiter) {
        bench.spawn("waiter", [&, waiter] {
          for (int i = 0; i < 10; ++i) {
            wait(waiter % 2 == 0);
          }
        });
      }
      bench.spawn("notifier", [&] {
        for (int i = 0; i < 20; ++i) {
          bench.scheduler.sleep_until(local(std::chrono::milliseconds(100 * i)));
          EXPECT_EQ(bench.engine.now(), Time(std::chrono::milliseconds(100 * i)));
          const std::lock_guard hold(mutex);
          changed.notify_all();
          permits.release(1);
        }
      });
      EXPECT_EQ(bench.run(), RunEnd::kFinished) << "seed " << seed << ": " << bench.stuck;
    }
    EXPECT_GT(early, 0);
    EXPECT_GT(in_time, 0);
  }
}

TEST(FiberSync, tries_without_waiting) {
  Bench bench(1, Policy::kFifo);
  runtime::Mutex mutex(&bench.sync, "box");
  bench.spawn("holder", [&] {
    const std::lock_guard hold(mutex);
    bench.engine.sleep_until(Time(seconds(1)));
  });
  bench.spawn("trier", [&] {
    bench.engine.sleep_until(Time(milliseconds(1)));
    EXPECT_FALSE(mutex.try_lock());
    bench.engine.sleep_until(Time(seconds(2)));
    EXPECT_TRUE(mutex.try_lock());
    mutex.unlock();
  });
  EXPECT_EQ(bench.run(), RunEnd::kFinished);
}

TEST(FiberSync, finds_the_deadlock_of_two_locks_while_others_live_on) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Bench bench(seed);
    runtime::Mutex store(&bench.sync, "store");
    runtime::Mutex peers(&bench.sync, "peers");
    bench.spawn("importer", [&] {
      const std::lock_guard first(store);
      const std::lock_guard second(peers);
    });
    bench.spawn("gossiper", [&] {
      const std::lock_guard first(peers);
      const std::lock_guard second(store);
    });
    bench.spawn("clock", [&] {
      for (int i = 1; i < 10; ++i) {
        bench.engine.sleep_until(Time(seconds(i)));
      }
    });
    if (bench.run() == RunEnd::kFailed) {
      ++found;
      EXPECT_EQ(bench.engine.failure()->kind, FailureKind::kDeadlock);
      EXPECT_EQ(bench.engine.failure()->time, Time{});
      const std::string& what = bench.engine.failure()->what;
      EXPECT_NE(what.find("importer waits for mutex peers, held by gossiper"), std::string::npos) << what;
      EXPECT_NE(what.find("gossiper waits for mutex store, held by importer"), std::string::npos) << what;
    }
  }
  EXPECT_GT(found, 10);
  EXPECT_LT(found, 90);
}

TEST(FiberSync, reports_locking_twice_and_unlocking_what_another_holds) {
  Bench twice(1);
  runtime::Mutex again(&twice.sync, "again");
  twice.spawn("doubler", [&] {
    const std::lock_guard first(again);
    const std::lock_guard second(again);
  });
  EXPECT_EQ(twice.run(), RunEnd::kFailed);
  EXPECT_NE(twice.engine.failure()->what.find("again"), std::string::npos);

  Bench foreign(1, Policy::kFifo);
  runtime::Mutex mutex(&foreign.sync, "mine");
  foreign.spawn("holder", [&] {
    const std::lock_guard hold(mutex);
    foreign.engine.sleep_until(Time(seconds(1)));
  });
  foreign.spawn("thief", [&] { mutex.unlock(); });
  EXPECT_EQ(foreign.run(), RunEnd::kFailed);
  EXPECT_EQ(foreign.engine.failure()->kind, FailureKind::kMisuse);
  EXPECT_EQ(foreign.engine.failure()->fiber, "thief");
}

TEST(FiberSync, can_be_used_outside_fibers_while_locks_are_free) {
  Bench bench(1);
  runtime::Mutex mutex(&bench.sync, "setup");
  {
    const std::lock_guard hold(mutex);
    EXPECT_FALSE(mutex.try_lock());
  }
  EXPECT_TRUE(mutex.try_lock());
  mutex.unlock();
  EXPECT_EQ(mutex.slot, 0U);
  EXPECT_FALSE(bench.engine.failure());
}

TEST(FiberThread, is_joined_by_its_owner) {
  Bench bench(1);
  int done = 0;
  bench.spawn("main", [&] {
    auto first = bench.scheduler.spawn("first", [&] {
      bench.scheduler.sleep_until(local(seconds(1)));
      ++done;
    });
    auto second = bench.scheduler.spawn("second", [&] {
      bench.scheduler.yield();
      ++done;
    });
    first->join();
    second->join();
    EXPECT_EQ(done, 2);
  });
  EXPECT_EQ(bench.run(), RunEnd::kFinished);
}

TEST(FiberThread, fails_the_run_when_it_is_destroyed_unjoined) {
  Bench bench(1);
  bench.spawn("main", [&] {
    auto thread = bench.scheduler.spawn("forgotten", [&] { bench.scheduler.sleep_until(local(seconds(9))); });
  });
  EXPECT_EQ(bench.run(), RunEnd::kFailed);
  EXPECT_EQ(bench.engine.failure()->kind, FailureKind::kMisuse);
}

}  // namespace
}  // namespace lockstep::sim
