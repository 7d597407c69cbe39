// Cutting down what failed in the explorer's own worlds.
#include "sim/race/minimiser.h"

#include <utility>

namespace lockstep::race {

Minimised minimise(const Body& body, const RunnerOptions& options, const Failed& failed,
                   const ShrinkLimits& limits) {
  RunnerOptions seeded = options;
  seeded.seed = failed.seed;
  Runner runner(body, seeded);
  Minimised result;
  Recording recording;
  std::optional<Finding> finding;
  Shrinking shrinking(
      [&](FollowBlocks& strategy, std::vector<sim::Step>& steps) {
        finding = runner.run_recorded(strategy, failed.run, recording);
        steps = recording.steps;
        return finding && finding->fingerprint == failed.finding.fingerprint;
      },
      [&] {
        result.recording = std::move(recording);
        result.finding = std::move(*finding);
      },
      limits);
  result.repeated = shrinking.run(failed.recording.steps, failed.recording.values);
  result.replays = shrinking.replays();
  if (!result.repeated) {
    return result;
  }
  result.schedule = schedule_of(result.recording);
  result.schedule.program = options.program;
  result.schedule.strategy = failed.strategy;
  result.schedule.seed = failed.seed;
  result.schedule.run = failed.run;
  result.schedule.fingerprint = result.finding.fingerprint;
  result.schedule.sentence = result.finding.sentence;
  result.threads = static_cast<std::uint32_t>(shrinking.size().threads);
  result.preemptions = shrinking.size().preemptions;
  return result;
}

}  // namespace lockstep::race
