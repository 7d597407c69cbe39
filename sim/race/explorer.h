// Exploring a body: many schedules, what they found, and what one should know of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/race/bounded_dfs.h"
#include "sim/race/portfolio.h"
#include "sim/race/profile.h"
#include "sim/race/runner.h"

namespace lockstep::race {

struct ExploreOptions {
  RunnerOptions runner;
  StrategyKind strategy = StrategyKind::kPortfolio;
  /// At most this many schedules.
  std::uint64_t schedules = 10'000;
  /// Asked every 64 schedules where given: false ends the exploration. For budgets of time, which only
  /// callers with a clock have.
  std::function<bool()> keep_going;
  /// Every so many schedules one is run twice and must come out the same; 0: never.
  std::uint64_t check_every = 100;
  std::uint32_t pct_depth = 10;
  /// For kDfs.
  std::uint32_t most_preemptions = 0xffffffff;
};

/// Distinct numbers among many, exactly up to 16,384 and about from then on (adaptive sampling).
class DistinctCount {
 public:
  void add(std::uint64_t hash);
  [[nodiscard]] std::uint64_t count() const;

 private:
  FlatMap seen_;
  std::vector<std::uint64_t> kept_;
  std::uint32_t level_ = 0;
};

/// Least, sum and most.
struct Range {
  std::uint64_t least = ~std::uint64_t{0};
  std::uint64_t most = 0;
  std::uint64_t sum = 0;
  void add(std::uint64_t value) {
    least = value < least ? value : least;
    most = value > most ? value : most;
    sum += value;
  }
};

struct Statistics {
  std::uint64_t schedules = 0;
  std::uint64_t steps = 0;
  Range decisions;
  Range preemptions;
  std::uint64_t distinct = 0;

  /// "10000 schedules (9120 distinct), decisions 8/11/15 (min/avg/max), preemptions 0/3/7, 123456 steps".
  [[nodiscard]] std::string text() const;
};

/// A finding and how to see it again.
struct Failed {
  Finding finding;
  std::uint64_t seed = 0;
  std::uint64_t run = 0;
  /// The strategy of the run.
  std::string strategy;
  Recording recording;

  /// "seed 42, run 17, surw".
  [[nodiscard]] std::string replay_line() const;
};

struct Report {
  Statistics statistics;
  std::optional<Failed> failed;
  /// Of locks, over all schedules.
  std::vector<LockCycle> lock_cycles;
  /// kDfs only: there are no other schedules.
  bool saw_everything = false;
  /// How two runs of one schedule first differed; empty when they never did.
  std::string uncontrolled;

  [[nodiscard]] bool clean() const { return !failed && lock_cycles.empty() && uncontrolled.empty(); }
  /// A few lines for people.
  [[nodiscard]] std::string text() const;
};

/// Runs `body` under schedule after schedule until one fails or the budget is used up. Everything in the
/// report but the time it took is a function of the body and the options.
[[nodiscard]] Report explore(const Body& body, const ExploreOptions& options);

/// Run `run` of that exploration again, alone, for `strategy` as options had it: what it finds.
[[nodiscard]] std::optional<Failed> replay_run(const Body& body, const ExploreOptions& options,
                                               std::uint64_t run);

}  // namespace lockstep::race
