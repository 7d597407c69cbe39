// With one more offline than the votes can do without, nothing becomes final until somebody comes back.
//
// Given  n nodes with a validator each that finalize.
// When   at slot 6 a third of them, rounded down, and one more stop.
// Then   the chain grows but finality stands still; they come back with nothing at slot 14, catch up, and
//        finality goes on.
//
//     slot 6                14
//       ■ ─── ■ ─── ■ ─ … ─ ■ ─── ■ ─── ■
//       ╰ finalized stays   ╰ they come back
//
// Guards against a quorum that is one vote too low, and against stalls that outlast their cause.
// Spec: state_transition.py, process_attestations (3 · votes >= 2 · validators).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void more_than_a_third_offline_stalls_finality(Cluster& cluster) {
  const Group offline = cluster.every_nth(3, /*first=*/2) + cluster.node(1);

  cluster.run_until(slot(6));
  cluster.crash(offline);
  cluster.run_until(slot(8));
  const std::uint64_t finalized = cluster.finalized_slot_max();
  cluster.run_until(slot(14));
  cluster.expect(finalized_at_most(finalized));

  cluster.restart(offline);
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(15));
}

}  // namespace lockstep::scenarios
