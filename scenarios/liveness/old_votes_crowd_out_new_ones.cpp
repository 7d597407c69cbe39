// After a long stall, votes that came to nothing fill every block, and finality never comes back.
//
// This is what leanSpec does today, not what one would wish for. A proposer puts the votes with the oldest
// targets first into its block and stops at eight (MAX_ATTESTATIONS_DATA). Votes that fell short of two
// thirds are never dropped, as only finality drops votes. So eight of them are enough to keep all later ones
// out for good.
//
// Given  nine nodes that finalize.
// When   one more than a third of them stop at slot 6 and come back at slot 26, so that some twenty slots
//        have too few votes; then all is well again.
// Then   everybody votes, all agree on the head, the chain grows; and nothing is ever finalized again.
//
//     block: │ old │ old │ old │ old │ old │ old │ old │ old │   no place for a vote that counts
//
// Guards against nobody noticing when this changes: then this story must be told differently.
// Spec: block_production.py, build_block (candidates by target slot, at most MAX_ATTESTATIONS_DATA).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void old_votes_crowd_out_new_ones(Cluster& cluster) {
  const Group offline = cluster.every_nth(3, /*first=*/2) + cluster.node(0);

  cluster.run_until(slot(6));
  cluster.crash(offline);
  cluster.run_until(slot(26));
  const std::uint64_t finalized = cluster.finalized_slot_max();
  cluster.restart(offline);
  cluster.owe({.finality_lag_max = cluster.slots()});
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(every_head().is_at_least_at(cluster.slots() - 1));
  cluster.expect(finalized_at_most(finalized));
}

}  // namespace lockstep::scenarios
