// Chooses the world for a seam's contract.
#include "worlds.h"

#include "explored_world.h"
#include "real_world.h"
#include "simulated_world.h"

namespace lockstep::seam {

void run_in(World world, std::size_t nodes, const std::function<void(Seams&)>& body) {
  switch (world) {
    case World::kReal:
      run_in_real_world(nodes, body);
      return;
    case World::kSimulated:
      run_in_simulated_world(nodes, body);
      return;
    case World::kExplored:
      ASSERT_EQ(nodes, 1U) << "under the explorer there is one node";
      run_in_explored_world(body);
      return;
  }
}

const char* to_text(World world) {
  switch (world) {
    case World::kReal:
      return "real";
    case World::kSimulated:
      return "simulated";
    case World::kExplored:
      return "explored";
  }
  return "?";
}

}  // namespace lockstep::seam
