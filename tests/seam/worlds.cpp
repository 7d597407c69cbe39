// Chooses the world for a seam's contract.
#include "worlds.h"

#include "real_world.h"
#include "simulated_world.h"

namespace lockstep::seam {

void run_in(World world, std::size_t nodes, const std::function<void(Seams&)>& body) {
  if (world == World::kReal) {
    run_in_real_world(nodes, body);
  } else {
    run_in_simulated_world(nodes, body);
  }
}

}  // namespace lockstep::seam
