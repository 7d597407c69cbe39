// As many validators may be offline as two thirds of the votes can do without.
//
// Given  n nodes with a validator each, of which a third, rounded down, never came.
// When   time passes: the slots of those who are missing stay empty.
// Then   the others finalize: three times their votes are twice all votes, or just above.
//
//     slot 0      1      2      3      4      5      6
//       G ─────── ■ ─────────── ■ ──── ■ ─────────── ■
//                        offline              offline
//
// Guards against a quorum that is one vote too high.
// Spec: state_transition.py, process_attestations (3 · votes >= 2 · validators).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void a_third_offline_still_finalizes(Cluster& cluster) {
  const Group offline = cluster.every_nth(3, /*first=*/2);
  cluster.crash(offline);
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 12));
}

}  // namespace lockstep::scenarios
