// The explored world for the contracts of threads, locks and atomics: the strategies of sim/race take turns.
#pragma once

#include "worlds.h"

namespace lockstep::seam {

/// Runs `body` as thread "main" of one node under a number of schedules. Fails the test when a run fails.
void run_in_explored_world(const std::function<void(Seams&)>& body);

}  // namespace lockstep::seam
