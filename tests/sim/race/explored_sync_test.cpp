// The node's own lock types, explored.
#include "sim/race/explored_sync.h"

#include <gtest/gtest.h>

#include <mutex>

#include "node/runtime/atomic.h"
#include "sim/race/explored_scheduler.h"
#include "sim/race/explorer.h"
#include "sim/race/memory.h"

namespace lockstep::race {
namespace {

ExploreOptions options_of(std::uint64_t schedules) {
  ExploreOptions options;
  options.schedules = schedules;
  options.runner.site_text = [](Site) { return "?"; };
  return options;
}

TEST(ExploredSync, finds_a_deadlock_of_the_nodes_own_locks_and_their_cycle) {
  const auto body = [](bool crossed) {
    return [crossed](World& world) {
      const sim::ExactTime time;
      ExploredSync sync(world, time);
      ExploredScheduler threads(world, time);
      runtime::Mutex store(&sync, "store");
      runtime::SharedMutex states(&sync, "states");
      const Settled settled(world);
      auto importer = threads.spawn("importer", [&] {
        const std::lock_guard outer(store);
        states.lock();
        states.unlock();
      });
      auto reader = threads.spawn("reader", [&] {
        if (crossed) {
          states.lock_shared();
          store.lock();
          store.unlock();
          states.unlock_shared();
        } else {
          const std::lock_guard outer(store);
          states.lock_shared();
          states.unlock_shared();
        }
      });
      importer->join();
      reader->join();
    };
  };
  const Report crossed = explore(body(true), options_of(1000));
  ASSERT_TRUE(crossed.failed);
  EXPECT_EQ(crossed.failed->finding.kind, FindingKind::kDeadlock);
  EXPECT_NE(crossed.failed->finding.sentence.find("shared by reader"), std::string::npos) << crossed.text();
  EXPECT_EQ(crossed.lock_cycles.size(), 1U);
  const Report straight = explore(body(false), options_of(2000));
  EXPECT_TRUE(straight.clean()) << straight.text();
}

TEST(ExploredSync, brings_conditions_semaphores_atomics_and_timed_waits_under_a_world) {
  const Body body = [](World& world) {
    const sim::ExactTime time;
    ExploredSync sync(world, time);
    ExploredScheduler threads(world, time);
    runtime::Mutex mutex(&sync, "queue");
    runtime::CondVar filled(&sync, "filled");
    runtime::Semaphore room(&sync, "room", 2, 2);
    runtime::Atomic<int> done(&sync, "done", 0);
    Var<int> items(world, "items", 0);
    const Settled settled(world);
    auto producer = threads.spawn("producer", [&] {
      for (int i = 0; i < 3; ++i) {
        room.acquire();
        const std::lock_guard hold(mutex);
        items.add(1);
        filled.notify_one();
      }
      done.store(1, std::memory_order_release);
    });
    for (int i = 0; i < 3; ++i) {
      std::unique_lock hold(mutex);
      while (items.get() == 0) {
        filled.wait(hold);
      }
      items.add(-1);
      hold.unlock();
      room.release();
    }
    producer->join();
    LOCKSTEP_ASSERT(done.load(std::memory_order_acquire) == 1);
    std::unique_lock hold(mutex);
    LOCKSTEP_ASSERT(!filled.wait_until(hold, base::Instant(std::chrono::seconds(1))));
    LOCKSTEP_ASSERT(room.try_acquire());
    LOCKSTEP_ASSERT(world.now() == base::Instant(std::chrono::seconds(1)));
  };
  const Report report = explore(body, options_of(2000));
  EXPECT_TRUE(report.clean()) << report.text();
}

TEST(ExploredSync, sees_a_plain_field_race_that_a_relaxed_flag_lets_through) {
  const auto body = [](std::memory_order order) {
    return [order](World& world) {
      const sim::ExactTime time;
      ExploredSync sync(world, time);
      runtime::Atomic<int> ready(&sync, "ready", 0);
      Var<int> data(world, "data", 0);
      const Settled settled(world);
      world.spawn("writer", [&] {
        data.set(1);
        ready.store(1, order);
      });
      world.spawn("reader", [&] {
        if (ready.load(std::memory_order_acquire) == 1) {
          LOCKSTEP_ASSERT(data.get() == 1);
        }
      });
      world.join_all();
    };
  };
  const Report relaxed = explore(body(std::memory_order_relaxed), options_of(100));
  ASSERT_TRUE(relaxed.failed);
  EXPECT_EQ(relaxed.failed->finding.kind, FindingKind::kDataRace);
  EXPECT_TRUE(explore(body(std::memory_order_release), options_of(2000)).clean());
}

/// A waiter with an hour's patience, and somebody who tells it at once.
Body patient(bool by_semaphore) {
  return [by_semaphore](World& world) {
    const sim::ExactTime time;
    ExploredSync sync(world, time);
    runtime::Mutex mutex(&sync, "mutex");
    runtime::CondVar told(&sync, "told");
    runtime::Semaphore permit(&sync, "permit", 1, 0);
    bool ready = false;
    const Settled settled(world);
    world.spawn("teller", [&] {
      permit.release();
      const std::lock_guard hold(mutex);
      ready = true;
      told.notify_one();
    });
    const base::Instant deadline(std::chrono::hours(1));
    if (by_semaphore) {
      LOCKSTEP_ASSERT_MSG(permit.acquire_until(deadline), "too late");
    } else {
      std::unique_lock hold(mutex);
      while (!ready) {
        LOCKSTEP_ASSERT_MSG(told.wait_until(hold, deadline) || ready, "too late");
      }
    }
    LOCKSTEP_ASSERT_MSG(world.now() == base::Instant{}, "time has passed");
    world.join_all();
  };
}

TEST(ExploredSync, lets_deadlines_pass_only_when_nothing_earlier_can_happen_unless_timers_are_early) {
  for (const bool by_semaphore : {false, true}) {
    ExploreOptions options = options_of(2000);
    const Report punctual = explore(patient(by_semaphore), options);
    EXPECT_TRUE(punctual.clean()) << punctual.text();
    options.runner.early_timers = true;
    const Report early = explore(patient(by_semaphore), options);
    ASSERT_TRUE(early.failed) << by_semaphore;
    EXPECT_NE(early.failed->finding.sentence.find("too late"), std::string::npos) << early.text();
    EXPECT_EQ(early.uncontrolled, "");
  }
}

TEST(ExploredSync, lets_a_weak_compare_exchange_fail_for_no_reason) {
  const auto body = [](bool in_loop) {
    return [in_loop](World& world) {
      const sim::ExactTime time;
      ExploredSync sync(world, time);
      runtime::Atomic<int> value(&sync, "value", 0);
      const Settled settled(world);
      int seen = 0;
      bool stored = value.compare_exchange_weak(seen, 1);
      while (in_loop && !stored) {
        LOCKSTEP_ASSERT(seen == 0);
        stored = value.compare_exchange_weak(seen, 1);
      }
      LOCKSTEP_ASSERT_MSG(stored, "not stored");
    };
  };
  const Report once = explore(body(false), options_of(100));
  ASSERT_TRUE(once.failed);
  EXPECT_NE(once.failed->finding.sentence.find("not stored"), std::string::npos) << once.text();
  EXPECT_TRUE(explore(body(true), options_of(1000)).clean());
  ExploreOptions all = options_of(1000);
  all.strategy = StrategyKind::kDfs;
  EXPECT_TRUE(explore(body(true), all).saw_everything);
}

TEST(ExploredSync, tells_the_places_of_operations_by_file_and_line) {
  ExploreOptions options;
  options.schedules = 100;
  options.runner.detect_races = false;
  const Body body = [](World& world) {
    const sim::ExactTime time;
    ExploredSync sync(world, time);
    runtime::Mutex mutex(&sync, "mutex");
    runtime::CondVar told(&sync, "told");
    const Settled settled(world);
    std::unique_lock hold(mutex);
    told.wait(hold);
  };
  const Report report = explore(body, options);
  ASSERT_TRUE(report.failed);
  EXPECT_NE(report.text().find("at explored_sync_test.cpp:"), std::string::npos) << report.text();
  EXPECT_EQ(report.text().find("line 0"), std::string::npos) << report.text();
}

}  // namespace
}  // namespace lockstep::race
