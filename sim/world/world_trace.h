// The kinds of trace events that the simulated world records.
#pragma once

#include <cstdint>

#include "sim/core/trace.h"

namespace lockstep::sim {

/// Also the tags of the world's events. The numbers are part of every trace hash: append, never renumber.
enum class WorldTrace : std::uint32_t {
  kSent = static_cast<std::uint32_t>(TraceKind::kFirstFree),  ///< At the sender: receiver and number; digest.
  kDelivered = 17,                                            ///< At the receiver: sender and number; 0.
  kDropped = 18,       ///< At the receiver: sender and number; the DropReason.
  kHeld = 19,          ///< At the receiver: sender and number; the rule.
  kDuplicated = 20,    ///< At the receiver: sender and number; 0.
  kConnected = 21,     ///< At one end: the other end; the connection's number.
  kDisconnected = 22,  ///< The same.
  kRuleBegan = 23,     ///< In the world's lane: the rule; its kind.
  kRuleEnded = 24,     ///< In the world's lane: the rule; 0.
  kWork = 25,          ///< At the node: the kind of work; when it is done.
  kRedial = 26,
  kAlarm = 27,  ///< At the node: its receiver's deadline has come.
};

/// Rooms above number their trace kinds from here.
inline constexpr std::uint32_t kFirstTraceKindAboveWorld = 48;

inline void record(Trace& trace, Lane lane, WorldTrace kind, std::uint64_t a, std::uint64_t b) {
  trace.record(lane, static_cast<std::uint32_t>(kind), a, b);
}

/// Names the kinds for Trace::detail().
void name_world_kinds(Trace& trace);

}  // namespace lockstep::sim
