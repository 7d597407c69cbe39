// One run after another on one engine.
#include "sim/race/runner.h"

#include <utility>

namespace lockstep::race {
namespace {

sim::Engine::Options engine_options(const RunnerOptions& options, sim::StackPool& stacks) {
  sim::Engine::Options engine;
  engine.policy = sim::Policy::kFifo;
  // Strategies count steps of the whole run; an instant may take them all.
  engine.livelock_bound = 2 * options.most_steps + 1000;
  engine.stacks = &stacks;
  return engine;
}

}  // namespace

Runner::Runner(Body body, const RunnerOptions& options)
    : body_(std::move(body)),
      options_(options),
      choices_(options.seed),
      engine_(choices_, engine_options(options, stacks_)),
      world_(engine_, options.detect_races ? &races_ : nullptr,
             options.watch_lock_order ? &locks_ : nullptr) {
  LOCKSTEP_ASSERT(options.fair_after <= options.most_steps);
  engine_.set_early_timers(options.early_timers);
  // What comes after a race is of no interest.
  races_.call_on_race([this] { engine_.stop(); });
}

Runner::~Runner() {
  engine_.unwind();
}

std::optional<Finding> Runner::run(sim::Strategy& strategy, std::uint64_t run) {
  engine_.reset();
  world_.reset();
  if (options_.detect_races) {
    races_.reset();
  }
  if (options_.watch_lock_order) {
    locks_.begin_run(options_.seed, run);
  }
  strategy.limit_steps(options_.fair_after, options_.most_steps);
  strategy.begin_run();
  engine_.set_strategy(&strategy);
  engine_.spawn("main", sim::kWorldLane, [this]() __attribute__((no_instrument_function)) { body_(world_); });
  std::optional<Finding> finding = judge(engine_.run());
  if (finding || recording_ != nullptr) [[unlikely]] {
    if (recording_ != nullptr) {
      for (ThreadIndex thread = 0; thread < world_.parents().size(); ++thread) {
        recording_->names.push_back(world_.label(thread));
      }
      recording_->objects = world_.objects();
      recording_->parents = world_.parents();
    }
    engine_.reset();
  }
  return finding;
}

std::optional<Finding> Runner::judge(sim::RunEnd end) {
  if (options_.detect_races && !races_.races().empty()) {
    return finding_of_race(world_, races_.races().front(), options_.site_text);
  }
  if (end == sim::RunEnd::kFinished) [[likely]] {
    return std::nullopt;
  }
  if (end == sim::RunEnd::kDeadlock) {
    return finding_of_deadlock(world_, options_.site_text);
  }
  LOCKSTEP_ASSERT_MSG(engine_.failure().has_value(), to_text(end));
  return finding_of_failure(*engine_.failure());
}

std::optional<Finding> Runner::run_recorded(sim::Strategy& strategy, std::uint64_t run,
                                            Recording& recording) {
  recording = Recording{};
  recording_ = &recording;
  strategy.record_into(&recording.steps);
  strategy.record_values_into(&recording.values);
  strategy.record_orderings_into(&recording.orderings);
  std::optional<Finding> finding = this->run(strategy, run);
  strategy.record_into(nullptr);
  strategy.record_values_into(nullptr);
  strategy.record_orderings_into(nullptr);
  recording_ = nullptr;
  return finding;
}

}  // namespace lockstep::race
