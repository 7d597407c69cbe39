// From a failing schedule to the fewest turns that still fail, and the story they tell.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/strategy.h"
#include "sim/interpose/failure.h"
#include "sim/interpose/pins.h"

namespace lockstep::interpose {

/// One operation of the story.
struct StoryStep {
  std::uint32_t thread = 0;
  std::string what;
  /// Return addresses, innermost first.
  std::vector<const void*> stack;
};

/// What a failing schedule was cut down to. Empty steps: it was not.
struct Story {
  std::uint64_t threads = 0;
  std::uint64_t preemptions = 0;
  std::uint64_t replays = 0;
  std::vector<StoryStep> steps;
  /// The schedule that the story tells, or the one that was not cut down.
  Pins pins;
  /// Of all its operations in order.
  std::uint64_t hash = 0;
};

/// What two failures have in common that are the same bug.
[[nodiscard]] std::string fingerprint(const Failure& failure);

/// The story of a recording, whatever its length. `after` is what it came to.
[[nodiscard]] Story story_of(const std::vector<sim::Step>& steps, const Failure& after);

/// The story of a recording, whatever its length. `after` is what it came to.
[[nodiscard]] Story story_of(const std::vector<sim::Step>& steps, const Failure& after);

/// Runs the program by ever simpler schedules as long as they fail in the same way.
[[nodiscard]] Story minimise(const Failure& failure, const std::vector<sim::Step>& steps,
                             const std::vector<std::uint32_t>& values);

/// Sets everything back and runs one schedule.
void run_schedule_with(sim::Strategy& strategy);

}  // namespace lockstep::interpose
