// Wording a sweep: groups, the bound, JSON.
#include "tools/lockstep/sweep_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/lockstep/terminal.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::ordered_json;

double virtual_seconds(const SweepReport& report) {
  double sum = 0;
  for (const auto& [seed, result] : report.results) {
    sum += result.virtual_seconds;
  }
  return sum;
}

std::string group_text(const FailureGroup& group) {
  std::string text = fmt::format("\n{} x {} (smallest seed {})\n  {}\n", group.seeds.size(),
                                 group.fingerprint, group.seeds.front(), group.smallest.sentence);
  for (const auto& event : group.smallest.events) {
    text += "    " + event + "\n";
  }
  return text + "  replay: " + group.replay + "\n";
}

Json group_json(const FailureGroup& group) {
  return {{"fingerprint", group.fingerprint},
          {"count", group.seeds.size()},
          {"smallest_seed", group.seeds.front()},
          {"seeds", group.seeds},
          {"sentence", group.smallest.sentence},
          {"events", group.smallest.events},
          {"plan_file", group.plan_file.empty() ? Json(nullptr) : Json(group.plan_file)},
          {"replay", group.replay}};
}

}  // namespace

std::uint64_t SweepReport::failed() const {
  return static_cast<std::uint64_t>(
      std::count_if(results.begin(), results.end(), [](const auto& entry) { return entry.second.failed; }));
}

std::uint64_t SweepReport::checked_twice() const {
  return static_cast<std::uint64_t>(std::count_if(
      results.begin(), results.end(), [](const auto& entry) { return entry.second.checked_twice; }));
}

std::vector<const SeedResult*> SweepReport::our_faults() const {
  std::vector<const SeedResult*> faults;
  for (const auto& [seed, result] : results) {
    if (!result.our_fault.empty()) {
      faults.push_back(&result);
    }
  }
  return faults;
}

std::vector<FailureGroup> group_failures(const std::map<std::uint64_t, SeedResult>& results) {
  std::vector<FailureGroup> groups;
  for (const auto& [seed, result] : results) {
    if (!result.failed) {
      continue;
    }
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const FailureGroup& g) { return g.fingerprint == result.fingerprint; });
    if (group == groups.end()) {
      groups.push_back({result.fingerprint, {}, result, "", ""});
      group = groups.end() - 1;
    }
    group->seeds.push_back(seed);
  }
  std::stable_sort(groups.begin(), groups.end(), [](const FailureGroup& a, const FailureGroup& b) {
    return a.seeds.size() > b.seeds.size();
  });
  return groups;
}

std::string honest_bound(std::uint64_t failed, std::uint64_t done) {
  if (done == 0) {
    return "no run came to an end that counts, so nothing is known";
  }
  if (failed > 0) {
    return fmt::format("{} of {} failed", failed, done);
  }
  return fmt::format("0 of {} failed: the chance of a failure is below {:.3g} (3/{}) with 95 % confidence",
                     done, std::min(1.0, 3.0 / static_cast<double>(done)), done);
}

std::string as_text(const SweepReport& report) {
  const auto done = report.results.size();
  std::string text;
  for (const auto& group : report.groups) {
    text += group_text(group);
  }
  const auto faults = report.our_faults();
  for (const auto* fault : faults) {
    text += fmt::format("\nseed {}: THE SIMULATOR IS AT FAULT: {}\n", fault->seed, fault->our_fault);
  }
  if (report.interrupted) {
    text += fmt::format("\ninterrupted after {} of {} seeds\n", done, report.wanted);
  }
  text += text.empty() ? "" : "\n";
  text += honest_bound(report.failed(), done - faults.size());
  text += report.groups.size() > 1 ? fmt::format(", in {} kinds\n", report.groups.size()) : "\n";
  text += fmt::format("{} run twice and compared, {} differed or did not end\n", report.checked_twice(),
                      faults.size());
  return text + fmt::format("{:.1f} s, {:.1f} seeds a second, {:.0f} virtual seconds\n", report.wall_seconds,
                            static_cast<double>(done) / std::max(report.wall_seconds, 1e-9),
                            virtual_seconds(report));
}

std::string as_json(const SweepReport& report) {
  Json groups = Json::array();
  for (const auto& group : report.groups) {
    groups.push_back(group_json(group));
  }
  Json faults = Json::array();
  for (const auto* fault : report.our_faults()) {
    faults.push_back({{"seed", fault->seed}, {"sentence", fault->our_fault}});
  }
  Json runs = Json::array();
  for (const auto& [seed, result] : report.results) {
    runs.push_back({{"seed", seed},
                    {"verdict", result.failed ? "fail" : "pass"},
                    {"trace_hash", hex64(result.trace_hash)},
                    {"fingerprint", result.fingerprint}});
  }
  Json json;
  json["scenario"] = report.scenario;
  json["first_seed"] = report.first_seed;
  json["last_seed"] = report.last_seed;
  json["shard"] = report.shard.empty() ? "1/1" : report.shard;
  json["wanted"] = report.wanted;
  json["done"] = report.results.size();
  json["failed"] = report.failed();
  json["interrupted"] = report.interrupted;
  json["verdict"] = report.failed() > 0 ? "fail" : "pass";
  json["bound"] = honest_bound(report.failed(), report.results.size() - report.our_faults().size());
  json["groups"] = std::move(groups);
  json["checked_twice"] = report.checked_twice();
  json["simulator_faults"] = std::move(faults);
  json["wall_seconds"] = report.wall_seconds;
  json["virtual_seconds"] = virtual_seconds(report);
  json["runs"] = std::move(runs);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace lockstep::tools
