// Locks are taken upwards, known to their threads, and timed.
#include "node/locking/tiered_lock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>

#include "lock_worlds.h"
#include "node/base/assert.h"
#include "node/locking/coherent.h"

namespace lockstep::locking {
namespace {

using namespace std::chrono_literals;
using test::LockWorld;

TEST(TieredLock, is_taken_upwards_only) {
  test::in_all_worlds(20, [](LockWorld& world) {
    TieredSharedMutex states(world.seams(), Tier::kStates, "states");
    TieredMutex keys(world.seams(), Tier::kCaches, "keys");
    TieredMutex events(world.seams(), Tier::kCaches, "events");
    TieredMutex choice(world.seams(), Tier::kForkChoice, "fork choice");
    {
      const Hold first = states.hold_shared("up");
      const Hold second = keys.hold("up");
      const Hold third = choice.hold("up");
      EXPECT_EQ(world.seams().scheduler.held_locks().size(), 3U);
      EXPECT_FALSE(first.is_exclusive());
      EXPECT_TRUE(second.is_exclusive());
    }
    EXPECT_EQ(world.seams().scheduler.held_locks().size(), 0U);
    {
      const Hold held = choice.hold("down");
      EXPECT_THROW(static_cast<void>(states.hold_shared("down")), base::AssertionFailed);
      EXPECT_THROW(static_cast<void>(choice.hold("again")), base::AssertionFailed);
    }
    {
      const Hold held = keys.hold("sibling");
      EXPECT_THROW(static_cast<void>(events.hold("sibling")), base::AssertionFailed);
    }
    {
      const Hold held = states.hold_shared("upgrade");
      EXPECT_THROW(static_cast<void>(states.hold("upgrade")), base::AssertionFailed);
      EXPECT_THROW(static_cast<void>(states.hold_shared("twice")), base::AssertionFailed);
    }
    // One after the other they may come in any order.
    {
      const Hold held = choice.hold("after");
    }
    {
      const Hold held = states.hold("after");
    }
  });
}

TEST(TieredLock, says_which_lock_is_in_the_way) {
  test::on_threads([](LockWorld& world) {
    TieredMutex pending(world.seams(), Tier::kPendingBlocks, "pending blocks");
    TieredMutex choice(world.seams(), Tier::kForkChoice, "fork choice");
    const Hold held = choice.hold("test");
    try {
      const Hold wrong = pending.hold("test");
      FAIL() << "no assertion";
    } catch (const base::AssertionFailed& failed) {
      EXPECT_NE(std::string(failed.what())
                    .find("lock pending blocks (tier 4) is taken while fork choice (tier 6) is held"),
                std::string::npos)
          << failed.what();
    }
  });
}

TEST(TieredLock, keeps_the_record_of_each_thread_apart) {
  test::in_all_worlds(200, [](LockWorld& world) {
    TieredSharedMutex states(world.seams(), Tier::kStates, "states");
    TieredMutex choice(world.seams(), Tier::kForkChoice, "fork choice");
    // One thread holds the higher lock while others take the lower one: no breach, and no deadlock.
    world.beside({{"high",
                   [&] {
                     for (int i = 0; i < 3; ++i) {
                       const Hold held = choice.hold("high");
                       world.pause();
                     }
                   }},
                  {"both",
                   [&] {
                     for (int i = 0; i < 3; ++i) {
                       const Hold low = states.hold("both");
                       world.pause();
                       const Hold high = choice.hold("both");
                     }
                   }},
                  {"low", [&] {
                     for (int i = 0; i < 3; ++i) {
                       Hold low = states.hold_shared("low");
                       world.pause();
                       Hold moved = std::move(low);
                       EXPECT_FALSE(low.is_held());
                       EXPECT_TRUE(moved.is_held());
                       moved.release();
                       moved.release();
                       EXPECT_EQ(world.seams().scheduler.held_locks().size(), 0U);
                     }
                   }}});
  });
}

TEST(TieredLock, is_let_go_when_its_holder_throws) {
  test::in_all_worlds(5, [](LockWorld& world) {
    TieredMutex mutex(world.seams(), Tier::kCaches, "keys");
    EXPECT_THROW(
        {
          const Hold held = mutex.hold("throws");
          throw std::runtime_error("out of luck");
        },
        std::runtime_error);
    EXPECT_EQ(world.seams().scheduler.held_locks().size(), 0U);
    const Hold again = mutex.hold("after");
  });
}

TEST(LockTimes, count_waits_and_holds_by_site_on_the_nodes_clock) {
  const std::string told = test::on_fibers(7, [](LockWorld& world) {
    TieredMutex mutex(world.seams(), Tier::kStates, "states");
    const auto sleep = [&](base::Duration length) {
      world.seams().scheduler.sleep_until(world.seams().clock.now() + length);
    };
    world.beside({{"long",
                   [&] {
                     const Hold held = mutex.hold("import");
                     sleep(700ms);
                   }},
                  {"waits", [&] {
                     sleep(200ms);
                     Hold held = mutex.hold("api");
                     sleep(5ms);
                     // A hold that moves on goes on being measured.
                     const Hold moved = std::move(held);
                     sleep(5ms);
                   }}});
    const auto readings = mutex.times().read();
    ASSERT_EQ(readings.size(), 2U);
    EXPECT_STREQ(readings[0].site, "import");
    EXPECT_EQ(readings[0].hold.sum, 700ms);
    EXPECT_EQ(readings[0].wait.sum, 0ms);
    EXPECT_STREQ(readings[1].site, "api");
    EXPECT_EQ(readings[1].wait.max, 500ms);
    EXPECT_EQ(readings[1].hold.sum, 10ms);
    EXPECT_EQ(readings[1].hold.count, 1U);
  });
  EXPECT_EQ(told, "");
}

TEST(LockTimes, know_a_site_by_its_name_and_count_the_rest_together) {
  LockTimes times;
  std::string same = "import";
  EXPECT_EQ(&times.site("import"), &times.site(same.c_str()));
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) {
    names.push_back("site " + std::to_string(i));
  }
  for (const std::string& name : names) {
    times.site(name.c_str()).wait.add(1us);
  }
  const auto readings = times.read();
  ASSERT_EQ(readings.size(), LockTimes::kSitesMax + 1);
  EXPECT_STREQ(readings.back().site, "other sites");
  std::uint64_t all = 0;
  for (const auto& reading : readings) {
    all += reading.wait.count;
  }
  EXPECT_EQ(all, 40U);
}

TEST(LockTimes, put_durations_into_powers_of_two) {
  DurationHistogram histogram;
  histogram.add(0ns);
  histogram.add(-5ns);
  histogram.add(1ns);
  histogram.add(1023ns);
  histogram.add(1024ns);
  histogram.add(200h);
  const auto reading = histogram.read();
  EXPECT_EQ(reading.buckets[0], 2U);
  EXPECT_EQ(reading.buckets[1], 1U);
  EXPECT_EQ(reading.buckets[10], 1U);
  EXPECT_EQ(reading.buckets[11], 1U);
  EXPECT_EQ(reading.buckets[DurationHistogram::kBuckets - 1], 1U);
  EXPECT_EQ(reading.count, 6U);
  EXPECT_EQ(reading.max, 200h);
}

TEST(Coherent, shows_whole_values_and_changes_them_in_one_step) {
  struct Pair {
    int slot = 0;
    int root = 0;
  };
  test::in_all_worlds(300, [](LockWorld& world) {
    Coherent<Pair> head(world.seams(), Tier::kForkChoice, "head");
    const auto advance = [&] {
      for (int i = 0; i < 5; ++i) {
        head.update("advance", [&](Pair& pair) {
          ++pair.slot;
          world.pause();
          ++pair.root;
          return pair.slot;
        });
      }
    };
    world.beside({{"first", advance}, {"second", advance}, {"reader", [&] {
                                                              int last = 0;
                                                              for (int i = 0; i < 5; ++i) {
                                                                const Pair seen = head.read("reader");
                                                                EXPECT_EQ(seen.slot, seen.root);
                                                                EXPECT_GE(seen.slot, last);
                                                                last = seen.slot;
                                                              }
                                                            }}});
    EXPECT_EQ(head.read("end").slot, 10);
  });
}

}  // namespace
}  // namespace lockstep::locking
