// Fibers that are ended before their time run their destructors, in every awkward place.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/core/engine.h"
#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"

namespace lockstep::sim {
namespace {

using std::chrono::seconds;

constexpr Waiting kForever{"forever", nullptr, nullptr};

/// Notes its name when it goes.
struct Witness {
  Witness(std::string& log, char name) : log_(log), name_(name) {}
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;
  ~Witness() { log_ += name_; }
  std::string& log_;
  char name_;
};

TEST(Unwinding, runs_destructors_of_parked_runnable_and_sleeping_fibers) {
  std::string log;
  {
    Choices choices(1);
    Engine engine(choices);
    engine.spawn("parked", node_lane(0), [&] {
      const Witness witness(log, 'p');
      engine.park(kForever);
      log += '!';
    });
    engine.spawn("sleeping", node_lane(0), [&] {
      const Witness witness(log, 's');
      engine.sleep_until(Time(seconds(100)));
      log += '!';
    });
    engine.spawn("runnable", node_lane(0), [&] {
      const Witness witness(log, 'r');
      engine.sleep_until(Time(seconds(5)));
      engine.stop();
      engine.yield();
      log += '!';
    });
    EXPECT_EQ(engine.run(), RunEnd::kStopped);
    EXPECT_EQ(log, "");
  }
  std::sort(log.begin(), log.end());
  EXPECT_EQ(log, "prs");
}

TEST(Unwinding, drops_the_body_of_a_fiber_that_never_ran) {
  auto owned = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = owned;
  bool ran = false;
  {
    Choices choices(1);
    Engine engine(choices);
    engine.spawn("never", node_lane(0), [&ran, owned] { ran = *owned == 1; });
    owned.reset();
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
  EXPECT_FALSE(ran);
}

TEST(Unwinding, ends_one_node_and_leaves_the_others_running) {
  Choices choices(1);
  Engine engine(choices);
  std::string log;
  for (std::uint32_t node = 0; node < 2; ++node) {
    for (int thread = 0; thread < 3; ++thread) {
      engine.spawn("worker", node_lane(node), [&, node] {
        const Witness witness(log, node == 0 ? 'a' : 'b');
        for (int at = 1; at <= 4; ++at) {
          engine.sleep_until(Time(seconds(at)));
        }
      });
    }
  }
  EXPECT_EQ(engine.run_until(Time(seconds(2))), RunEnd::kTimeReached);
  engine.stop_fibers(node_lane(0));
  EXPECT_EQ(engine.run_until(Time(seconds(3))), RunEnd::kTimeReached);
  EXPECT_EQ(log, "aaa");
  EXPECT_EQ(engine.run(), RunEnd::kFinished);
  EXPECT_EQ(log, "aaabbb");
  EXPECT_FALSE(engine.failure());
}

TEST(Unwinding, does_not_count_exceptions_of_code_that_is_being_ended) {
  Choices choices(1);
  Engine engine(choices);
  engine.spawn("careless", node_lane(0), [&] {
    try {
      engine.park(kForever);
    } catch (...) {
      throw std::runtime_error("the wait failed");
    }
  });
  EXPECT_EQ(engine.run(), RunEnd::kDeadlock);
  engine.unwind();
  EXPECT_EQ(engine.fibers(), 0U);
  EXPECT_FALSE(engine.failure());
}

TEST(Unwinding, lets_an_owner_outlive_the_threads_that_it_joins_in_its_destructor) {
  struct Pool {
    Pool(Engine& engine, std::string& log) : engine_(engine), log_(log) {
      for (int i = 0; i < 3; ++i) {
        threads_.push_back(engine.spawn("worker", node_lane(0), [this] {
          const Witness witness(log_, 'w');
          engine_.park(kForever);
        }));
      }
    }
    ~Pool() {
      for (const FiberRef thread : threads_) {
        engine_.join(thread);
      }
      log_ += 'P';
    }
    Engine& engine_;
    std::string& log_;
    std::vector<FiberRef> threads_;
  };
  std::string log;
  {
    Choices choices(1);
    Engine engine(choices);
    engine.spawn("owner", node_lane(0), [&] {
      const Pool pool(engine, log);
      engine.park(kForever);
    });
    EXPECT_EQ(engine.run(), RunEnd::kDeadlock);
  }
  EXPECT_EQ(log, "wwwP");
}

TEST(Unwinding, ends_threads_of_a_node_that_is_destroyed_from_outside) {
  std::string log;
  Choices choices(1);
  Engine engine(choices);
  const ExactTime time;
  FiberScheduler scheduler(engine, node_lane(0), time);
  auto thread = scheduler.spawn("worker", [&] {
    const Witness witness(log, 'w');
    engine.park(kForever);
  });
  EXPECT_EQ(engine.run(), RunEnd::kDeadlock);
  thread.reset();
  EXPECT_EQ(log, "w");
  EXPECT_FALSE(engine.failure());
}

TEST(Unwinding, blocks_nowhere_while_an_exception_is_in_flight) {
  struct Drains {
    explicit Drains(Engine& engine) : engine_(engine) {}
    ~Drains() {
      engine_.yield();
      engine_.sleep_until(Time(seconds(1000)));
      engine_.park(kForever);
    }
    Engine& engine_;
  };
  Choices choices(1);
  Engine engine(choices);
  bool gone = false;
  engine.spawn("drainer", node_lane(0), [&] {
    {
      const Drains drains(engine);
      engine.park(kForever);
    }
    gone = true;
  });
  EXPECT_EQ(engine.run(), RunEnd::kDeadlock);
  engine.unwind();
  EXPECT_FALSE(gone);
  EXPECT_EQ(engine.fibers(), 0U);
  EXPECT_EQ(engine.abandoned(), 0U);
}

TEST(Unwinding, gives_up_a_fiber_that_will_not_end) {
  Choices choices(1);
  Engine engine(choices);
  engine.spawn("stubborn", node_lane(0), [&] {
    while (true) {
      try {
        engine.park(kForever);
      } catch (...) {
        // Swallows everything, the engine's own type included.
      }
    }
  });
  EXPECT_EQ(engine.run(), RunEnd::kDeadlock);
  engine.unwind();
  EXPECT_EQ(engine.fibers(), 0U);
  EXPECT_EQ(engine.abandoned(), 1U);
}

TEST(Unwinding, passes_through_held_locks_and_waits) {
  std::string log;
  Choices choices(1);
  Engine engine(choices);
  const ExactTime time;
  FiberSync sync(engine, time);
  runtime::Mutex mutex(&sync, "store");
  runtime::Mutex other(&sync, "peers");
  runtime::CondVar cond(&sync, "changed");
  engine.spawn("holder", node_lane(0), [&] {
    const std::lock_guard hold(mutex);
    const Witness witness(log, 'h');
    engine.park(kForever);
  });
  engine.spawn("contender", node_lane(0), [&] {
    engine.sleep_until(Time(seconds(1)));
    const std::lock_guard hold(mutex);
    const Witness witness(log, 'c');
    engine.sleep_until(Time(seconds(2)));
  });
  engine.spawn("waiter", node_lane(0), [&] {
    std::unique_lock hold(other);
    const Witness witness(log, 'w');
    while (true) {
      cond.wait(hold);
    }
  });
  EXPECT_EQ(engine.run(), RunEnd::kDeadlock);
  EXPECT_EQ(engine.parked_report(),
            "node 0, holder waits for forever\n"
            "node 0, contender waits for mutex store, held by holder\n"
            "node 0, waiter waits for condition changed\n");
  engine.unwind();
  std::sort(log.begin(), log.end());
  EXPECT_EQ(log, "chw");
  EXPECT_FALSE(engine.failure());
  EXPECT_EQ(mutex.slot, 0U);
  EXPECT_EQ(other.slot, 0U);
  EXPECT_EQ(cond.slot, 0U);
}

TEST(Unwinding, ends_everybody_however_large_the_bound_on_turns_is) {
  Choices choices(1);
  Engine::Options options;
  options.livelock_bound = ~std::uint64_t{0};
  Engine engine(choices, options);
  for (int i = 0; i < 10; ++i) {
    engine.spawn("worker", node_lane(0), [&engine] {
      engine.yield();
      engine.park(kForever);
    });
  }
  EXPECT_EQ(engine.run(), RunEnd::kDeadlock);
  engine.unwind();
  EXPECT_EQ(engine.abandoned(), 0U);
}

TEST(Unwinding, leaves_the_stacks_to_the_next_engine) {
  StackPool stacks;
  for (int run = 0; run < 50; ++run) {
    Choices choices(static_cast<std::uint64_t>(run));
    Engine::Options options;
    options.stacks = &stacks;
    Engine engine(choices, options);
    for (int i = 0; i < 40; ++i) {
      engine.spawn("worker", node_lane(0), [&engine] { engine.park(kForever); });
    }
    EXPECT_EQ(engine.run(), RunEnd::kDeadlock);
  }
  EXPECT_EQ(stacks.in_use(), 0U);
  EXPECT_LE(stacks.mapped(), 64U);
}

}  // namespace
}  // namespace lockstep::sim
