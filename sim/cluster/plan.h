// A plan: everything that decides a run, as text that a person can read, diff and commit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/result.h"

namespace lockstep::cluster {

/// A fault that the plan adds to what its scenario does by itself. Times are virtual, from the start of the
/// run.
struct PlannedFault {
  std::string kind;  ///< partition, one_way, lose, delay, duplicate, crash, clock_step …
  std::uint64_t from_ms = 0;
  std::uint64_t until_ms = 0;               ///< Exclusive; equal to from_ms for faults without duration.
  std::vector<std::uint64_t> nodes;         ///< Whom it strikes.
  std::map<std::string, std::string> with;  ///< The kind's own parameters.
  friend bool operator==(const PlannedFault&, const PlannedFault&) = default;
};

/// One choice of the run pinned to a value, whatever the seed says.
struct PlannedChoice {
  std::uint64_t domain = 0;
  std::uint64_t object = 0;
  std::uint64_t purpose = 0;
  std::uint64_t counter = 0;
  std::uint64_t value = 0;
  friend bool operator==(const PlannedChoice&, const PlannedChoice&) = default;
};

/// A run is a pure function of its plan (and of the commit).
struct Plan {
  std::string scenario;
  std::uint64_t seed = 0;
  std::uint64_t nodes = 0;
  std::uint64_t slots = 0;
  /// Who runs next among threads that could: fifo or random.
  std::string strategy;
  /// What the user set by --set; keys are those that the scenario accepts.
  std::map<std::string, std::string> settings;
  std::vector<PlannedFault> faults;
  std::vector<PlannedChoice> choices;
  /// The failure that wrote this plan, empty otherwise.
  std::string fingerprint;
  /// The trace hash of the run that wrote this plan, if it was written after a run.
  std::optional<std::uint64_t> trace_hash;
  friend bool operator==(const Plan&, const Plan&) = default;
};

/// The bounds within which a plan must lie.
inline constexpr std::uint64_t kPlanNodesMax = 4096;
inline constexpr std::uint64_t kPlanSlotsMax = 1'000'000;

/// The plan as YAML. read_plan(write_plan(p)) == p.
std::string write_plan(const Plan& plan);

/// Reads a plan; the error is one line that says where it is wrong and what would be right.
base::Result<Plan, std::string> read_plan(std::string_view text);

}  // namespace lockstep::cluster
