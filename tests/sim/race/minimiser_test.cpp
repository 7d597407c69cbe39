// Failing schedules become small, are told, stored and replayed.
#include "sim/race/minimiser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "classics.h"
#include "sim/race/memory.h"
#include "sim/race/primitives.h"

namespace lockstep::race {
namespace {

ExploreOptions options_of(const char* program, std::uint64_t seed = 1,
                          StrategyKind strategy = StrategyKind::kPortfolio) {
  ExploreOptions options;
  options.runner.program = program;
  options.runner.seed = seed;
  options.runner.detect_races = false;
  options.strategy = strategy;
  return options;
}

struct Found {
  Minimised small;
  ExploreOptions options;
};

Found minimised(const Body& body, const char* program, std::uint64_t seed = 1,
                StrategyKind strategy = StrategyKind::kPortfolio) {
  Found found;
  found.options = options_of(program, seed, strategy);
  const Report report = explore(body, found.options);
  EXPECT_TRUE(report.failed) << program;
  if (report.failed) {
    found.small = minimise(body, found.options.runner, *report.failed);
    EXPECT_TRUE(found.small.repeated);
    EXPECT_EQ(found.small.finding.fingerprint, report.failed->finding.fingerprint);
  }
  return found;
}

TEST(Minimiser, leaves_three_threads_and_two_preemptions_of_a_hundred_threads) {
  for (std::uint64_t seed = 1; seed <= 1 + 2 * LOCKSTEP_SCHEDULES_PERCENT / 100; ++seed) {
    // SURW's schedules preempt hundreds of times.
    for (const StrategyKind strategy : {StrategyKind::kPortfolio, StrategyKind::kSurw}) {
      const Found setters = minimised(reorder(100, false), "reorder_100", seed, strategy);
      EXPECT_LE(setters.small.threads, 3U);
      EXPECT_LE(setters.small.preemptions, 2U);
      const Found writers = minimised(two_stage(100, false), "twostage_100", seed, strategy);
      EXPECT_LE(writers.small.threads, 3U);
      EXPECT_LE(writers.small.preemptions, 2U);
    }
  }
}

TEST(Minimiser, keeps_every_classic_failing_in_its_way) {
  for (const Classic& classic : classics()) {
    const Found found = minimised(classic.buggy, classic.name.c_str());
    EXPECT_LE(found.small.preemptions, 3U) << classic.name;
  }
}

TEST(Minimiser, tells_a_story_in_columns) {
  const Found found = minimised(reorder(3, false), "reorder_3");
  const std::string told = story(found.small.recording, found.small.finding, [](Site) { return "here"; });
  EXPECT_NE(told.find("setter"), std::string::npos) << told;
  EXPECT_NE(told.find("checker"), std::string::npos) << told;
  EXPECT_NE(told.find("store a (here)"), std::string::npos) << told;
  EXPECT_NE(told.find("-- preempted before"), std::string::npos) << told;
  EXPECT_NE(told.find("exception in checker"), std::string::npos) << told;
  EXPECT_LE(std::count(told.begin(), told.end(), '\n'), 12) << told;
}

TEST(Minimiser, tells_of_a_deadlock_who_took_what) {
  const std::vector<Classic> all = classics();
  const auto classic =
      std::find_if(all.begin(), all.end(), [](const Classic& one) { return one.name == "ABBA"; });
  ASSERT_NE(classic, all.end());
  const Found found = minimised(classic->buggy, "ABBA");
  const std::string told = story(found.small.recording, found.small.finding, [](Site) { return ""; });
  EXPECT_NE(told.find("lock a\n"), std::string::npos) << told;
  EXPECT_NE(told.find("lock b\n"), std::string::npos) << told;
  EXPECT_NE(told.find("-- preempted before lock"), std::string::npos) << told;
}

TEST(Schedule, comes_back_from_its_text) {
  const Found found = minimised(reorder(3, false), "reorder_3");
  Schedule odd = found.small.schedule;
  odd.sentence = "a \"quoted\" \\ sentence";
  odd.values = {1, 0, 2};
  const auto read = parse_schedule(to_text(odd));
  ASSERT_TRUE(read.has_value()) << read.error().reason;
  EXPECT_EQ(*read, odd);
}

TEST(Schedule, refuses_what_is_none_and_says_where) {
  EXPECT_EQ(parse_schedule("").error().line, 0U);
  EXPECT_EQ(parse_schedule("lockstep-schedule 2\n").error().line, 1U);
  const std::string head = std::string(kScheduleHeader) + "\nprogram \"x\"\n";
  EXPECT_TRUE(parse_schedule(head).has_value());
  EXPECT_EQ(parse_schedule(head + "nonsense 1\n").error().line, 3U);
  EXPECT_EQ(parse_schedule(head + "run \"a\" until - \"\" 0 operations x checksum 0\n").error().line, 3U);
  EXPECT_EQ(parse_schedule(head + "run \"a until\n").error().line, 3U);
  const std::string tail = " \"b\" 1 operations 2 checksum 0\n";
  EXPECT_TRUE(parse_schedule(head + "run \"a\" until try-lock" + tail).has_value());
  for (const char* kind : {"\"\"", "\"try lock\"", "locks"}) {
    EXPECT_EQ(parse_schedule(head + "run \"a\" until " + kind + tail).error().line, 3U) << kind;
  }
}

TEST(Replay, fails_in_the_same_way_without_divergence) {
  for (const Classic& classic : classics()) {
    const Found found = minimised(classic.buggy, classic.name.c_str());
    const auto again = replay(classic.buggy, found.options.runner, found.small.schedule);
    ASSERT_TRUE(again.has_value());
    ASSERT_TRUE(again->finding) << classic.name << "\n" << to_text(found.small.schedule);
    EXPECT_EQ(again->finding->fingerprint, found.small.schedule.fingerprint) << classic.name;
    EXPECT_EQ(again->divergence, "") << classic.name;
  }
}

TEST(Replay, refuses_a_schedule_of_another_program) {
  const Found found = minimised(reorder(3, false), "reorder_3");
  RunnerOptions other = found.options.runner;
  other.program = "reorder_4";
  const auto again = replay(reorder(3, false), other, found.small.schedule);
  ASSERT_TRUE(again.has_error());
  EXPECT_EQ(again.error().reason, "a schedule of \"reorder_3\", not of \"reorder_4\"");
}

/// A setter and a checker; an edited version does other things in between.
Body edited(bool extra, bool renamed) {
  return [extra, renamed](World& world) {
    Atomic<int> log(world, "log", 0);
    Atomic<int> a(world, renamed ? "first" : "a", 0);
    Atomic<int> b(world, "b", 0);
    world.spawn("setter", [&, extra] {
      if (extra) {
        log.fetch_add(1);
      }
      a.store(1);
      if (extra) {
        log.fetch_add(1);
      }
      b.store(1);
    });
    world.spawn("checker", [&] {
      const int seen_a = a.load();
      LOCKSTEP_ASSERT_MSG(seen_a == b.load(), "torn");
    });
    world.join_all();
  };
}

TEST(Replay, survives_an_edit_of_what_is_not_pinned_and_says_that_it_was_edited) {
  const Found found = minimised(edited(false, false), "edited");
  const auto again = replay(edited(true, false), found.options.runner, found.small.schedule);
  ASSERT_TRUE(again.has_value());
  ASSERT_TRUE(again->finding);
  EXPECT_EQ(again->finding->fingerprint, found.small.schedule.fingerprint);
  EXPECT_NE(again->divergence.find("operations where"), std::string::npos) << again->divergence;
}

/// Two pools start two workers each, who count in a variable that the pool has made; an edit lets another
/// thread start workers of that name, with variables of that name, before all of them.
Body pools(bool others) {
  return [others](World& world) {
    const auto pool = [&world](bool is_checked) {
      return [&world, is_checked] {
        Atomic<int> count(world, "count", 0);
        std::array<Thread, 2> workers;
        for (Thread& worker : workers) {
          worker = world.spawn("worker", [&] { count.store(count.load() + 1); });
        }
        for (const Thread& worker : workers) {
          world.join(worker);
        }
        LOCKSTEP_ASSERT_MSG(!is_checked || count.load() == 2, "an update was lost");
      };
    };
    if (others) {
      world.spawn("other", pool(false));
    }
    world.spawn("pool", pool(false));
    world.spawn("pool", pool(true));
    world.join_all();
  };
}

TEST(Replay, knows_threads_and_objects_by_who_made_them_whatever_others_make) {
  const Found found = minimised(pools(false), "pools");
  const std::string text = to_text(found.small.schedule);
  EXPECT_NE(text.find("\"pool#2/worker\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"pool#2/count\""), std::string::npos) << text;
  const auto again = replay(pools(true), found.options.runner, found.small.schedule);
  ASSERT_TRUE(again.has_value());
  ASSERT_TRUE(again->finding) << text;
  EXPECT_EQ(again->finding->fingerprint, found.small.schedule.fingerprint);
}

TEST(Replay, says_where_it_diverged_when_a_pin_is_gone) {
  const Found found = minimised(edited(false, false), "edited");
  const auto again = replay(edited(false, true), found.options.runner, found.small.schedule);
  ASSERT_TRUE(again.has_value());
  EXPECT_NE(again->divergence.find("block "), std::string::npos) << to_text(found.small.schedule);
}

}  // namespace
}  // namespace lockstep::race
