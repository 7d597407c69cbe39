// All pairs in one list, and how one is explored.
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {

std::vector<Pair> all_pairs() {
  std::vector<Pair> all;
  for (const auto group : {&state_pairs, &block_cache_pairs, &request_pairs, &head_pairs, &lock_order_pairs,
                           &wake_up_pairs, &life_pairs, &peer_pairs, &timer_pairs, &queue_pairs,
                           &exchange_pairs, &fetch_pairs, &actor_pairs, &worker_pairs, &flood_pairs}) {
    const std::vector<Pair> pairs = group();
    all.insert(all.end(), pairs.begin(), pairs.end());
  }
  return all;
}

race::Report explore(Telling telling, std::uint64_t seed, std::uint64_t schedules) {
  race::ExploreOptions options;
  options.runner.seed = seed;
  options.schedules = schedules;
  return race::explore(
      [telling](race::World& run) {
        World world(run);
        telling(world);
      },
      options);
}

}  // namespace lockstep::scenarios::races
