// The real world for the seam contracts: OS threads, system clocks, loopback TCP.
#pragma once

#include "worlds.h"

namespace lockstep::seam {

/// Calls `body` on the calling OS thread.
void run_in_real_world(std::size_t nodes, const std::function<void(Seams&)>& body);

}  // namespace lockstep::seam
