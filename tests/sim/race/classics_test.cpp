// The portfolio finds every classic bug from every seed, and says nothing of the twins.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

#include "classics.h"
#include "sim/race/explorer.h"

namespace lockstep::race {
namespace {

ExploreOptions options_of(std::uint64_t seed, std::uint64_t schedules) {
  ExploreOptions options;
  options.runner.seed = seed;
  options.runner.detect_races = false;
  options.schedules = schedules;
  return options;
}

TEST(Classics, are_found_from_twenty_seeds_of_twenty) {
  double logarithms = 0;
  std::size_t programs = 0;
  for (const Classic& classic : classics()) {
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      const Report report = explore(classic.buggy, options_of(seed, 10'000));
      EXPECT_TRUE(report.failed) << classic.name << ", seed " << seed;
      EXPECT_EQ(report.uncontrolled, "");
      sum += static_cast<double>(report.statistics.schedules);
    }
    std::printf("%-20s %8.1f schedules\n", classic.name.c_str(), sum / 20);
    logarithms += std::log(sum / 20);
    ++programs;
  }
  const double mean = std::exp(logarithms / static_cast<double>(programs));
  std::printf("%-20s %8.1f schedules (geometric mean)\n", "all", mean);
  EXPECT_LE(mean, 6);
}

TEST(Classics, have_correct_twins_of_which_nothing_is_reported) {
  for (const Classic& classic : classics()) {
    ExploreOptions options = options_of(7, 20 * LOCKSTEP_SCHEDULES_PERCENT);
    options.runner.detect_races = true;
    const Report report = explore(classic.correct, options);
    EXPECT_TRUE(report.clean()) << classic.name << ": " << report.text();
  }
}

TEST(Classics, are_found_by_each_strategy_where_they_are_small) {
  for (const StrategyKind kind : {StrategyKind::kRandomWalk, StrategyKind::kPct, StrategyKind::kPos,
                                  StrategyKind::kUrw, StrategyKind::kSurw, StrategyKind::kDfs}) {
    for (const Classic& classic : classics()) {
      // Seven threads are too many for a search of everything.
      const bool many = classic.name.ends_with("0") || classic.name == "reorder 5";
      if (classic.name.ends_with("0") || (many && kind == StrategyKind::kDfs)) {
        continue;
      }
      ExploreOptions options = options_of(1, 20'000);
      options.strategy = kind;
      const Report report = explore(classic.buggy, options);
      EXPECT_TRUE(report.failed) << classic.name << " by " << to_text(kind);
    }
  }
}

}  // namespace
}  // namespace lockstep::race
