// The kinds of fault that a plan may add to any scenario, and what each of them must be told.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/cluster/plan.h"

namespace lockstep::cluster {

/// A parameter of a fault: a whole number within bounds.
struct FaultParameter {
  std::string_view key;
  std::int64_t min = 0;
  std::int64_t max = 0;
  /// What it is when the plan does not say; a parameter without one must be given.
  std::optional<std::int64_t> default_value;
};

/// One kind of fault: how it is written in a plan.
struct FaultKind {
  std::string_view name;
  std::string_view meaning;  ///< One line; "the nodes" are those of the fault.
  bool lasts = true;         ///< Needs until_ms > from_ms; otherwise until_ms may equal from_ms.
  std::span<const FaultParameter> parameters;
};

/// All kinds, by name in ascending order.
std::span<const FaultKind> fault_kinds();

/// Whether `fault` is of a known kind, strikes nodes below `nodes`, each once, lasts as its kind must, and
/// has parameters within bounds. Returns what is wrong, in words that fit behind "fault 2: ".
std::optional<std::string> complaint_about(const PlannedFault& fault, std::uint64_t nodes);

/// The parameter's value, or its default. Requires: complaint_about(fault, …) found nothing.
std::int64_t fault_parameter(const PlannedFault& fault, std::string_view key);

}  // namespace lockstep::cluster
