// Every strategy of the explorer gives turns in a cluster: slot by slot, by keyed choices alone.
#include "sim/cluster/turns.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "node/runtime/atomic.h"
#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"

namespace lockstep::cluster {
namespace {

using namespace std::chrono_literals;

constexpr sim::Time kSlot = sim::Time(1s);

/// Three threads count together in each of some slots; who counted when.
std::string order_of(std::string_view strategy, std::uint64_t seed, int slots,
                     const sim::ChoiceKey* overridden = nullptr) {
  sim::Choices choices(seed);
  if (overridden != nullptr) {
    choices.set_override(*overridden, ~std::uint64_t{0});
  }
  sim::Engine engine(choices, {.policy = sim::Policy::kFifo});
  Turns turns(engine, choices, strategy);
  const sim::ExactTime time;
  sim::FiberSync sync(engine, time);
  runtime::Atomic<int> counter(&sync, "counter");
  runtime::Mutex mutex(&sync, "mutex");
  std::string order;
  for (char name = 'a'; name < 'd'; ++name) {
    engine.spawn(std::string(1, name), sim::kWorldLane, [&, name, slots] {
      for (int slot = 0; slot < slots; ++slot) {
        engine.sleep_until(sim::Time(slot * kSlot.time_since_epoch() + 100ms));
        for (int i = 0; i < 4; ++i) {
          counter.fetch_add(1);
          mutex.lock();
          order += name;
          mutex.unlock();
        }
      }
    });
  }
  for (int slot = 1; slot <= slots; ++slot) {
    static_cast<void>(engine.run_until(sim::Time(slot * kSlot.time_since_epoch())));
    turns.next_slot();
    order += ' ';
  }
  EXPECT_EQ(engine.fibers(), 0U);
  EXPECT_FALSE(engine.failure()) << sim::to_text(*engine.failure());
  return order;
}

TEST(Turns, differ_by_strategy_and_seed_and_come_again) {
  const std::string fifo = order_of("fifo", 1, 6);
  for (const char* name : {"portfolio", "pct", "pos", "surw", "urw", "ambush", "random-walk"}) {
    const std::string order = order_of(name, 1, 6);
    EXPECT_EQ(order, order_of(name, 1, 6)) << name;
    EXPECT_NE(order, order_of(name, 2, 6)) << name;
    EXPECT_NE(order, fifo) << name;
  }
  EXPECT_EQ(order_of("run-to-block", 1, 2), order_of("run-to-block", 2, 2));
}

TEST(Turns, are_choices_that_a_plan_can_override) {
  // Slot 0 is run 2 of its strategy: the first of its draws.
  const sim::ChoiceKey key{sim::ChoiceDomain::kSchedule, 2, 1, 0};
  std::string other;
  const std::string order = order_of("random-walk", 1, 1);
  for (std::uint64_t counter = 0; counter < 8 && (other.empty() || other == order); ++counter) {
    sim::ChoiceKey one = key;
    one.counter = counter;
    other = order_of("random-walk", 1, 1, &one);
  }
  EXPECT_NE(other, order);
}

TEST(Turns, are_named_in_plans) {
  EXPECT_TRUE(is_strategy("surw"));
  EXPECT_TRUE(is_strategy("fifo"));
  EXPECT_FALSE(is_strategy("dfs"));
  EXPECT_FALSE(is_strategy(""));
  EXPECT_NE(strategy_names().find("portfolio"), std::string::npos);
}

}  // namespace
}  // namespace lockstep::cluster
