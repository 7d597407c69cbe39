// Races on plain memory in a simulated world: the run fails, and says where and between whom.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "sim/core/engine.h"
#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"

namespace lockstep::watch {
namespace {

using std::chrono::milliseconds;

/// A part of a node that two of its threads use; without its lock if it is the buggy one.
class Counter {
 public:
  Counter(runtime::SyncHook& sync, bool locks) : mutex_(&sync, "counter"), locks_(locks) {}
  [[gnu::noinline]] void add() { ++value_; }
  static constexpr int kAddLine = __LINE__ - 1;
  void count() {
    if (locks_) {
      const std::lock_guard lock(mutex_);
      add();
    } else {
      add();
    }
  }

 private:
  runtime::Mutex mutex_;
  bool locks_;
  int value_ = 0;
};

struct Told {
  sim::RunEnd end;
  std::optional<sim::Failure> failure;
};

/// Two threads of one node count every few milliseconds of virtual time, each on its own beat.
Told run(bool locks, std::uint64_t seed) {
  sim::Choices choices(seed);
  sim::Engine engine(choices);
  const sim::ExactTime time;
  sim::FiberSync sync(engine, time);
  sim::FiberScheduler scheduler(engine, sim::node_lane(0), time);
  Counter counter(sync, locks);
  const auto beat = [&](int every) {
    return [&, every] {
      for (int i = 0; i < 20; ++i) {
        scheduler.sleep_until(base::Instant(engine.now().time_since_epoch()) + milliseconds(every));
        counter.count();
      }
    };
  };
  const auto network = scheduler.spawn("network", beat(7));
  const auto chain = scheduler.spawn("chain", beat(11));
  const sim::RunEnd end = engine.run();
  Told told{end, engine.failure()};
  engine.unwind();
  return told;
}

TEST(WatchedWorld, fails_a_run_in_which_two_threads_share_a_field_without_a_lock) {
  const Told told = run(false, 1);
  EXPECT_EQ(told.end, sim::RunEnd::kFailed);
  ASSERT_TRUE(told.failure.has_value());
  EXPECT_EQ(told.failure->kind, sim::FailureKind::kDataRace);
  EXPECT_EQ(told.failure->fiber, "chain");
  const std::string& what = told.failure->what;
  const std::string place = "tests/sim/watch/world_test.cpp:" + std::to_string(Counter::kAddLine);
  EXPECT_NE(what.find("write by network at " + place), std::string::npos) << what;
  EXPECT_NE(what.find("by chain at " + place), std::string::npos) << what;
  EXPECT_EQ(told.failure->fingerprint.find("network"), std::string::npos) << told.failure->fingerprint;
  EXPECT_NE(told.failure->fingerprint.find(place), std::string::npos);
  EXPECT_GE(told.failure->details.size(), 4U);
  EXPECT_EQ(run(false, 1).failure->what, what);
}

TEST(WatchedWorld, is_silent_when_they_lock) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Told told = run(true, seed);
    EXPECT_EQ(told.end, sim::RunEnd::kFinished) << told.failure->what;
  }
}

}  // namespace
}  // namespace lockstep::watch
