// What a sweep keeps of one seed, and how it travels from the worker that ran it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cluster/plan.h"
#include "tools/lockstep/workers.h"

namespace lockstep::tools {

struct SeedResult {
  std::uint64_t seed = 0;
  std::uint64_t trace_hash = 0;
  double wall_seconds = 0;
  double virtual_seconds = 0;
  bool checked_twice = false;
  /// Empty, or why the simulator itself is at fault: the second run differed, or the engine gave up.
  std::string our_fault;
  bool failed = false;  ///< The rest is meaningful only if so.
  std::string fingerprint;
  std::string sentence;
  std::vector<std::string> events;
  std::string plan;  ///< As text; tells this run again.

  [[nodiscard]] bool held() const { return !failed && our_fault.empty(); }
};

/// Runs one plan in this process, twice if asked to. Never throws.
SeedResult run_seed(const cluster::Plan& plan, bool twice);

std::string encode(const SeedResult& result);

/// The result that an answer carries; for a worker that died, a failure of that seed. `plan` is the seed's.
SeedResult decode(const Answer& answer, const cluster::Plan& plan);

}  // namespace lockstep::tools
