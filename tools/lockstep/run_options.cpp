// From what the user typed to a complete plan, or to one line that says what to type instead.
#include "tools/lockstep/run_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <limits>
#include <numeric>
#include <optional>

#include "scenarios/catalogue.h"
#include "sim/cluster/turns.h"
#include "tools/lockstep/verbs.h"

namespace lockstep::tools {
namespace {

/// More seeds than anybody can run; beyond it the range is a slip of the finger.
constexpr std::uint64_t kSeedsMax = 100'000'000;

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row.back();
}

std::string nearest_names(const std::string& name) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const auto& scenario : scenarios::catalogue()) {
    const bool part = !name.empty() && scenario.name.find(name) != std::string_view::npos;
    ranked.emplace_back(part ? 0 : distance(name, scenario.name), std::string(scenario.name));
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(3, ranked.size()); ++i) {
    text += (i == 0 ? "" : ", ") + ranked[i].second;
  }
  return text;
}

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// Two numbers with `between` in the middle.
std::optional<std::pair<std::uint64_t, std::uint64_t>> read_pair(std::string_view text,
                                                                 std::string_view between) {
  const auto at = text.find(between);
  if (at == std::string_view::npos) {
    return std::nullopt;
  }
  const auto left = read_number(text.substr(0, at));
  const auto right = read_number(text.substr(at + between.size()));
  if (!left || !right) {
    return std::nullopt;
  }
  return std::pair{*left, *right};
}

}  // namespace

void add_run_options(CLI::App& verb, RunOptions& options) {
  verb.add_option("--nodes", options.nodes, "number of nodes")->type_name("N");
  verb.add_option("--slots", options.slots, "number of slots")->type_name("N");
  verb.add_option("--strategy", options.strategy,
                  "who runs next among threads that could: " + cluster::strategy_names())
      ->type_name("NAME");
  verb.add_option("--set", options.settings, "a setting of the scenario; see lockstep list SCENARIO")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

std::uint64_t read_count(const char* option, const std::string& text, std::uint64_t least) {
  const auto value = read_number(text);
  if (!value || *value < least) {
    throw UsageError(std::string(option) + " wants a whole number" +
                     (least > 0 ? " of at least " + std::to_string(least) : "") + ", not '" + text + "'");
  }
  return *value;
}

void require_scenario(const std::string& name) {
  if (scenarios::find_scenario(name) == nullptr) {
    throw UsageError("unknown scenario '" + name + "'; nearest: " + nearest_names(name) +
                     " (lockstep list shows all)");
  }
}

cluster::Plan plan_of(const RunOptions& options, std::uint64_t seed) {
  require_scenario(options.scenario);
  const auto& scenario = *scenarios::find_scenario(options.scenario);
  // A plan says "the default" with a zero; a user who types a zero means zero.
  const auto count = [&](const char* option, const std::string& text, std::uint64_t least,
                         std::uint64_t most) {
    const std::uint64_t value = text.empty() ? 0 : read_count(option, text);
    if (!text.empty() && (value < least || value > most)) {
      throw UsageError(std::string(option) + " " + text + " is out of range: " + options.scenario +
                       " takes " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
  };
  cluster::Plan plan;
  plan.scenario = options.scenario;
  plan.seed = seed;
  plan.nodes =
      count("--nodes", options.nodes, std::max<std::uint64_t>(1, scenario.nodes_min), scenario.nodes_max);
  plan.slots =
      count("--slots", options.slots, std::max<std::uint64_t>(1, scenario.slots_min), cluster::kPlanSlotsMax);
  plan.strategy = options.strategy;
  for (const auto& setting : options.settings) {
    const auto equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("--set wants key=value, not '" + setting + "'");
    }
    if (!plan.settings.emplace(setting.substr(0, equals), setting.substr(equals + 1)).second) {
      throw UsageError("--set names '" + setting.substr(0, equals) + "' twice");
    }
  }
  auto complete = scenarios::complete_plan(std::move(plan));
  if (!complete) {
    throw UsageError(complete.error());
  }
  return std::move(*complete);
}

std::vector<std::string> as_arguments(const RunOptions& options) {
  std::vector<std::string> arguments = {options.scenario};
  const auto add = [&](const char* name, const std::string& value) {
    arguments.emplace_back(name);
    arguments.push_back(value);
  };
  if (!options.nodes.empty()) {
    add("--nodes", options.nodes);
  }
  if (!options.slots.empty()) {
    add("--slots", options.slots);
  }
  if (!options.strategy.empty()) {
    add("--strategy", options.strategy);
  }
  for (const auto& setting : options.settings) {
    add("--set", setting);
  }
  return arguments;
}

SeedRange read_seed_range(const std::string& text) {
  auto pair = read_pair(text, "..");
  if (const auto single = read_number(text)) {
    pair = {*single, *single};
  }
  if (!pair) {
    throw UsageError("--seeds wants A..B, as in 1..200, not '" + text + "'");
  }
  if (pair->first > pair->second) {
    throw UsageError("--seeds " + text + " is empty: the first seed is greater than the last");
  }
  if (pair->second - pair->first >= kSeedsMax) {
    throw UsageError("--seeds " + text + " are too many: at most " + std::to_string(kSeedsMax) + " at once");
  }
  return {pair->first, pair->second};
}

cluster::WatchedCell read_cell(const std::string& text) {
  const auto pair = read_pair(text, "/");
  if (!pair || pair->second > std::numeric_limits<std::uint32_t>::max()) {
    throw UsageError("--watch wants EPOCH/LANE, as in 12/3, not '" + text + "'");
  }
  return {sim::Lane{static_cast<std::uint32_t>(pair->second)}, pair->first};
}

Shard read_shard(const std::string& text) {
  const auto pair = read_pair(text, "/");
  if (!pair || pair->first == 0 || pair->first > pair->second) {
    throw UsageError("--shard wants K/N with K from 1 to N, as in 2/8, not '" + text + "'");
  }
  return {pair->first, pair->second};
}

std::vector<std::uint64_t> seeds_of(SeedRange range, Shard shard) {
  std::vector<std::uint64_t> seeds;
  seeds.reserve(range.size() / shard.of + 1);
  for (std::uint64_t i = shard.part - 1; i < range.size(); i += shard.of) {
    seeds.push_back(range.first + i);
  }
  return seeds;
}

}  // namespace lockstep::tools
