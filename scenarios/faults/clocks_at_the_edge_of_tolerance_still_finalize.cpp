// Clocks that disagree by as much as the specification puts up with do not stop the chain.
//
// Given  nodes of which every other one has a fast clock and the rest a slow one, GOSSIP_DISPARITY_INTERVALS
// (one
//        interval) apart in all.
// When   time passes: the fast ones vote before the slot has got that far for the slow ones.
// Then   all of them agree and finalize.
//
//     fast   │ propose │ vote    │ aggregate │
//     slow             │ propose │ vote      │ aggregate │
//            ├ 800 ms ─┤
//
// Guards against time checks that refuse votes which are early by no more than the tolerated disparity.
// Spec: fork_choice.py, validate_attestation (ATTESTATION_TOO_FAR_IN_FUTURE).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void clocks_at_the_edge_of_tolerance_still_finalize(Cluster& cluster) {
  const auto half = std::chrono::milliseconds(cluster.setting("apart_ms")) / 2;
  const Fault fast = cluster.skew(cluster.every_nth(2, /*first=*/0), half);
  const Fault slow = cluster.skew(cluster.every_nth(2, /*first=*/1), -half);
  cluster.run_to_the_end();
  cluster.expect(every_head().is_at_least_at(cluster.slots() - 3));
  cluster.expect(finalized_at_least(cluster.slots() - 20));
}

}  // namespace lockstep::scenarios
