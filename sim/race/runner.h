// Runs a body once under a strategy, at next to no fixed cost, and says how that ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/core/choices.h"
#include "sim/core/engine.h"
#include "sim/race/finding.h"
#include "sim/race/lock_graph.h"
#include "sim/race/race_detector.h"
#include "sim/race/world.h"

namespace lockstep::race {

/// What a runner watches and when it loses patience.
struct RunnerOptions {
  /// Names the body in stored schedules.
  std::string program = "body";
  std::uint64_t seed = 1;
  /// Look for data races; the first one fails the run.
  bool detect_races = true;
  /// Note which locks are taken while which others are held.
  bool watch_lock_order = true;
  /// From this operation of a run on turns are fair.
  std::uint64_t fair_after = 10'000;
  /// A run that has not ended after this many is a livelock. Requires: fair_after <= most_steps.
  std::uint64_t most_steps = 100'000;
  /// Waits with a deadline may end before their time, as if a clock had jumped.
  bool early_timers = false;
  SiteText site_text = sim::place_text;
};

/// Steps and choices of one run, enough to do it again.
struct Recording {
  std::vector<sim::Step> steps;
  std::vector<std::uint32_t> values;
  std::vector<sim::Ordering> orderings;
  /// Of threads, in order of creation.
  std::vector<std::string> names;
  std::vector<ObjectInfo> objects;
  std::vector<std::uint32_t> parents;
};

/// One engine, used again and again: a fresh run costs about as much as its threads. Belongs to one OS
/// thread.
class Runner {
 public:
  Runner(Body body, const RunnerOptions& options);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Runs the body once from a fresh world. `run` goes into what the lock graph notes. Returns what went
  /// wrong, if anything did.
  std::optional<Finding> run(sim::Strategy& strategy, std::uint64_t run);
  /// The same, with everything noted in `recording` (cleared first).
  std::optional<Finding> run_recorded(sim::Strategy& strategy, std::uint64_t run, Recording& recording);

  [[nodiscard]] sim::Choices& choices() { return choices_; }
  [[nodiscard]] const RunnerOptions& options() const { return options_; }
  [[nodiscard]] LockGraph& lock_graph() { return locks_; }
  [[nodiscard]] World& world() { return world_; }

 private:
  [[nodiscard]] std::optional<Finding> judge(sim::RunEnd end);

  Body body_;
  RunnerOptions options_;
  sim::Choices choices_;
  sim::StackPool stacks_;
  RaceDetector races_;
  LockGraph locks_;
  sim::Engine engine_;
  World world_;
  Recording* recording_ = nullptr;
};

}  // namespace lockstep::race
