// Wording an outcome.
#include "tools/lockstep/outcome_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "tools/lockstep/files.h"
#include "tools/lockstep/terminal.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::ordered_json;

/// Up to this many nodes are listed one by one.
constexpr std::size_t kNodesListed = 16;

double milliseconds(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e6;
}
double seconds(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e9;
}

std::string node_line(const std::string& who, const cluster::NodeOutcome& node) {
  return fmt::format("{:>10} {:>9} {:>10} {:>10}\n", who, node.head_slot, node.justified_slot,
                     node.finalized_slot);
}

/// Beyond kNodesListed, nodes that agree share a line, the largest company first.
std::string node_table(const std::vector<cluster::NodeOutcome>& nodes) {
  std::string text = fmt::format("{:>10} {:>9} {:>10} {:>10}\n", "node", "head", "justified", "finalized");
  if (nodes.size() <= kNodesListed) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      text += node_line(std::to_string(i), nodes[i]);
    }
    return text;
  }
  std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>, std::size_t> companies;
  for (const auto& node : nodes) {
    ++companies[{node.head_slot, node.justified_slot, node.finalized_slot}];
  }
  std::vector<std::pair<std::size_t, cluster::NodeOutcome>> ranked;
  for (const auto& [slots, count] : companies) {
    ranked.push_back({count, {std::get<0>(slots), std::get<1>(slots), std::get<2>(slots)}});
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; i < std::min(kNodesListed, ranked.size()); ++i) {
    text += node_line(fmt::format("{} nodes", ranked[i].first), ranked[i].second);
  }
  if (ranked.size() > kNodesListed) {
    text +=
        fmt::format("{:>10} and {} more kinds (--json lists every node)\n", "", ranked.size() - kNodesListed);
  }
  return text;
}

std::string failure_text(const cluster::Failure& failure, const RunFacts& facts) {
  std::string text = "\n" + failure.sentence + "\n";
  for (const auto& event : failure.events) {
    text += "  " + event + "\n";
  }
  text += "fingerprint  " + failure.fingerprint + "\n";
  if (!facts.plan_file.empty()) {
    text += "plan         " + facts.plan_file + "\n";
  }
  return text + "replay       " + facts.replay + "\n";
}

Json failure_json(const cluster::Failure& failure, const RunFacts& facts) {
  return Json{{"fingerprint", failure.fingerprint},
              {"sentence", failure.sentence},
              {"events", failure.events},
              {"plan_file", facts.plan_file.empty() ? Json(nullptr) : Json(facts.plan_file)},
              {"replay", facts.replay}};
}

}  // namespace

std::string as_text(const cluster::Outcome& outcome, const RunFacts& facts) {
  const auto& late = outcome.tick_lateness;
  const double virtual_seconds = seconds(outcome.virtual_nanoseconds);
  std::string text = outcome.failure ? "FAIL\n" : "PASS: all checkers held\n";
  text += node_table(outcome.nodes);
  text += fmt::format("slot ticks   late by p50 {:.3f} ms, p99 {:.3f} ms, p99.9 {:.3f} ms, max {:.3f} ms\n",
                      milliseconds(late.p50), milliseconds(late.p99), milliseconds(late.p999),
                      milliseconds(late.max));
  text +=
      fmt::format("time         {:.1f} virtual seconds in {:.3f} s, {:.0f} times faster than real time\n",
                  virtual_seconds, facts.wall_seconds, virtual_seconds / std::max(facts.wall_seconds, 1e-9));
  text += "trace hash   " + hex64(outcome.trace_hash) + "\n";
  if (outcome.failure) {
    text += failure_text(*outcome.failure, facts);
  }
  return text;
}

std::string as_json(const cluster::Outcome& outcome, const RunFacts& facts) {
  const auto& late = outcome.tick_lateness;
  Json nodes = Json::array();
  for (const auto& node : outcome.nodes) {
    nodes.push_back({{"head_slot", node.head_slot},
                     {"justified_slot", node.justified_slot},
                     {"finalized_slot", node.finalized_slot}});
  }
  Json json;
  json["seed"] = outcome.plan.seed;
  json["scenario"] = outcome.plan.scenario;
  json["verdict"] = outcome.failure ? "fail" : "pass";
  json["trace_hash"] = hex64(outcome.trace_hash);
  json["nodes"] = std::move(nodes);
  json["tick_lateness_ms"] = {{"p50", milliseconds(late.p50)},
                              {"p99", milliseconds(late.p99)},
                              {"p999", milliseconds(late.p999)},
                              {"max", milliseconds(late.max)}};
  json["virtual_seconds"] = seconds(outcome.virtual_nanoseconds);
  json["wall_seconds"] = facts.wall_seconds;
  json["failure"] = outcome.failure ? failure_json(*outcome.failure, facts) : Json(nullptr);
  if (facts.with_trace_tree) {
    json["trace_tree"] = outcome.trace.to_text();
  }
  if (!outcome.watched.empty()) {
    json["watched"] = outcome.watched;
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

cluster::Plan plan_after(const cluster::Outcome& outcome) {
  cluster::Plan plan = outcome.plan;
  plan.fingerprint = outcome.failure ? outcome.failure->fingerprint : "";
  plan.trace_hash = outcome.trace_hash;
  return plan;
}

std::string default_plan_file(const cluster::Plan& plan) {
  std::string name = plan.scenario;
  std::replace(name.begin(), name.end(), '/', '_');
  return fmt::format("failures/{}-{}.plan", name, plan.seed);
}

std::string run_command(const cluster::Plan& plan) {
  std::vector<std::string> arguments = {program_name(),
                                        "run",
                                        plan.scenario,
                                        "--seed",
                                        fmt::to_string(plan.seed),
                                        "--nodes",
                                        fmt::to_string(plan.nodes),
                                        "--slots",
                                        fmt::to_string(plan.slots)};
  if (!plan.strategy.empty()) {
    arguments.insert(arguments.end(), {"--strategy", plan.strategy});
  }
  for (const auto& [key, value] : plan.settings) {
    arguments.insert(arguments.end(), {"--set", key + "=" + value});
  }
  return shell_line(arguments);
}

std::string write_failing_plan(const cluster::Plan& plan, std::string& file) {
  try {
    OutputFile out(file);
    out.commit(cluster::write_plan(plan));
    return shell_line({program_name(), "replay", file});
  } catch (const UsageError& error) {
    std::fprintf(stderr, "lockstep: the plan is not written: %s\n", error.what());
    file.clear();
    return run_command(plan);
  }
}

}  // namespace lockstep::tools
