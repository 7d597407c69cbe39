// Turns, time and failures: what the engine promises to fibers and events.
#include "sim/core/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Waiting kTesting{"test", nullptr, nullptr};

/// An engine that takes turns in the order of arrival, unless told otherwise.
struct World {
  explicit World(Policy policy = Policy::kFifo, std::uint64_t seed = 1)
      : choices(seed), engine(choices, with(policy)) {}
  static Engine::Options with(Policy policy) {
    Engine::Options options;
    options.policy = policy;
    options.livelock_bound = 100'000;
    return options;
  }
  FiberRef spawn(std::string name, std::function<void()> body) {
    return engine.spawn(std::move(name), node_lane(0), std::move(body));
  }
  Choices choices;
  Engine engine;
};

/// An event that calls a function kept by the test.
Event calling(std::function<void()>& function) {
  return {
      [](void* object, std::uint64_t, std::uint64_t) { (*static_cast<std::function<void()>*>(object))(); },
      &function,
      0,
      0,
      kWorldLane,
      0};
}

TEST(Engine, takes_turns_in_order_of_arrival_under_fifo) {
  World world;
  std::string order;
  for (const char name : {'a', 'b', 'c'}) {
    world.spawn(std::string(1, name), [&world, &order, name] {
      for (int i = 0; i < 3; ++i) {
        order += name;
        world.engine.yield();
      }
    });
  }
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(order, "abcabcabc");
  EXPECT_EQ(world.engine.fibers(), 0U);
}

TEST(Engine, explores_other_orders_with_other_seeds_and_the_same_with_the_same) {
  const auto order_of = [](std::uint64_t seed) {
    World world(Policy::kRandom, seed);
    std::string order;
    for (const char name : {'a', 'b', 'c', 'd'}) {
      world.spawn(std::string(1, name), [&world, &order, name] {
        for (int i = 0; i < 3; ++i) {
          order += name;
          world.engine.yield();
        }
      });
    }
    EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
    return order;
  };
  std::vector<std::string> orders;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    orders.push_back(order_of(seed));
    EXPECT_EQ(orders.back(), order_of(seed));
  }
  std::sort(orders.begin(), orders.end());
  EXPECT_GT(std::unique(orders.begin(), orders.end()) - orders.begin(), 45);
}

TEST(Engine, jumps_from_event_to_event_in_virtual_time) {
  World world;
  std::vector<std::int64_t> seen;
  world.spawn("sleeper", [&] {
    world.engine.sleep_until(Time(seconds(3600)));
    seen.push_back(nanoseconds(world.engine.now()));
    world.engine.sleep_until(Time(seconds(1)));
    seen.push_back(nanoseconds(world.engine.now()));
  });
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(seen, (std::vector<std::int64_t>{3'600'000'000'000, 3'600'000'000'000}));
}

TEST(Engine, runs_all_events_of_an_instant_before_the_fibers_that_they_wake) {
  World world;
  std::string order;
  const FiberRef fiber = world.spawn("fiber", [&] {
    world.engine.park(kTesting);
    order += "f";
  });
  std::function<void()> first = [&] {
    order += "1";
    EXPECT_TRUE(world.engine.unpark(fiber));
    EXPECT_FALSE(world.engine.unpark(fiber));
  };
  std::function<void()> second = [&] { order += "2"; };
  world.engine.call_at(Time(milliseconds(5)), calling(first));
  world.engine.call_at(Time(milliseconds(5)), calling(second));
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(order, "12f");
}

TEST(Engine, does_not_run_a_cancelled_event) {
  World world;
  int runs = 0;
  std::function<void()> count = [&] { ++runs; };
  const EventId dropped = world.engine.call_at(Time(milliseconds(5)), calling(count));
  world.engine.call_at(Time(milliseconds(6)), calling(count));
  EXPECT_TRUE(world.engine.cancel(dropped));
  EXPECT_FALSE(world.engine.cancel(dropped));
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(runs, 1);
}

TEST(Engine, stops_at_the_limit_and_goes_on_from_there) {
  World world;
  std::vector<std::int64_t> ticks;
  world.spawn("ticker", [&] {
    for (int i = 1; i <= 5; ++i) {
      world.engine.sleep_until(Time(seconds(i)));
      ticks.push_back(nanoseconds(world.engine.now()) / 1'000'000'000);
    }
  });
  EXPECT_EQ(world.engine.run_until(Time(seconds(2))), RunEnd::kTimeReached);
  EXPECT_EQ(ticks, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(world.engine.run_until(Time(milliseconds(2500))), RunEnd::kTimeReached);
  EXPECT_EQ(world.engine.now(), Time(milliseconds(2500)));
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(ticks.size(), 5U);
}

TEST(Engine, returns_when_somebody_stops_it_and_can_go_on) {
  World world;
  int steps = 0;
  world.spawn("stopper", [&] {
    ++steps;
    world.engine.stop();
    world.engine.yield();
    ++steps;
  });
  EXPECT_EQ(world.engine.run(), RunEnd::kStopped);
  EXPECT_EQ(steps, 1);
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(steps, 2);
}

TEST(Engine, tells_a_wake_up_from_a_time_out) {
  World world;
  WakeUp patient{};
  WakeUp hasty{};
  const FiberRef waiter = world.spawn("waiter", [&] {
    patient = world.engine.park_until(kTesting, Time(seconds(10)));
    EXPECT_EQ(world.engine.now(), Time(seconds(1)));
    hasty = world.engine.park_until(kTesting, Time(seconds(2)));
    EXPECT_EQ(world.engine.now(), Time(seconds(2)));
  });
  world.spawn("waker", [&] {
    world.engine.sleep_until(Time(seconds(1)));
    EXPECT_TRUE(world.engine.unpark(waiter));
  });
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(patient, WakeUp::kUnparked);
  EXPECT_EQ(hasty, WakeUp::kTimedOut);
  EXPECT_EQ(world.engine.now(), Time(seconds(2)));
}

TEST(Engine, joins_fibers_that_run_and_fibers_that_have_ended) {
  World world;
  std::string order;
  world.spawn("parent", [&] {
    const FiberRef quick = world.spawn("quick", [&] { order += "q"; });
    const FiberRef slow = world.spawn("slow", [&] {
      world.engine.sleep_until(Time(seconds(1)));
      order += "s";
    });
    world.engine.join(slow);
    world.engine.join(quick);
    EXPECT_FALSE(world.engine.alive(quick));
    order += "p";
  });
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
  EXPECT_EQ(order, "qsp");
}

TEST(Engine, does_not_take_a_fiber_for_its_successor_in_the_same_record) {
  World world;
  world.spawn("parent", [&] {
    const FiberRef first = world.spawn("first", [] {});
    world.engine.join(first);
    const FiberRef second = world.spawn("second", [&] { world.engine.park(kTesting); });
    world.engine.yield();
    EXPECT_EQ(first.fiber, second.fiber);
    EXPECT_FALSE(world.engine.unpark(first));
    EXPECT_TRUE(world.engine.unpark(second));
  });
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
}

TEST(Engine, reports_the_exception_that_leaves_a_fiber) {
  World world;
  bool went_on = false;
  world.spawn("importer", [&] {
    world.engine.sleep_until(Time(milliseconds(1500)));
    throw std::runtime_error("no such block");
  });
  world.spawn("other", [&] {
    world.engine.sleep_until(Time(seconds(2)));
    went_on = true;
  });
  EXPECT_EQ(world.engine.run(), RunEnd::kFailed);
  ASSERT_TRUE(world.engine.failure());
  EXPECT_EQ(to_text(*world.engine.failure()), "at 1.500000000 s, node 0, importer: exception: no such block");
  EXPECT_EQ(world.engine.run(), RunEnd::kFailed);
  EXPECT_FALSE(went_on);
}

TEST(Engine, reports_broken_assertions_of_fibers_and_events) {
  World world;
  std::function<void()> breaking = [] { LOCKSTEP_ASSERT(1 + 1 == 3); };
  world.engine.call_at(Time(seconds(1)), calling(breaking));
  EXPECT_EQ(world.engine.run(), RunEnd::kFailed);
  EXPECT_EQ(world.engine.failure()->fiber, "event");
  EXPECT_NE(world.engine.failure()->what.find("1 + 1 == 3"), std::string::npos);
}

TEST(Engine, refuses_to_block_an_event) {
  World world;
  std::function<void()> sleeping = [&] { world.engine.sleep_until(Time(seconds(2))); };
  world.engine.call_at(Time(seconds(1)), calling(sleeping));
  EXPECT_EQ(world.engine.run(), RunEnd::kFailed);
  EXPECT_NE(world.engine.failure()->what.find("only fibers may block"), std::string::npos);
}

void throw_and_catch_across_switches(Engine& engine, int number, int depth) {
  try {
    engine.yield();
    if (depth == 0) {
      throw std::runtime_error("number " + std::to_string(number));
    }
    throw_and_catch_across_switches(engine, number, depth - 1);
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(error.what(), "number " + std::to_string(number));
    engine.yield();
    try {
      throw std::logic_error("inner " + std::to_string(number));
    } catch (const std::logic_error& inner) {
      engine.yield();
      EXPECT_EQ(inner.what(), "inner " + std::to_string(number));
    }
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    if (depth < 3) {
      throw;
    }
  }
}

TEST(Engine, keeps_each_fibers_exceptions_apart_across_switches_inside_handlers) {
  for (const Policy policy : {Policy::kFifo, Policy::kRandom}) {
    World world(policy);
    int done = 0;
    for (int number = 0; number < 20; ++number) {
      world.spawn("thrower", [&world, &done, number] {
        for (int round = 0; round < 5; ++round) {
          throw_and_catch_across_switches(world.engine, number, 3);
        }
        ++done;
      });
    }
    EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
    EXPECT_EQ(done, 20);
  }
}

TEST(Engine, says_who_is_parked_on_what_when_nothing_is_left_to_happen) {
  World world;
  world.engine.spawn("reader", node_lane(3), [&] {
    const Waiting waiting{"message", "blocks", nullptr};
    world.engine.park(waiting);
  });
  world.spawn("idler", [&] { world.engine.park(kTesting); });
  EXPECT_EQ(world.engine.run(), RunEnd::kDeadlock);
  EXPECT_EQ(world.engine.parked_report(),
            "node 3, reader waits for message blocks\nnode 0, idler waits for test\n");
}

TEST(Engine, notices_fibers_that_join_one_another_in_a_circle) {
  World world;
  FiberRef first;
  FiberRef second;
  first = world.spawn("first", [&] { world.engine.join(second); });
  second = world.spawn("second", [&] { world.engine.join(first); });
  EXPECT_EQ(world.engine.run(), RunEnd::kFailed);
  EXPECT_EQ(world.engine.failure()->kind, FailureKind::kDeadlock);
}

TEST(Engine, fails_fibers_that_turn_without_letting_time_pass) {
  World world;
  world.spawn("spinner", [&] {
    while (true) {
      world.engine.yield();
    }
  });
  EXPECT_EQ(world.engine.run(), RunEnd::kFailed);
  EXPECT_EQ(world.engine.failure()->kind, FailureKind::kLivelock);
}

TEST(Engine, fails_events_that_breed_without_letting_time_pass) {
  World world;
  std::function<void()> breeding;
  breeding = [&] { world.engine.call_at(world.engine.now(), calling(breeding)); };
  world.engine.call_at(Time(seconds(1)), calling(breeding));
  EXPECT_EQ(world.engine.run(), RunEnd::kFailed);
  EXPECT_EQ(world.engine.failure()->kind, FailureKind::kLivelock);
}

TEST(Engine, allows_any_number_of_turns_as_long_as_time_passes) {
  World world;
  world.spawn("ticker", [&] {
    for (int i = 0; i < 200'000; ++i) {
      world.engine.sleep_until(world.engine.now() + base::Duration(1));
    }
  });
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
}

TEST(Engine, takes_an_overridden_turn_and_only_that) {
  const auto order_of = [](std::optional<std::pair<ChoiceKey, std::uint64_t>> turn,
                           std::vector<ChoiceRecord>* records) {
    World world(Policy::kRandom, 9);
    if (turn) {
      world.choices.set_override(turn->first, turn->second);
    }
    world.choices.record_into(records);
    std::string order;
    for (const char name : {'a', 'b', 'c', 'd'}) {
      world.spawn(std::string(1, name), [&world, &order, name] {
        for (int at = 1; at <= 3; ++at) {
          world.engine.sleep_until(Time(seconds(at)));
          order += name;
        }
      });
    }
    EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
    return order;
  };
  std::vector<ChoiceRecord> records;
  const std::string plain = order_of(std::nullopt, &records);
  ChoiceRecord second_instant;
  for (const ChoiceRecord& record : records) {
    if (record.key.object == 2'000'000'000 && record.key.counter == 0) {
      second_instant = record;
    }
  }
  ASSERT_EQ(second_instant.bound, 4U);
  const std::string changed =
      order_of(std::pair(second_instant.key, (second_instant.value + 1) % 4), nullptr);
  EXPECT_EQ(changed.substr(0, 4), plain.substr(0, 4));
  EXPECT_NE(changed.substr(4, 4), plain.substr(4, 4));
  EXPECT_EQ(order_of(std::pair(second_instant.key, second_instant.value), nullptr), plain);
}

TEST(Engine, carries_a_hundred_thousand_fibers) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "sanitized stacks for 100,000 fibers take more memory than a test should";
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "sanitized stacks for 100,000 fibers take more memory than a test should";
#endif
#endif
  Choices choices(1);
  Engine engine(choices);
  int done = 0;
  for (int i = 0; i < 100'000; ++i) {
    engine.spawn("one of many", node_lane(0), [&] {
      engine.sleep_until(Time(seconds(1 + done % 7)));
      ++done;
    });
  }
  EXPECT_EQ(engine.run(), RunEnd::kFinished);
  EXPECT_EQ(done, 100'000);
}

}  // namespace
}  // namespace lockstep::sim
