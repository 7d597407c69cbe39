// The options that say which run is meant, shared by run, sweep and check-determinism.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cluster/outcome.h"

namespace CLI {
class App;
}  // namespace CLI

namespace lockstep::tools {

/// What the user said about the run, except its seed.
struct RunOptions {
  std::string scenario;
  std::string nodes;  ///< As typed, like all numbers: the parser's own reading lets -1 and 2^64 through.
  std::string slots;
  std::string strategy;
  std::vector<std::string> settings;  ///< key=value each.
};

/// Declares --nodes, --slots, --strategy and --set on a verb; not the scenario.
void add_run_options(CLI::App& verb, RunOptions& options);

/// The complete plan of that run. Throws UsageError with one line that says what is wrong; an unknown
/// scenario is answered with the names nearest to it.
cluster::Plan plan_of(const RunOptions& options, std::uint64_t seed);

/// The options as they would be typed, beginning with the scenario.
std::vector<std::string> as_arguments(const RunOptions& options);

/// The number that the user typed for `option`, at least `least`. Throws UsageError.
std::uint64_t read_count(const char* option, const std::string& text, std::uint64_t least = 0);

/// Throws UsageError, with the nearest names, unless there is such a scenario.
void require_scenario(const std::string& name);

/// Seeds `first` to `last`, both included.
struct SeedRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  [[nodiscard]] std::uint64_t size() const { return last - first + 1; }
};

/// Reads A..B, or a single seed A. Throws UsageError.
SeedRange read_seed_range(const std::string& text);

/// Reads EPOCH/LANE, as in 12/3. Throws UsageError.
cluster::WatchedCell read_cell(const std::string& text);

/// One part of a whole that several machines share: the K-th of N, K from 1.
struct Shard {
  std::uint64_t part = 1;
  std::uint64_t of = 1;
};

/// Reads K/N. Throws UsageError.
Shard read_shard(const std::string& text);

/// The seeds of `range` that fall to `shard`, ascending; the shards of one range share nothing and miss
/// nothing.
std::vector<std::uint64_t> seeds_of(SeedRange range, Shard shard);

}  // namespace lockstep::tools
