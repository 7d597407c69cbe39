// Names for the simulated world's trace events.
#include "sim/world/world_trace.h"

#include <utility>

namespace lockstep::sim {

void name_world_kinds(Trace& trace) {
  constexpr std::pair<WorldTrace, const char*> kNames[] = {
      {WorldTrace::kSent, "sent"},
      {WorldTrace::kDelivered, "delivered"},
      {WorldTrace::kDropped, "dropped"},
      {WorldTrace::kHeld, "held"},
      {WorldTrace::kDuplicated, "duplicated"},
      {WorldTrace::kConnected, "connected"},
      {WorldTrace::kDisconnected, "disconnected"},
      {WorldTrace::kRuleBegan, "rule began"},
      {WorldTrace::kRuleEnded, "rule ended"},
      {WorldTrace::kWork, "work"},
      {WorldTrace::kRedial, "redial"},
      {WorldTrace::kAlarm, "alarm"},
  };
  for (const auto& [kind, name] : kNames) {
    trace.name_kind(static_cast<std::uint32_t>(kind), name);
  }
}

}  // namespace lockstep::sim
