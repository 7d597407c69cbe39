// lockstep run: one run of one scenario.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <random>

#include "scenarios/catalogue.h"
#include "tools/lockstep/files.h"
#include "tools/lockstep/outcome_report.h"
#include "tools/lockstep/run_options.h"
#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

struct RunVerbOptions {
  RunOptions run;
  std::string seed;
  std::string plan_out;
  bool json = false;
  bool trace_tree = false;
  bool no_plan = false;
  std::string watch;
};

std::uint64_t seed_from_the_machine() {
  std::random_device entropy;
  // JSON readers that count in doubles stop at 2^53.
  return ((std::uint64_t{entropy()} << 32) | entropy()) & ((std::uint64_t{1} << 53) - 1);
}

void say_seed(const RunVerbOptions& options, const cluster::Plan& plan) {
  if (!options.json) {
    fmt::print("seed {}\n{}: {} nodes, {} slots\n", plan.seed, plan.scenario, plan.nodes, plan.slots);
    std::fflush(stdout);
  } else if (options.seed.empty()) {
    // Known even if the run takes the whole process with it.
    fmt::print(stderr, "lockstep: seed {}\n", plan.seed);
  }
}

int run(const RunVerbOptions& options) {
  const cluster::Plan plan = plan_of(
      options.run, options.seed.empty() ? seed_from_the_machine() : read_count("--seed", options.seed));
  std::optional<cluster::WatchedCell> watch;
  if (!options.watch.empty()) {
    watch = read_cell(options.watch);
  }
  std::optional<OutputFile> plan_out;
  if (!options.plan_out.empty()) {
    plan_out.emplace(options.plan_out);
  }
  say_seed(options, plan);
  const double began = wall_seconds();
  cluster::Outcome outcome;
  {
    ProgressBar bar(plan.slots);
    outcome =
        scenarios::run_plan(plan, [&](std::uint64_t slot, std::uint64_t) { bar.show(slot, "slots"); }, watch);
  }
  RunFacts facts;
  facts.wall_seconds = wall_seconds() - began;
  facts.with_trace_tree = options.trace_tree;
  if (plan_out) {
    plan_out->commit(cluster::write_plan(plan_after(outcome)));
    facts.plan_file = options.plan_out;
    facts.replay = shell_line({program_name(), "replay", options.plan_out});
  } else if (options.no_plan) {
    facts.replay = run_command(plan);
  } else if (outcome.failure) {
    facts.plan_file = default_plan_file(plan);
    facts.replay = write_failing_plan(plan_after(outcome), facts.plan_file);
  }
  fmt::print("{}{}", options.json ? as_json(outcome, facts) : as_text(outcome, facts),
             options.json ? "\n" : "");
  return outcome.failure ? kBroke : kHeld;
}

}  // namespace

void add_run(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<RunVerbOptions>();
  auto* verb = app.add_subcommand("run", "one run: verdict, chain, tick lateness, trace hash");
  verb->add_option("scenario", options->run.scenario, "see lockstep list")->required();
  verb->add_option("--seed", options->seed, "decides everything; drawn and printed if not given")
      ->type_name("N");
  add_run_options(*verb, options->run);
  verb->add_option(
          "--plan-out", options->plan_out,
          "write the plan here, whatever the verdict (a failing run writes failures/SCENARIO-SEED.plan)")
      ->type_name("FILE");
  verb->add_flag("--no-plan", options->no_plan, "write no plan, even if the run fails")
      ->excludes("--plan-out");
  verb->add_flag("--json", options->json, "one JSON object");
  verb->add_flag("--trace-tree", options->trace_tree, "with --json: the hash of every slot and node");
  verb->add_option("--watch", options->watch,
                   "with --json: the single events of one epoch of one lane of the trace")
      ->type_name("EPOCH/LANE");
  verb->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace lockstep::tools
