// What the detector says of small programs, and that ThreadSanitizer says the same where it looks on.
#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

#include "classics.h"
#include "random_programs.h"
#include "sim/race/explorer.h"
#include "sim/race/random_walk.h"

namespace lockstep::race {
namespace {

#if defined(LOCKSTEP_TSAN) && !defined(LOCKSTEP_RACE)
constexpr bool kThreadSanitizer = true;
#else
constexpr bool kThreadSanitizer = false;
#endif

/// Runs one schedule after another, each alone.
class Runs {
 public:
  Runs(const Body& body, bool our_own) : runner_(body, options_of(our_own)), walk_(runner_.choices()) {}
  /// What was found, if that was a race.
  std::optional<Finding> race_of(std::uint64_t run) {
    walk_.set_run(run);
    std::optional<Finding> found = runner_.run(walk_, run);
    return found && found->kind == FindingKind::kDataRace ? found : std::nullopt;
  }

 private:
  static RunnerOptions options_of(bool our_own) {
    RunnerOptions options;
    options.detect_races = our_own;
    return options;
  }

  Runner runner_;
  RandomWalk walk_;
};

struct Verdicts {
  std::uint64_t runs = 0;
  std::uint64_t ours = 0;
  std::uint64_t only_ours = 0;
  std::uint64_t only_theirs = 0;
};

/// Without ThreadSanitizer, what it would say is what we say.
Verdicts verdicts_of(const RandomProgramOptions& options, std::uint64_t programs, std::uint64_t runs) {
  Verdicts verdicts;
  for (std::uint64_t number = 0; number < programs; ++number) {
    const Body body = random_program(number, options);
    Runs ours(body, true);
    Runs theirs(body, false);
    for (std::uint64_t run = 0; run < runs; ++run) {
      const std::optional<Finding> our = ours.race_of(run);
      const std::optional<Finding> their = kThreadSanitizer ? theirs.race_of(run) : our;
      ++verdicts.runs;
      verdicts.ours += our ? 1 : 0;
      verdicts.only_ours += our && !their ? 1 : 0;
      verdicts.only_theirs += their && !our ? 1 : 0;
      if (our.has_value() != their.has_value()) {
        std::cout << "    program " << number << ", run " << run << ": "
                  << (our ? "only ours: " + our->sentence : "only theirs: " + their->sentence) << "\n";
      }
    }
  }
  std::cout << "    " << verdicts.runs << " runs, " << verdicts.ours << " races, " << verdicts.only_ours
            << " of them not by ThreadSanitizer; " << verdicts.only_theirs << " only by ThreadSanitizer\n";
  return verdicts;
}

TEST(Verdicts, of_both_detectors_are_the_same_on_random_programs) {
  const Verdicts verdicts = verdicts_of({}, 250, 8);
  EXPECT_EQ(verdicts.ours, 1380U) << "in every build the same";
  EXPECT_EQ(verdicts.only_ours, 0U);
  EXPECT_EQ(verdicts.only_theirs, 0U);
}

/// ThreadSanitizer keeps four accesses to a word, of which a fifth pushes out any; and it takes a relaxed
/// store for one that leaves in place what an earlier store had published.
TEST(Verdicts, of_thread_sanitizer_are_never_more_with_more_threads_and_relaxed_stores) {
  const Verdicts verdicts = verdicts_of({4, 2, true}, 250, 8);
  EXPECT_EQ(verdicts.ours, 1346U) << "in every build the same";
  EXPECT_LE(verdicts.only_ours, verdicts.ours / 20);
  EXPECT_EQ(verdicts.only_theirs, 0U);
}

TEST(Verdicts, of_both_detectors_are_silence_on_the_classics_correct_twins) {
  for (const Classic& classic : classics()) {
    // ThreadSanitizer has no room for a hundred threads in each of many runs.
    if (!kThreadSanitizer || !classic.name.ends_with("00")) {
      Runs runs(classic.correct, !kThreadSanitizer);
      for (std::uint64_t run = 0; run < 100; ++run) {
        EXPECT_FALSE(runs.race_of(run).has_value()) << classic.name;
      }
    }
  }
}

/// None of them is one: their plain fields are under locks, and what is wrong is something else.
TEST(Verdicts, of_both_detectors_call_no_classic_here_a_data_race) {
  for (const Classic& classic : classics()) {
    if (!kThreadSanitizer || !classic.name.ends_with("00")) {
      for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        ExploreOptions options;
        options.runner.seed = seed;
        options.runner.detect_races = !kThreadSanitizer;
        options.schedules = 500;
        const Report report = explore(classic.buggy, options);
        EXPECT_FALSE(report.failed && report.failed->finding.kind == FindingKind::kDataRace)
            << classic.name << ": " << report.text();
      }
    }
  }
}

}  // namespace
}  // namespace lockstep::race
