// A sweep as people, programs and CI servers read it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tools/lockstep/seed_result.h"

namespace lockstep::tools {

/// Failures of one kind.
struct FailureGroup {
  std::string fingerprint;
  std::vector<std::uint64_t> seeds;  ///< Ascending.
  SeedResult smallest;               ///< The result of the first of them.
  std::string plan_file;
  std::string replay;
};

struct SweepReport {
  std::string scenario;
  std::uint64_t first_seed = 0;
  std::uint64_t last_seed = 0;
  std::string shard;         ///< "2/8"; empty for the whole.
  std::uint64_t wanted = 0;  ///< Seeds that fell to this shard.
  bool interrupted = false;
  double wall_seconds = 0;
  std::map<std::uint64_t, SeedResult> results;  ///< By seed.
  std::vector<FailureGroup> groups;             ///< The most frequent first.

  [[nodiscard]] std::uint64_t failed() const;
  [[nodiscard]] std::uint64_t checked_twice() const;
  /// Results in which the simulator itself was at fault, ascending by seed.
  [[nodiscard]] std::vector<const SeedResult*> our_faults() const;
};

/// The failures of `results` by fingerprint, the most frequent first, then the smallest seed first.
std::vector<FailureGroup> group_failures(const std::map<std::uint64_t, SeedResult>& results);

/// What zero or more failures say about the chance of one: the rule of three for none, else the plain rate.
std::string honest_bound(std::uint64_t failed, std::uint64_t done);

std::string as_text(const SweepReport& report);
std::string as_json(const SweepReport& report);

/// The same as JUnit XML: a suite for the scenario, a case for each seed.
std::string as_junit(const SweepReport& report);

}  // namespace lockstep::tools
