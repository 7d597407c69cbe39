// How a run ends, and what went wrong in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/time.h"
#include "sim/core/trace_tree.h"

namespace lockstep::sim {

struct Fiber;

enum class FailureKind : std::uint8_t {
  /// An exception left a fiber's body or an event; a broken assertion is one.
  kException,
  /// Fibers wait for one another's locks in a circle.
  kDeadlock,
  /// More steps at one instant than allowed: somebody turns without letting time pass.
  kLivelock,
  /// A primitive was used against its contract, for instance an unlock by a thread that does not hold it.
  kMisuse,
  /// A fiber outgrew its stack.
  kStackOverflow,
  /// Two threads used the same memory, one wrote, and nothing orders them: builds whose accesses are watched.
  kDataRace,
};

[[nodiscard]] const char* to_text(FailureKind kind);

/// The first thing that went wrong in a run.
struct Failure {
  FailureKind kind = FailureKind::kException;
  /// The fiber that failed; "event" when it was an event of the world.
  std::string fiber;
  Lane lane = kWorldLane;
  Time time{};
  std::string what;
  /// Tells it from other failures of its kind where `what` does not do that well; empty elsewhere.
  std::string fingerprint = {};
  /// More for people, one line each.
  std::vector<std::string> details = {};
};

/// One line: time, node, fiber, kind and message.
[[nodiscard]] std::string to_text(const Failure& failure);

/// A fiber that waits, and for what.
struct ParkedFiber {
  std::uint32_t id = 0;
  std::string fiber;
  Lane lane = kWorldLane;
  /// "mutex store, held by worker", for instance.
  std::string waits_for;
  /// The engine's own record, while the fiber is parked.
  const Fiber* record = nullptr;
};

/// Why Engine::run() came back.
enum class RunEnd : std::uint8_t {
  /// All fibers have ended and no event is left.
  kFinished,
  /// Nothing more is due until the time asked for.
  kTimeReached,
  /// Somebody called Engine::stop().
  kStopped,
  /// No event is left and fibers are parked that nothing will wake; see Engine::parked().
  kDeadlock,
  /// See Engine::failure().
  kFailed,
};

[[nodiscard]] const char* to_text(RunEnd end);

}  // namespace lockstep::sim
