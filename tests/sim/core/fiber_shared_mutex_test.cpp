// Shared locks and semaphores on fibers, over many schedules, and what is said of their misuse.
#include <gtest/gtest.h>

#include <mutex>
#include <shared_mutex>
#include <string>

#include "sim/core/fiber_sync.h"

namespace lockstep::sim {
namespace {

using std::chrono::milliseconds;

struct Bench {
  explicit Bench(std::uint64_t seed) : choices(seed), engine(choices) {}
  void spawn(std::string name, std::function<void()> body) {
    engine.spawn(std::move(name), node_lane(0), std::move(body));
  }
  RunEnd run() {
    const RunEnd end = engine.run();
    engine.unwind();
    return end;
  }
  [[nodiscard]] std::string what() const { return engine.failure() ? engine.failure()->what : ""; }
  Choices choices;
  Engine engine;
  ExactTime time;
  FiberSync sync{engine, time};
};

TEST(FiberSharedMutex, keeps_writers_alone_and_lets_readers_meet) {
  bool met = false;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Bench bench(seed);
    runtime::SharedMutex mutex(&bench.sync, "pair");
    int readers = 0;
    int writers = 0;
    int rounds = 0;
    for (int fiber = 0; fiber < 3; ++fiber) {
      bench.spawn("reader", [&] {
        for (int i = 0; i < 5; ++i) {
          const std::shared_lock hold(mutex);
          ++readers;
          met |= readers > 1;
          EXPECT_EQ(writers, 0);
          bench.engine.schedule_point();
          --readers;
          ++rounds;
        }
      });
      bench.spawn("writer", [&] {
        for (int i = 0; i < 5; ++i) {
          const std::lock_guard hold(mutex);
          ++writers;
          EXPECT_EQ(writers, 1);
          EXPECT_EQ(readers, 0);
          bench.engine.schedule_point();
          --writers;
          ++rounds;
        }
      });
    }
    ASSERT_EQ(bench.run(), RunEnd::kFinished) << seed << ": " << bench.what();
    ASSERT_EQ(rounds, 30);
    ASSERT_EQ(mutex.slot, 0U);
  }
  EXPECT_TRUE(met);
}

TEST(FiberSharedMutex, tells_an_upgrade_from_shared_to_exclusive) {
  Bench bench(1);
  runtime::SharedMutex mutex(&bench.sync, "states");
  bench.spawn("publisher", [&] {
    const std::shared_lock look(mutex);
    const std::lock_guard commit(mutex);
  });
  EXPECT_EQ(bench.run(), RunEnd::kFailed);
  EXPECT_NE(bench.what().find("publisher waits for shared mutex states, shared by publisher"),
            std::string::npos)
      << bench.what();
}

TEST(FiberSharedMutex, finds_the_circle_through_any_of_its_readers) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Bench bench(seed);
    runtime::SharedMutex states(&bench.sync, "states");
    runtime::Mutex votes(&bench.sync, "votes");
    // Keeps the run alive, and reads beside the one who is part of the circle.
    bench.spawn("bystander", [&] {
      for (int i = 0; i < 50; ++i) {
        bench.engine.sleep_until(bench.engine.now() + milliseconds(1));
      }
    });
    bench.spawn("other reader", [&] {
      const std::shared_lock hold(states);
      bench.engine.sleep_until(bench.engine.now() + milliseconds(10));
    });
    bench.spawn("reader", [&] {
      const std::shared_lock hold(states);
      bench.engine.schedule_point();
      const std::lock_guard inner(votes);
    });
    bench.spawn("writer", [&] {
      const std::lock_guard hold(votes);
      bench.engine.schedule_point();
      const std::lock_guard inner(states);
    });
    if (bench.run() == RunEnd::kFailed) {
      ++found;
      EXPECT_EQ(bench.engine.failure()->kind, FailureKind::kDeadlock);
    }
  }
  EXPECT_GT(found, 10);
}

TEST(FiberSharedMutex, finds_the_reader_that_enters_twice_round_a_waiting_writer) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Bench bench(seed);
    runtime::SharedMutex mutex(&bench.sync, "twice");
    bench.spawn("reader", [&] {
      const std::shared_lock first(mutex);
      const std::shared_lock second(mutex);
    });
    EXPECT_EQ(bench.run(), RunEnd::kFailed) << "in every schedule, not only with a writer in between";
  }
}

TEST(FiberSharedMutex, tells_of_unlocks_by_those_who_do_not_hold) {
  Bench exclusive(1);
  runtime::SharedMutex first(&exclusive.sync, "never locked");
  exclusive.spawn("stranger", [&] { first.unlock(); });
  EXPECT_EQ(exclusive.run(), RunEnd::kFailed);
  EXPECT_NE(exclusive.what().find("shared mutex never locked is unlocked by"), std::string::npos);
  Bench shared(1);
  runtime::SharedMutex second(&shared.sync, "read by another");
  shared.spawn("owner", [&] {
    const std::shared_lock hold(second);
    shared.engine.sleep_until(shared.engine.now() + milliseconds(5));
  });
  shared.spawn("stranger", [&] {
    shared.engine.sleep_until(shared.engine.now() + milliseconds(1));
    second.unlock_shared();
  });
  EXPECT_EQ(shared.run(), RunEnd::kFailed);
}

TEST(FiberSemaphore, loses_no_permit_and_no_wake_up) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Bench bench(seed);
    runtime::Semaphore free(&bench.sync, "free", 2, 2);
    runtime::Semaphore used(&bench.sync, "used", 2, 0);
    int inside = 0;
    int taken = 0;
    for (int fiber = 0; fiber < 2; ++fiber) {
      bench.spawn("producer", [&] {
        for (int i = 0; i < 6; ++i) {
          free.acquire();
          EXPECT_LE(++inside, 2);
          used.release();
        }
      });
      bench.spawn("consumer", [&] {
        for (int i = 0; i < 6; ++i) {
          used.acquire();
          --inside;
          ++taken;
          free.release();
        }
      });
    }
    ASSERT_EQ(bench.run(), RunEnd::kFinished) << bench.what();
    ASSERT_EQ(taken, 12);
    ASSERT_EQ(free.slot, 0U);
    ASSERT_EQ(used.slot, 0U);
  }
}

TEST(FiberSemaphore, passes_a_permit_on_when_the_one_it_was_for_is_unwound) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Bench bench(seed);
    runtime::Semaphore permits(&bench.sync, "permits", 1, 0);
    bool served = false;
    const FiberRef first = bench.engine.spawn("first", node_lane(0), [&] { permits.acquire(); });
    bench.spawn("second", [&] {
      permits.acquire();
      served = true;
    });
    bench.spawn("giver", [&] {
      bench.engine.sleep_until(bench.engine.now() + milliseconds(1));
      bench.engine.stop_fiber(first);
      permits.release();
    });
    ASSERT_EQ(bench.run(), RunEnd::kFinished);
    EXPECT_TRUE(served);
  }
}

}  // namespace
}  // namespace lockstep::sim
