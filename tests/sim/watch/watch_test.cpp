// Races on plain memory in explored code: found with both sides, and silence where there are none.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "node/runtime/atomic.h"
#include "node/runtime/sync.h"
#include "sim/core/local_time.h"
#include "sim/race/explored_scheduler.h"
#include "sim/race/explored_sync.h"
#include "sim/race/explorer.h"

namespace lockstep::watch {
namespace {

using race::FindingKind;

/// The seams of one node under the explorer.
struct Seams {
  explicit Seams(race::World& world) : sync(world, time), scheduler(world, time) {}
  sim::ExactTime time;
  race::ExploredSync sync;
  race::ExploredScheduler scheduler;

  /// Runs both beside one another until both have ended.
  void beside(std::function<void()> first, std::function<void()> second) {
    const auto one = scheduler.spawn("first", std::move(first));
    const auto two = scheduler.spawn("second", std::move(second));
    one->join();
    two->join();
  }
};

using Story = std::function<void(Seams&)>;

race::Report explored(const Story& story, std::uint64_t schedules = 300) {
  race::ExploreOptions options;
  options.schedules = schedules;
  return race::explore(
      [&story](race::World& world) {
        Seams seams(world);
        story(seams);
      },
      options);
}

void expect_silence(const Story& story) {
  const race::Report report = explored(story);
  EXPECT_TRUE(report.clean()) << report.text();
  EXPECT_EQ(report.statistics.schedules, 300U);
}

std::string place(int line) {
  return "tests/sim/watch/watch_test.cpp:" + std::to_string(line);
}

/// ThreadSanitizer is told who comes after whom, not of locks.
std::string held(const std::string& locks) {
#ifdef LOCKSTEP_RACE
  return ", holding " + locks;
#else
  static_cast<void>(locks);
  return "";
#endif
}

/// The race that must be found; a null story's finding would fail what follows.
race::Failed found_race(const Story& story) {
  const race::Report report = explored(story);
  if (!report.failed) {
    ADD_FAILURE() << "nothing was found";
    return {};
  }
  EXPECT_EQ(report.failed->finding.kind, FindingKind::kDataRace) << report.text();
  return *report.failed;
}

std::string details_of(const race::Failed& failed) {
  std::string all;
  for (const std::string& line : failed.finding.details) {
    all += line + "\n";
  }
  return all;
}

struct Shared {
  int value = 0;
  int other = 0;
};

[[gnu::noinline]] void write_it(Shared& shared) {
  shared.value = 1;
}
constexpr int kWriteLine = __LINE__ - 2;

[[gnu::noinline]] int read_it(const volatile Shared& shared) {
  return shared.value;
}
constexpr int kReadLine = __LINE__ - 2;

TEST(Watch, tells_both_sides_of_a_race_on_a_plain_field) {
  const race::Failed failed = found_race([](Seams& seams) {
    runtime::Mutex mutex(&seams.sync, "store");
    Shared shared;
    seams.beside(
        [&] {
          const std::lock_guard lock(mutex);
          write_it(shared);
        },
        [&] { static_cast<void>(read_it(shared)); });
  });
  const std::string& sentence = failed.finding.sentence;
  EXPECT_NE(sentence.find("write by first at " + place(kWriteLine) + held("store")), std::string::npos)
      << sentence;
  EXPECT_NE(sentence.find("read by second at " + place(kReadLine) + held("nothing")), std::string::npos)
      << sentence;
  const std::string details = details_of(failed);
  EXPECT_NE(details.find("  " + place(kWriteLine) + "  lockstep::watch::"), std::string::npos) << details;
  EXPECT_NE(details.find("  " + place(kReadLine) + "  lockstep::watch::"), std::string::npos) << details;
  EXPECT_NE(details.find("write_it"), std::string::npos) << details;
  EXPECT_EQ(details.find("sim/core/engine"), std::string::npos) << details;
  EXPECT_NE(failed.replay_line().find("seed 1, run"), std::string::npos);
  EXPECT_NE(failed.finding.fingerprint, 0U);
}

TEST(Watch, tells_the_same_race_by_the_same_fingerprint) {
  const Story story = [](Seams& seams) {
    Shared shared;
    seams.beside([&] { write_it(shared); }, [&] { static_cast<void>(read_it(shared)); });
  };
  std::uint64_t fingerprint = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    race::ExploreOptions options;
    options.runner.seed = seed;
    const race::Report report = race::explore(
        [&story](race::World& world) {
          Seams seams(world);
          story(seams);
        },
        options);
    ASSERT_TRUE(report.failed.has_value());
    EXPECT_TRUE(fingerprint == 0 || fingerprint == report.failed->finding.fingerprint) << seed;
    fingerprint = report.failed->finding.fingerprint;
  }
}

TEST(Watch, is_silent_where_a_lock_a_shared_lock_or_a_semaphore_orders) {
  expect_silence([](Seams& seams) {
    runtime::Mutex mutex(&seams.sync, "mutex");
    Shared shared;
    const auto add = [&] {
      for (int i = 0; i < 3; ++i) {
        const std::lock_guard lock(mutex);
        ++shared.value;
      }
    };
    seams.beside(add, add);
    EXPECT_EQ(shared.value, 6);
  });
  expect_silence([](Seams& seams) {
    runtime::SharedMutex mutex(&seams.sync, "shared mutex");
    Shared shared;
    seams.beside(
        [&] {
          const std::lock_guard lock(mutex);
          ++shared.value;
        },
        [&] {
          const std::shared_lock lock(mutex);
          static_cast<void>(read_it(shared));
        });
  });
  expect_silence([](Seams& seams) {
    runtime::Semaphore filled(&seams.sync, "filled", 1, 0);
    Shared shared;
    seams.beside(
        [&] {
          write_it(shared);
          filled.release();
        },
        [&] {
          filled.acquire();
          EXPECT_EQ(read_it(shared), 1);
        });
  });
}

TEST(Watch, is_silent_where_a_condition_tells_of_what_was_written) {
  expect_silence([](Seams& seams) {
    runtime::Mutex mutex(&seams.sync, "mutex");
    runtime::CondVar filled(&seams.sync, "filled");
    Shared shared;
    bool full = false;
    seams.beside(
        [&] {
          write_it(shared);
          const std::lock_guard lock(mutex);
          full = true;
          filled.notify_one();
        },
        [&] {
          std::unique_lock lock(mutex);
          while (!full) {
            filled.wait(lock);
          }
          lock.unlock();
          EXPECT_EQ(read_it(shared), 1);
        });
  });
}

template <std::memory_order kStore, std::memory_order kLoad>
void publish(Seams& seams) {
  runtime::Atomic<bool> ready(&seams.sync, "ready", false);
  Shared shared;
  seams.beside(
      [&] {
        write_it(shared);
        ready.store(true, kStore);
      },
      [&] {
        if (ready.load(kLoad)) {
          static_cast<void>(read_it(shared));
        }
      });
}

TEST(Watch, knows_what_memory_orders_publish) {
  expect_silence(&publish<std::memory_order_release, std::memory_order_acquire>);
  expect_silence(&publish<std::memory_order_seq_cst, std::memory_order_seq_cst>);
  static_cast<void>(found_race(&publish<std::memory_order_relaxed, std::memory_order_acquire>));
  static_cast<void>(found_race(&publish<std::memory_order_release, std::memory_order_relaxed>));
}

TEST(Watch, finds_a_block_that_is_freed_while_another_reads_it) {
  const race::Failed failed = found_race([](Seams& seams) {
    auto block = std::make_unique<Shared>();
    const Shared* borrowed = block.get();
    seams.beside([&] { block.reset(); },
                 [&] {
                   // Reads what may be freed: the detector is asked before the access, and ends the run after
                   // it.
                   static_cast<void>(read_it(*borrowed));
                 });
  });
  EXPECT_NE(failed.finding.sentence.find(place(kReadLine)), std::string::npos) << failed.finding.sentence;
}

TEST(Watch, takes_neighbours_for_what_they_are) {
  expect_silence([](Seams& seams) {
    struct Bytes {
      char left = 0;
      char right = 0;
    } bytes;
    seams.beside([&] { bytes.left = 1; }, [&] { bytes.right = 1; });
  });
}

TEST(Watch, is_silent_about_memory_that_serves_again) {
  // Blocks, stacks and exception objects go from hand to hand without any order between the hands.
  expect_silence([](Seams& seams) {
    const auto busy = [&seams] {
      for (int i = 0; i < 4; ++i) {
        auto block = std::make_unique<std::vector<int>>(20, i);
        std::map<int, std::string> words;
        words[i] = std::string(100, 'x');
        try {
          seams.scheduler.yield();
          throw std::runtime_error("something of one's own");
        } catch (const std::exception& error) {
          EXPECT_STREQ(error.what(), "something of one's own");
          seams.scheduler.yield();
        }
        (*block)[3] = 4;
      }
    };
    for (int round = 0; round < 3; ++round) {
      seams.beside(busy, busy);
    }
  });
}

const std::vector<int>& table() {
  static const std::vector<int> kTable = {1, 2, 3};
  return kTable;
}

TEST(Watch, is_silent_about_variables_that_are_made_at_their_first_use) {
  expect_silence([](Seams& seams) {
    const auto use = [] { EXPECT_EQ(table().at(1), 2); };
    seams.beside(use, use);
  });
}

TEST(Watch, is_silent_about_shared_pointers_that_many_hold) {
  expect_silence([](Seams& seams) {
    auto first = std::make_shared<Shared>();
    auto second = first;
    const std::weak_ptr<Shared> weak = first;
    seams.beside(
        [&] {
          auto mine = std::move(first);
          seams.scheduler.yield();
          static_cast<void>(read_it(*mine));
        },
        [&, weak] {
          auto mine = std::move(second);
          const auto again = weak.lock();
          seams.scheduler.yield();
          static_cast<void>(read_it(*mine));
        });
  });
}

}  // namespace
}  // namespace lockstep::watch
