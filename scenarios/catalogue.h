// The list of all stories, in one table.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cluster/outcome.h"
#include "sim/cluster/plan.h"

namespace lockstep::scenarios {

/// A parameter that `--set key=value` may change.
struct Setting {
  std::string_view key;
  std::string_view meaning;
  std::string_view default_value;
};

/// One story. Its function builds the world that the plan asks for, tells the story and returns what came of
/// it.
struct Scenario {
  std::string_view name;    ///< A sentence with underscores, or a noun for plain worlds (devnet).
  std::string_view moral;   ///< One line.
  std::uint64_t nodes = 0;  ///< Default number of nodes …
  std::uint64_t nodes_min = 1;
  std::uint64_t nodes_max = 1;
  std::uint64_t slots = 0;  ///< … and of slots.
  std::uint64_t slots_min = 1;
  std::span<const Setting> settings;
};

/// Told of progress about once per simulated slot: (slot reached, slots in all). May be empty.
using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

/// All stories, in the order in which `lockstep list` shows them.
std::span<const Scenario> catalogue();

/// The story of that name, or null.
const Scenario* find_scenario(std::string_view name);

/// The plan with the scenario's defaults for whatever it leaves at zero or empty. The error is one line that
/// says what is wrong (unknown scenario, node count out of range, unknown setting, bad value) and what would
/// be right.
base::Result<cluster::Plan, std::string> complete_plan(cluster::Plan plan);

/// Runs a completed plan to its end, in the calling thread. Same plan, same outcome. The outcome keeps the
/// single events of the cell that is watched, if there is one.
cluster::Outcome run_plan(const cluster::Plan& plan, const Progress& progress = {},
                          std::optional<cluster::WatchedCell> watch = std::nullopt);

}  // namespace lockstep::scenarios
