// lockstep replay: a plan from a file, run again.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "scenarios/catalogue.h"
#include "tools/lockstep/files.h"
#include "tools/lockstep/outcome_report.h"
#include "tools/lockstep/run_options.h"
#include "tools/lockstep/stored_schedule.h"
#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

struct ReplayOptions {
  std::string file;
  bool json = false;
  bool trace_tree = false;
};

cluster::Plan load_plan(const std::string& file) {
  auto plan = cluster::read_plan(read_file(file));
  if (!plan) {
    throw UsageError(file + ": " + plan.error());
  }
  const std::string fingerprint = plan->fingerprint;
  const auto trace_hash = plan->trace_hash;
  require_scenario(plan->scenario);
  auto complete = scenarios::complete_plan(std::move(*plan));
  if (!complete) {
    throw UsageError(file + ": " + complete.error());
  }
  complete->fingerprint = fingerprint;
  complete->trace_hash = trace_hash;
  return std::move(*complete);
}

/// How this run compares with the one that wrote the plan, in one sentence.
std::string comparison(const cluster::Plan& plan, const cluster::Outcome& outcome) {
  const std::string fingerprint = outcome.failure ? outcome.failure->fingerprint : "";
  if (!plan.trace_hash) {
    return "the plan carries no trace hash, so there is nothing to compare with";
  }
  const bool same_hash = *plan.trace_hash == outcome.trace_hash;
  const bool same_fingerprint = plan.fingerprint == fingerprint;
  if (same_hash && same_fingerprint) {
    return plan.fingerprint.empty() ? "the same run: same trace hash"
                                    : "the same failure: same fingerprint, same trace hash";
  }
  std::string text =
      fmt::format("DIVERGED from the run that wrote the plan: trace hash {} then, {} here (another commit?)",
                  hex64(*plan.trace_hash), hex64(outcome.trace_hash));
  if (same_hash) {
    text =
        "DIVERGED from the run that wrote the plan: same trace hash, another verdict (another set of "
        "checkers?)";
  }
  if (same_fingerprint) {
    return text +
           (fingerprint.empty() ? "; it passes as before" : "; it still fails with the same fingerprint");
  }
  return text + (fingerprint.empty() ? "; it passes here" : "; it fails here with " + fingerprint);
}

int replay(const ReplayOptions& options) {
  if (read_file(options.file).starts_with(kStoredScheduleHeader)) {
    return replay_stored_schedule(options.file, options.json);
  }
  const cluster::Plan plan = load_plan(options.file);
  if (!options.json) {
    fmt::print("seed {}\n{}: {} nodes, {} slots\n", plan.seed, plan.scenario, plan.nodes, plan.slots);
    std::fflush(stdout);
  }
  const double began = wall_seconds();
  cluster::Outcome outcome;
  {
    ProgressBar bar(plan.slots);
    outcome = scenarios::run_plan(plan, [&](std::uint64_t slot, std::uint64_t) { bar.show(slot, "slots"); });
  }
  RunFacts facts;
  facts.wall_seconds = wall_seconds() - began;
  facts.plan_file = options.file;
  facts.replay = shell_line({program_name(), "replay", options.file});
  facts.with_trace_tree = options.trace_tree;
  const std::string compared = comparison(plan, outcome);
  if (!options.json) {
    fmt::print("{}compared     {}\n", as_text(outcome, facts), compared);
  } else {
    auto json = nlohmann::ordered_json::parse(as_json(outcome, facts));
    const bool same = plan.trace_hash == outcome.trace_hash &&
                      plan.fingerprint == (outcome.failure ? outcome.failure->fingerprint : "");
    json["compared"] = {{"same", plan.trace_hash ? nlohmann::ordered_json(same) : nullptr},
                        {"sentence", compared},
                        {"recorded_fingerprint", plan.fingerprint},
                        {"recorded_trace_hash", plan.trace_hash ? hex64(*plan.trace_hash) : ""}};
    fmt::print("{}\n", json.dump());
  }
  return outcome.failure ? kBroke : kHeld;
}

}  // namespace

void add_replay(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<ReplayOptions>();
  auto* verb =
      app.add_subcommand("replay", "a written plan, or a stored schedule of explore, once more, bit for bit");
  verb->add_option("file", options->file, "the plan or schedule")->required();
  verb->add_flag("--json", options->json, "one JSON object");
  verb->add_flag("--trace-tree", options->trace_tree, "with --json: the hash of every slot and node");
  verb->callback([options, &chosen] { chosen = [options] { return replay(*options); }; });
}

}  // namespace lockstep::tools
