// lockstep sweep: many seeds of one scenario, in parallel processes.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>

#include "tools/lockstep/files.h"
#include "tools/lockstep/outcome_report.h"
#include "tools/lockstep/run_options.h"
#include "tools/lockstep/sweep_report.h"
#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"
#include "tools/lockstep/workers.h"

namespace lockstep::tools {
namespace {

struct SweepOptions {
  RunOptions run;
  std::string seeds;
  std::string shard;
  std::string jobs;
  std::string junit;
  std::string plans = "failures";
  std::string double_check_every = "20";
  double timeout = 600;
  bool json = false;
};

/// Fills report.results; returns false if interrupted.
bool run_all(const SweepOptions& options, const cluster::Plan& plan, const std::vector<std::uint64_t>& seeds,
             SweepReport& report) {
  const auto plan_for = [&](std::uint64_t seed) {
    cluster::Plan own = plan;
    own.seed = seed;
    return own;
  };
  // Which seeds are run twice follows from the seed alone, so that shards and job counts change nothing.
  const std::uint64_t every = read_count("--double-check-every", options.double_check_every);
  const auto twice = [&](std::uint64_t seed) {
    return every != 0 && (seed - report.first_seed) % every == 0;
  };
  ProgressBar bar(seeds.size());
  std::uint64_t failed = 0;
  return in_workers(
      seeds, jobs_of(options.jobs), options.timeout,
      [&](std::uint64_t seed) { return encode(run_seed(plan_for(seed), twice(seed))); },
      [&](std::uint64_t seed, const Answer& answer) {
        SeedResult result = decode(answer, plan_for(seed));
        failed += result.held() ? 0 : 1;
        report.results.emplace(seed, std::move(result));
        bar.show(report.results.size(), fmt::format("seeds, {} failed", failed));
      });
}

void write_plans(const SweepOptions& options, const cluster::Plan& plan, SweepReport& report) {
  for (auto& group : report.groups) {
    cluster::Plan failing = plan;
    failing.seed = group.seeds.front();
    if (auto read = cluster::read_plan(group.smallest.plan)) {
      failing = std::move(*read);
    }
    const auto name = std::filesystem::path(default_plan_file(failing)).filename();
    group.plan_file = (std::filesystem::path(options.plans) / name).string();
    group.replay = write_failing_plan(failing, group.plan_file);
  }
}

int sweep(const SweepOptions& options) {
  const SeedRange range = read_seed_range(options.seeds);
  const Shard shard = options.shard.empty() ? Shard{} : read_shard(options.shard);
  static_cast<void>(jobs_of(options.jobs));
  static_cast<void>(read_count("--double-check-every", options.double_check_every));
  const cluster::Plan plan = plan_of(options.run, range.first);
  const auto seeds = seeds_of(range, shard);
  std::optional<OutputFile> junit;
  if (!options.junit.empty()) {
    junit.emplace(options.junit);
  }
  if (!options.json) {
    fmt::print("sweep of {}: {} nodes, {} slots, seeds {}..{}{}\n", plan.scenario, plan.nodes, plan.slots,
               range.first, range.last, options.shard.empty() ? "" : ", shard " + options.shard);
    std::fflush(stdout);
  }

  SweepReport report;
  report.scenario = plan.scenario;
  report.first_seed = range.first;
  report.last_seed = range.last;
  report.shard = options.shard;
  report.wanted = seeds.size();
  const double began = wall_seconds();
  report.interrupted = !run_all(options, plan, seeds, report);
  report.wall_seconds = wall_seconds() - began;
  report.groups = group_failures(report.results);
  write_plans(options, plan, report);
  if (junit) {
    junit->commit(as_junit(report));
  }
  fmt::print("{}{}", options.json ? as_json(report) : as_text(report), options.json ? "\n" : "");
  if (!report.our_faults().empty()) {
    return kOurFault;
  }
  if (report.failed() > 0) {
    return kBroke;
  }
  return report.interrupted ? kInterrupted : kHeld;
}

}  // namespace

void add_sweep(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<SweepOptions>();
  auto* verb = app.add_subcommand("sweep", "many seeds of one scenario, in parallel");
  verb->add_option("scenario", options->run.scenario, "see lockstep list")->required();
  verb->add_option("--seeds", options->seeds, "both ends included")->required()->type_name("A..B");
  verb->add_option("--jobs", options->jobs, "processes at once; default: one a processor")->type_name("N");
  verb->add_option("--shard", options->shard, "only the K-th of N equal parts")->type_name("K/N");
  add_run_options(*verb, options->run);
  verb->add_option("--junit", options->junit, "write JUnit XML here")->type_name("FILE");
  verb->add_option("--plans", options->plans, "folder for the plan of each kind of failure")
      ->type_name("DIR")
      ->capture_default_str();
  verb->add_option("--double-check-every", options->double_check_every,
                   "run every N-th seed twice and compare; 0 for none")
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--timeout", options->timeout, "seconds after which a seed counts as hung")
      ->type_name("SECONDS")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  verb->add_flag("--json", options->json, "one JSON object");
  verb->callback([options, &chosen] { chosen = [options] { return sweep(*options); }; });
}

}  // namespace lockstep::tools
