// A proof that takes many slots delays neither ticks nor blocks, and finality only by as much as the rules
// say.
//
// Given  four nodes, of which one proves aggregates, each round of them for 18 s of CPU time (or 70 s, or
//        what the setting says).
// When   nothing else happens.
// Then   every tick comes in time, every slot has its block, and each round of votes counts as soon as it is
//        proven. Votes are then so old that the rules justify one target without the one before: those that
//        may be justified lie the further apart the longer nothing was finalized, until a round reaches over
//        the gap, and finality comes in leaps.
//
//     slot       0      1      2      3      4      5      6
//     ticks      ┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴
//     proofs          ██████████████████████████▶ votes of 0
//                                                ██████████▶ votes of 1 to 5
//
// Guards against proofs made by the thread that ticks, or under a lock that it needs.
// Spec: slot.py, is_justifiable_after; state.py, process_attestations (finalization).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void a_slow_prover_delays_no_tick(Cluster& cluster) {
  cluster.run_to_the_end();
  cluster.expect(ticks_late_at_most(std::chrono::milliseconds(50)));
  cluster.expect(every_head().is_at_least_at(cluster.slots() - 3));
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.setting("finalized")));
}

}  // namespace lockstep::scenarios
