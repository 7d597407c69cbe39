// All pairs in one list, and how one is told.
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {

std::vector<Pair> all_pairs() {
  std::vector<Pair> all;
  for (const auto group : {&state_pairs, &block_cache_pairs, &request_pairs, &head_pairs, &lock_order_pairs,
                           &wake_up_pairs, &life_pairs, &peer_pairs}) {
    const std::vector<Pair> pairs = group();
    all.insert(all.end(), pairs.begin(), pairs.end());
  }
  return all;
}

std::string tell(Telling telling, std::uint64_t seed) {
  World world(seed);
  try {
    telling(world);
  } catch (const World::Over&) {
    // The verdict says why.
  }
  return world.verdict();
}

}  // namespace lockstep::scenarios::races
