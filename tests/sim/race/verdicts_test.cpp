// Which of the classics are data races: the verdict of our own detector, and ThreadSanitizer's where that
// looks on.
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>

#include "classics.h"
#include "sim/race/explorer.h"

namespace lockstep::race {
namespace {

#if defined(LOCKSTEP_TSAN) && !defined(LOCKSTEP_RACE)
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

constexpr std::uint64_t kSeeds = 20;

/// The others are broken by locks, conditions, permits and orders of their steps.
const std::set<std::string>& data_races() {
  static const std::set<std::string> kRaces = {};
  return kRaces;
}

ExploreOptions options_of(std::uint64_t seed, std::uint64_t schedules, bool our_own) {
  ExploreOptions options;
  options.runner.seed = seed;
  options.runner.detect_races = our_own;
  options.schedules = schedules;
  return options;
}

/// More threads than ThreadSanitizer has room for at a time.
bool is_large(const Classic& classic) {
  return kThreadSanitizer && classic.name.ends_with("00");
}

bool is_race(const Report& report) {
  return report.failed && report.failed->finding.kind == FindingKind::kDataRace;
}

TEST(RaceVerdicts, name_exactly_the_classics_that_are_data_races) {
  for (const Classic& classic : classics()) {
    std::uint64_t races = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds && !is_large(classic); ++seed) {
      races += is_race(explore(classic.buggy, options_of(seed, 500, true))) ? 1 : 0;
    }
    std::cout << "    " << classic.name << ": " << races << " data races from " << kSeeds << " seeds\n";
    EXPECT_TRUE(is_large(classic) || (races != 0) == data_races().contains(classic.name)) << classic.name;
  }
}

TEST(RaceVerdicts, of_thread_sanitizer_are_ours_run_by_run) {
  if (!kThreadSanitizer) {
    GTEST_SKIP() << "only where ThreadSanitizer looks on (preset tsan)";
  }
  for (const Classic& classic : classics()) {
    for (std::uint64_t seed = 1; seed <= kSeeds && !is_large(classic); ++seed) {
      const Report ours = explore(classic.buggy, options_of(seed, 500, true));
      const Report theirs = explore(classic.buggy, options_of(seed, 500, false));
      ASSERT_EQ(ours.failed.has_value(), theirs.failed.has_value()) << classic.name << ", seed " << seed;
      EXPECT_EQ(is_race(ours), is_race(theirs)) << ours.text() << theirs.text();
      EXPECT_TRUE(!ours.failed || ours.failed->run == theirs.failed->run) << ours.text() << theirs.text();
      EXPECT_EQ(theirs.uncontrolled, "");
    }
  }
}

TEST(RaceVerdicts, have_nothing_to_say_of_the_correct_twins) {
  for (const Classic& classic : classics()) {
    if (!is_large(classic)) {
      const Report report = explore(classic.correct, options_of(3, 300, !kThreadSanitizer));
      EXPECT_TRUE(report.clean()) << classic.name << ": " << report.text();
    }
  }
}

}  // namespace
}  // namespace lockstep::race
