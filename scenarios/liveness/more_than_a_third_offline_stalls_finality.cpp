// With one more offline than the votes can do without, nothing becomes final until somebody comes back.
//
// Given  n nodes with a validator each that finalize.
// When   at slot 6 a third of them, rounded down, and one more stop.
// Then   the chain grows but finality stands still, once the votes from before are used up; they come back
// with
//        nothing at slot 10, catch up, and finality goes on.
//
//     slot 6                10
//       ■ ─── ■ ─── ■ ─ … ─ ■ ─── ■ ─── ■
//       ╰ finalized stays   ╰ they come back
//
// A longer stall never ends: see old_votes_crowd_out_new_ones.
//
// Guards against a quorum that is one vote too low, and against stalls that outlast their cause.
// Spec: state_transition.py, process_attestations (3 · votes >= 2 · validators).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void more_than_a_third_offline_stalls_finality(Cluster& cluster) {
  const Group offline = cluster.every_nth(3, /*first=*/2) + cluster.node(0);

  cluster.run_until(slot(6));
  cluster.crash(offline);
  cluster.run_until(slot(8));
  const std::uint64_t finalized = cluster.finalized_slot_max();
  cluster.run_until(slot(10));
  cluster.expect(finalized_at_most(finalized));

  cluster.restart(offline);
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(11));
}

}  // namespace lockstep::scenarios
