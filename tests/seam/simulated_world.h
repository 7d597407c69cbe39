// The simulated world for the seam contracts: fibers of an engine, virtual time, the simulated network.
#pragma once

#include "worlds.h"

namespace lockstep::seam {

/// Runs `body` as a fiber of node 0 and the engine until it has ended. Fails the test when the run fails.
void run_in_simulated_world(std::size_t nodes, const std::function<void(Seams&)>& body);

}  // namespace lockstep::seam
