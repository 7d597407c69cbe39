// A peer that shouts does not make a node late for its duties.
//
// Given  nodes that finalize.
// When   from slot 4 to slot 12 one of them also sends all its peers messages that are well-formed votes,
// each
//        different, none of them signed properly.
// Then   every node still acts upon each interval in time, blocks and votes get through, and finality goes
// on.
//
//     interval    │0      │1      │2      │3      │4      │
//     ticks       ┴       ┴       ┴       ┴       ┴          on time
//     garbage     ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//
// Guards against main loops that drain their peers before they look at the clock.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void gossip_flood_leaves_the_clock_alone(Cluster& cluster) {
  const auto [ann] = cluster.name<1>();

  cluster.run_until(slot(4));
  {
    const Fault shouting = cluster.flood(ann, {.per_second = cluster.setting("per_second")});
    cluster.run_until(slot(12));
    cluster.expect(finalized_at_least(4));
  }
  cluster.run_to_the_end();
  cluster.expect(ticks_late_at_most(std::chrono::milliseconds(cluster.setting("late_ms"))));
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
