// lockstep list: the scenarios, each with its moral; or one of them with its settings.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "scenarios/catalogue.h"
#include "tools/lockstep/run_options.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::ordered_json;

struct ListOptions {
  std::string scenario;
  bool json = false;
};

Json as_json(const scenarios::Scenario& scenario) {
  Json settings = Json::array();
  for (const auto& setting : scenario.settings) {
    settings.push_back(
        {{"key", setting.key}, {"meaning", setting.meaning}, {"default", setting.default_value}});
  }
  return {{"name", scenario.name},           {"moral", scenario.moral},         {"nodes", scenario.nodes},
          {"nodes_min", scenario.nodes_min}, {"nodes_max", scenario.nodes_max}, {"slots", scenario.slots},
          {"slots_min", scenario.slots_min}, {"settings", std::move(settings)}};
}

void print_one(const scenarios::Scenario& scenario) {
  fmt::print("{}\n  {}\n", scenario.name, scenario.moral);
  fmt::print("  --nodes {} ({} to {})\n", scenario.nodes, scenario.nodes_min, scenario.nodes_max);
  fmt::print("  --slots {} (at least {})\n", scenario.slots, scenario.slots_min);
  for (const auto& setting : scenario.settings) {
    fmt::print("  --set {}={}   {}\n", setting.key, setting.default_value, setting.meaning);
  }
}

int list(const ListOptions& options) {
  if (!options.scenario.empty()) {
    require_scenario(options.scenario);
  }
  std::size_t width = 0;
  for (const auto& scenario : scenarios::catalogue()) {
    width = std::max(width, scenario.name.size());
  }
  Json all = Json::array();
  for (const auto& scenario : scenarios::catalogue()) {
    if (!options.scenario.empty() && scenario.name != options.scenario) {
      continue;
    }
    if (options.json) {
      all.push_back(as_json(scenario));
    } else if (!options.scenario.empty()) {
      print_one(scenario);
    } else {
      fmt::print("{:<{}}  {}\n", scenario.name, width, scenario.moral);
    }
  }
  if (options.json) {
    fmt::print("{}\n", Json{{"scenarios", std::move(all)}}.dump());
  }
  return kHeld;
}

}  // namespace

void add_list(CLI::App& app, Action& chosen) {
  const auto options = std::make_shared<ListOptions>();
  auto* verb = app.add_subcommand("list", "the scenarios, each with its moral");
  verb->add_option("scenario", options->scenario, "only this one, with its settings");
  verb->add_flag("--json", options->json, "one JSON object");
  verb->callback([options, &chosen] { chosen = [options] { return list(*options); }; });
}

}  // namespace lockstep::tools
