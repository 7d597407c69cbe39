// When all is well, every slot has its block and finality follows a few slots behind the clock.
//
// Given  any number of nodes with clocks a little off, on a network that takes its time.
// When   nothing else happens.
// Then   all nodes agree on a head, and what they have finalized is at most five slots old.
//
//     slot 0      1      2      3      4   …   n
//       G ─────── ■ ──── ■ ──── ■ ──── ■ ─ … ─ ■  head
//                 ╰ justified, then finalized as the next ones are
//
// Spec: fork_choice.py, timeline.py, validator_duties.py: all of them at once.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void devnet(Cluster& cluster) {
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(every_head().is_at_least_at(cluster.slots() - 1));
  if (cluster.slots() >= 8) {
    cluster.expect(finalized_at_least(cluster.slots() - 5));
  }
}

}  // namespace lockstep::scenarios
