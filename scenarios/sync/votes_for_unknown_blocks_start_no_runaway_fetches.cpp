// However many votes name blocks that nobody has, eight fetches are under way at most.
//
// Given  nodes that finalize.
// When   from slot 4 to slot 12 one of them also sends all its peers votes, of which three in four name
// blocks
//        that do not exist.
// Then   nobody has more than eight requests for blocks under way (a checker sees to that), every node acts
//        upon each interval in time, and finality goes on.
//
//     votes       ▒▓▓▓▒▓▓▓▒▓▓▓▒▓▓▓▒▓▓▓▒▓▓▓      ▓ for a block that nobody has
//     fetches     ╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶╶      at most eight at any time
//
// Guards against one fetch for each vote, which once brought a network to its knees.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void votes_for_unknown_blocks_start_no_runaway_fetches(Cluster& cluster) {
  const auto [ann] = cluster.name<1>();

  cluster.run_until(slot(4));
  {
    const Fault shouting = cluster.flood(ann, {.per_second = cluster.setting("per_second"),
                                               .unknown_percent = cluster.setting("unknown_percent")});
    cluster.run_until(slot(12));
    cluster.expect(finalized_at_least(4));
  }
  cluster.run_to_the_end();
  cluster.expect(ticks_late_at_most(std::chrono::milliseconds(cluster.setting("late_ms"))));
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
