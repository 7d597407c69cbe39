// What explorations find, and how they tell it.
#include "sim/race/explorer.h"

#include <gtest/gtest.h>

#include <mutex>
#include <stdexcept>

#include "classics.h"
#include "sim/race/memory.h"
#include "sim/race/primitives.h"

namespace lockstep::race {
namespace {

ExploreOptions options_of(std::uint64_t schedules, bool races = false) {
  ExploreOptions options;
  options.schedules = schedules;
  options.runner.detect_races = races;
  return options;
}

Body two_threads(const std::function<void(World&, Mutex&, Mutex&)>& one,
                 const std::function<void(World&, Mutex&, Mutex&)>& two) {
  return [=](World& world) {
    Mutex a(world, "a");
    Mutex b(world, "b");
    world.spawn("one", [&] { one(world, a, b); });
    world.spawn("two", [&] { two(world, a, b); });
    world.join_all();
  };
}

void nest(Mutex& outer, Mutex& inner) {
  std::lock_guard<Mutex> first(outer);
  std::lock_guard<Mutex> second(inner);
}

TEST(Explorer, tells_a_deadlock_by_lock_and_thread_names) {
  const Report report = explore(two_threads([](World&, Mutex& a, Mutex& b) { nest(a, b); },
                                            [](World&, Mutex& a, Mutex& b) { nest(b, a); }),
                                options_of(1000));
  ASSERT_TRUE(report.failed);
  EXPECT_EQ(report.failed->finding.kind, FindingKind::kDeadlock);
  const std::string& sentence = report.failed->finding.sentence;
  EXPECT_NE(sentence.find("one waits for mutex b, held by two"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("two waits for mutex a, held by one"), std::string::npos) << sentence;
}

TEST(Explorer, reports_a_lock_order_cycle_although_nothing_deadlocked) {
  ExploreOptions options = options_of(1);
  options.strategy = StrategyKind::kRunToBlock;
  const Report report = explore(two_threads([](World&, Mutex& a, Mutex& b) { nest(a, b); },
                                            [](World&, Mutex& a, Mutex& b) { nest(b, a); }),
                                options);
  EXPECT_FALSE(report.failed);
  ASSERT_EQ(report.lock_cycles.size(), 1U);
  EXPECT_NE(report.text().find("one takes b while it holds a; two takes a while it holds b"),
            std::string::npos)
      << report.text();
}

TEST(Explorer, tells_a_lost_wake_up_with_its_notification_and_its_wait) {
  const Body body = [](World& world) {
    Mutex mutex(world, "mutex");
    CondVar filled(world, "filled");
    world.spawn("waiter", [&] {
      std::unique_lock<Mutex> hold(mutex);
      filled.wait(hold);
    });
    world.spawn("notifier", [&] { filled.notify_one(); });
    world.join_all();
  };
  const Report report = explore(body, options_of(1000));
  ASSERT_TRUE(report.failed);
  EXPECT_EQ(report.failed->finding.kind, FindingKind::kLostWakeUp);
  const std::string& sentence = report.failed->finding.sentence;
  EXPECT_TRUE(sentence.starts_with("lost wake-up: notify_one by notifier")) << sentence;
  EXPECT_NE(sentence.find("found nobody waiting, then waiter began to wait"), std::string::npos) << sentence;
}

TEST(Explorer, finds_a_data_race_although_no_schedule_breaks_an_assertion) {
  const Body body = [](World& world) {
    Mutex mutex(world, "mutex");
    Var<int> counter(world, "counter", 0);
    world.spawn("careful", [&] {
      std::lock_guard<Mutex> hold(mutex);
      counter.add(1);
    });
    world.spawn("careless", [&] { counter.add(1); });
    world.join_all();
  };
  const Report report = explore(body, options_of(100, true));
  ASSERT_TRUE(report.failed);
  EXPECT_EQ(report.failed->finding.kind, FindingKind::kDataRace);
  EXPECT_LE(report.statistics.schedules, 2U);
  const std::string& sentence = report.failed->finding.sentence;
  EXPECT_TRUE(sentence.starts_with("data race on counter: ")) << sentence;
  EXPECT_NE(sentence.find("careful"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("holding mutex"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("holding nothing"), std::string::npos) << sentence;
}

TEST(Explorer, calls_a_loop_that_never_ends_a_livelock_and_lets_one_that_waits_for_others_end) {
  ExploreOptions options = options_of(3);
  options.runner.fair_after = 2'000;
  options.runner.most_steps = 5'000;
  const auto spin = [](bool forever) {
    return [forever](World& world) {
      Atomic<int> flag(world, "flag", 0);
      world.spawn("spinner", [&] {
        while (flag.load() == 0) {
        }
      });
      world.spawn("setter", [&, forever] { flag.store(forever ? 0 : 1); });
      world.join_all();
    };
  };
  const Report forever = explore(spin(true), options);
  ASSERT_TRUE(forever.failed);
  EXPECT_EQ(forever.failed->finding.kind, FindingKind::kLivelock);
  options.schedules = 200;
  const Report ends = explore(spin(false), options);
  EXPECT_TRUE(ends.clean()) << ends.text();
}

TEST(Explorer, finds_misuse_and_exceptions_and_locking_twice) {
  const auto one_thread = [](const std::function<void(World&, Mutex&)>& act) {
    return [act](World& world) {
      Mutex mutex(world, "m");
      world.spawn("actor", [&] { act(world, mutex); });
      world.join_all();
    };
  };
  const Report misuse = explore(one_thread([](World&, Mutex& mutex) { mutex.unlock(); }), options_of(5));
  ASSERT_TRUE(misuse.failed);
  EXPECT_EQ(misuse.failed->finding.kind, FindingKind::kMisuse);
  const Report thrown =
      explore(one_thread([](World&, Mutex&) { throw std::runtime_error("broken"); }), options_of(5));
  ASSERT_TRUE(thrown.failed);
  EXPECT_EQ(thrown.failed->finding.sentence, "exception in actor: broken");
  const Report twice = explore(one_thread([](World&, Mutex& mutex) {
                                 mutex.lock();
                                 mutex.lock();
                               }),
                               options_of(5));
  ASSERT_TRUE(twice.failed);
  EXPECT_EQ(twice.failed->finding.kind, FindingKind::kDeadlock);
}

TEST(Explorer, ends_the_other_threads_before_what_they_share_is_gone) {
  const Body body = [](World& world) {
    Mutex mutex(world, "mutex");
    Atomic<int> counter(world, "counter", 0);
    for (int i = 0; i < 4; ++i) {
      world.spawn("worker", [&] {
        while (true) {
          std::lock_guard<Mutex> hold(mutex);
          counter.fetch_add(1);
        }
      });
    }
    while (counter.load() < 10) {
    }
    throw std::runtime_error("enough");
  };
  const Report report = explore(body, options_of(20));
  ASSERT_TRUE(report.failed);
  EXPECT_EQ(report.failed->finding.sentence, "exception in main: enough");
}

TEST(Explorer, notices_that_a_body_does_not_do_the_same_again) {
  int calls = 0;
  const Body body = [&calls](World& world) {
    Atomic<int> counter(world, "counter", 0);
    Atomic<int> other(world, "other", 0);
    world.spawn("worker", [&] { (++calls % 2 == 0 ? counter : other).fetch_add(1); });
    world.join_all();
  };
  const Report report = explore(body, options_of(10));
  EXPECT_NE(report.uncontrolled.find("differs at operation"), std::string::npos) << report.text();
  EXPECT_NE(report.uncontrolled.find("worker rmw counter"), std::string::npos) << report.text();
}

TEST(Explorer, lets_timed_waits_pass_only_when_nothing_earlier_can_happen) {
  const Body body = [](World& world) {
    Mutex mutex(world, "mutex");
    CondVar filled(world, "filled");
    bool ready = false;
    world.spawn("producer", [&] {
      world.sleep_for(std::chrono::milliseconds(5));
      std::lock_guard<Mutex> hold(mutex);
      ready = true;
      filled.notify_all();
    });
    std::unique_lock<Mutex> hold(mutex);
    while (!ready) {
      const bool notified = filled.wait_until(mutex, sim::Time(std::chrono::milliseconds(10)));
      LOCKSTEP_ASSERT(notified);
    }
    LOCKSTEP_ASSERT(!filled.wait_until(mutex, sim::Time(std::chrono::milliseconds(20))));
    LOCKSTEP_ASSERT(world.now().time_since_epoch() == std::chrono::milliseconds(20));
  };
  const Report report = explore(body, options_of(500));
  EXPECT_TRUE(report.clean()) << report.text();
}

TEST(Explorer, finds_a_run_again_by_its_number) {
  const ExploreOptions options = options_of(10'000);
  const Body body = reorder(5, false);
  const Report report = explore(body, options);
  ASSERT_TRUE(report.failed);
  const auto again = replay_run(body, options, report.failed->run);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->finding.fingerprint, report.failed->finding.fingerprint);
  EXPECT_EQ(again->recording.steps.size(), report.failed->recording.steps.size());
  EXPECT_EQ(again->replay_line(), report.failed->replay_line());
}

TEST(Explorer, stops_when_its_caller_has_no_more_time) {
  ExploreOptions options = options_of(100'000);
  options.keep_going = [] { return false; };
  const Report report = explore(reorder(2, true), options);
  EXPECT_EQ(report.statistics.schedules, 64U);
  EXPECT_NE(report.text().find("64 schedules"), std::string::npos);
}

TEST(DistinctCount, is_exact_for_few_and_near_for_many) {
  DistinctCount count;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    count.add(i % 10'000);
  }
  EXPECT_EQ(count.count(), 10'000U);
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    count.add(i);
  }
  EXPECT_NEAR(static_cast<double>(count.count()), 1e6, 3e4);
}

}  // namespace
}  // namespace lockstep::race
