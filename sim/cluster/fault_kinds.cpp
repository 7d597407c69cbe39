// The table of fault kinds, and the check of a planned fault against it.
#include "sim/cluster/fault_kinds.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "node/base/assert.h"

namespace lockstep::cluster {
namespace {

constexpr std::int64_t kFaultDelayMax_ms = 60'000;
constexpr std::int64_t kClockStepMax_ms = 60'000;
constexpr std::int64_t kFloodRateMax = 100'000;
constexpr std::uint64_t kFaultTimeMax_ms = kPlanSlotsMax * 4000;

constexpr std::array kDelayParameters = {FaultParameter{"by_ms", 1, kFaultDelayMax_ms, std::nullopt}};
constexpr std::array kPercentParameters = {FaultParameter{"percent", 1, 100, 100}};
constexpr std::array kClockParameters = {
    FaultParameter{"by_ms", -kClockStepMax_ms, kClockStepMax_ms, std::nullopt}};
constexpr std::array kFloodParameters = {FaultParameter{"per_second", 1, kFloodRateMax, 1000}};

constexpr std::array kFaultKinds = {
    FaultKind{"clock_step", "the nodes' wall clocks jump by by_ms, and back at the end if there is one",
              false, kClockParameters},
    FaultKind{"clog", "frames to and from the nodes wait until the end of the fault", true, {}},
    FaultKind{"crash",
              "the nodes stop at once, and start again with nothing at the end if there is one",
              false,
              {}},
    FaultKind{"delay", "frames to and from the nodes take by_ms longer", true, kDelayParameters},
    FaultKind{"duplicate", "percent of the frames to and from the nodes arrive twice", true,
              kPercentParameters},
    FaultKind{"flood", "the nodes send per_second votes that nobody signed to all their peers", true,
              kFloodParameters},
    FaultKind{"lose", "percent of the frames to and from the nodes are lost", true, kPercentParameters},
    FaultKind{"one_way", "what the nodes send to the others is lost, what they are sent arrives", true, {}},
    FaultKind{"partition", "the nodes and the others do not hear one another", true, {}},
};

const FaultKind* find_kind(std::string_view name) {
  const auto* const found = std::find_if(kFaultKinds.begin(), kFaultKinds.end(),
                                         [&](const FaultKind& kind) { return kind.name == name; });
  return found == kFaultKinds.end() ? nullptr : found;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> complaint_about_parameters(const PlannedFault& fault, const FaultKind& kind) {
  for (const auto& [key, text] : fault.with) {
    const auto known = std::find_if(kind.parameters.begin(), kind.parameters.end(),
                                    [&](const FaultParameter& parameter) { return parameter.key == key; });
    if (known == kind.parameters.end()) {
      return "a " + fault.kind + " takes no parameter '" + key + "'";
    }
    const auto value = whole_number(text);
    if (!value || *value < known->min || *value > known->max) {
      return key + " must be a whole number from " + std::to_string(known->min) + " to " +
             std::to_string(known->max) + ", not '" + text + "'";
    }
  }
  for (const FaultParameter& parameter : kind.parameters) {
    if (!parameter.default_value && !fault.with.contains(std::string(parameter.key))) {
      return "a " + fault.kind + " needs the parameter '" + std::string(parameter.key) + "'";
    }
  }
  return std::nullopt;
}

std::optional<std::string> complaint_about_nodes(const PlannedFault& fault, std::uint64_t nodes) {
  if (fault.nodes.empty()) {
    return "a " + fault.kind + " needs at least one node";
  }
  std::set<std::uint64_t> seen;
  for (const std::uint64_t node : fault.nodes) {
    if (node >= nodes) {
      return "node " + std::to_string(node) + " does not exist; the last one is " + std::to_string(nodes - 1);
    }
    if (!seen.insert(node).second) {
      return "node " + std::to_string(node) + " is named twice";
    }
  }
  return std::nullopt;
}

}  // namespace

std::span<const FaultKind> fault_kinds() {
  return kFaultKinds;
}

std::optional<std::string> complaint_about(const PlannedFault& fault, std::uint64_t nodes) {
  const FaultKind* const kind = find_kind(fault.kind);
  if (kind == nullptr) {
    std::string known;
    for (const FaultKind& each : kFaultKinds) {
      known += (known.empty() ? "" : ", ") + std::string(each.name);
    }
    return "unknown kind '" + fault.kind + "'; there are " + known;
  }
  if (fault.until_ms < fault.from_ms || (kind->lasts && fault.until_ms == fault.from_ms)) {
    return "until_ms (" + std::to_string(fault.until_ms) + ") must come after from_ms (" +
           std::to_string(fault.from_ms) + ")";
  }
  if (fault.until_ms > kFaultTimeMax_ms) {
    return "until_ms (" + std::to_string(fault.until_ms) + ") lies beyond the longest run";
  }
  if (auto complaint = complaint_about_nodes(fault, nodes)) {
    return complaint;
  }
  return complaint_about_parameters(fault, *kind);
}

std::int64_t fault_parameter(const PlannedFault& fault, std::string_view key) {
  const auto given = fault.with.find(std::string(key));
  if (given != fault.with.end()) {
    const auto value = whole_number(given->second);
    LOCKSTEP_ASSERT(value.has_value());
    return *value;
  }
  const FaultKind* const kind = find_kind(fault.kind);
  LOCKSTEP_ASSERT(kind != nullptr);
  for (const FaultParameter& parameter : kind->parameters) {
    if (parameter.key == key && parameter.default_value) {
      return *parameter.default_value;
    }
  }
  base::fail_assertion("parameter", "the kind has no such parameter", __FILE__, __LINE__);
}

}  // namespace lockstep::cluster
