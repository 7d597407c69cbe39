// From a failing schedule to one with the fewest threads and preemptions that fails in the same way.
#pragma once

#include <cstdint>
#include <string>

#include "sim/race/explorer.h"
#include "sim/race/schedule.h"
#include "sim/race/shrink.h"

namespace lockstep::race {

/// The smallest schedule found, and how large it is.
struct Minimised {
  Schedule schedule;
  Recording recording;
  Finding finding;
  /// That executed anything.
  std::uint32_t threads = 0;
  std::uint64_t preemptions = 0;
  std::uint64_t replays = 0;
  /// False when the failure could not be repeated: nothing else is then set.
  bool repeated = false;
};

/// The smallest schedule that comes out with the same fingerprint, by Shrinking.
[[nodiscard]] Minimised minimise(const Body& body, const RunnerOptions& options, const Failed& failed,
                                 const ShrinkLimits& limits = {});

/// The events that matter, a column for each thread: operations on what several of the threads touch, and
/// where one took over from another that could have gone on.
[[nodiscard]] std::string story(const Recording& recording, const Finding& finding,
                                const SiteText& site_text);

}  // namespace lockstep::race
