// What a run came to: verdict, chain, tick lateness, trace hash and, if it failed, what broke.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/cluster/plan.h"
#include "sim/core/trace.h"

namespace lockstep::cluster {

struct NodeOutcome {
  std::uint64_t head_slot = 0;
  std::uint64_t justified_slot = 0;
  std::uint64_t finalized_slot = 0;
};

/// How late slot ticks came, in virtual nanoseconds after their interval began, over all nodes.
struct TickLateness {
  std::uint64_t p50 = 0;
  std::uint64_t p99 = 0;
  std::uint64_t p999 = 0;
  std::uint64_t max = 0;
};

/// The first thing that broke.
struct Failure {
  /// The same for the same kind of failure, whatever the seed: checker or assertion and the place, no
  /// numbers.
  std::string fingerprint;
  /// One sentence that says what broke, with its numbers.
  std::string sentence;
  /// The two or three events that matter, one line each, oldest first.
  std::vector<std::string> events;
};

/// One cell of the trace: what one lane does in one epoch.
struct WatchedCell {
  sim::Lane lane = sim::kWorldLane;
  std::uint64_t epoch = 0;
};

struct Outcome {
  Plan plan;
  std::optional<Failure> failure;  ///< None: all checkers held.
  std::uint64_t trace_hash = 0;
  sim::TraceTree trace;
  std::vector<std::string> watched;  ///< The single events of the cell that was watched, one line each.
  std::vector<NodeOutcome> nodes;
  TickLateness tick_lateness;
  std::uint64_t virtual_nanoseconds = 0;
};

}  // namespace lockstep::cluster
