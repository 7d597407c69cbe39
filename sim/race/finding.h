// What was found in a run: told in sentences, and told apart by fingerprints.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/race/race_detector.h"
#include "sim/race/world.h"

namespace lockstep::race {

enum class FindingKind : std::uint8_t {
  /// A broken assertion, or any other exception that left a thread.
  kException,
  /// Threads wait, and nobody is left who would wake them.
  kDeadlock,
  /// A deadlock because a notification came before the wait that needed it.
  kLostWakeUp,
  /// Fair turns for all, and still no end.
  kLivelock,
  /// A primitive was used against its contract.
  kMisuse,
  kStackOverflow,
  kDataRace,
};

[[nodiscard]] const char* to_text(FindingKind kind);

/// The first thing that went wrong in a run.
struct Finding {
  FindingKind kind = FindingKind::kException;
  /// What broke, in one sentence.
  std::string sentence;
  /// What else helps: who waits for whom, both sides of a race.
  std::vector<std::string> details;
  /// The same for the same bug: of kinds and of names of locks, variables and places, never of thread
  /// numbers, times or addresses.
  std::uint64_t fingerprint = 0;
};

/// Writes a place as a person reads it; empty when it is not known.
using SiteText = std::function<std::string(Site)>;

/// What the engine's failure means.
[[nodiscard]] Finding finding_of_failure(const sim::Failure& failure);
/// Why nobody goes on: called when run() has returned kDeadlock, before the fibers are unwound.
[[nodiscard]] Finding finding_of_deadlock(World& world, const SiteText& site_text);
[[nodiscard]] Finding finding_of_race(const World& world, const Race& race, const SiteText& site_text);

}  // namespace lockstep::race
