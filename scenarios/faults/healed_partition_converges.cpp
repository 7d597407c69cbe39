// Two halves that went separate ways come together again, and what was final stays final.
//
// Given  nodes that agree and finalize.
// When   from slot 6 to slot 11 neither half of them hears the other: each builds a branch of its own, and as
//        neither has two thirds of the votes, nothing becomes final.
// Then   once they hear one another again all of them fetch the branch that they lack, choose one head, and
//        finalize on.
//
//     slot 5        6 … 10            11 …
//       ■ ──────────■ ─ ■ ─ ■ ─╮  one half
//       ╰───────── ■ ─ ■ ─ ■ ──┴────── ■ ─ ■  one chain
//
// Guards against nodes that cannot get missed blocks, and against finality by half of the votes.
// Spec: fork_choice.py; state_transition.py, process_attestations; sync/head_sync.py.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void healed_partition_converges(Cluster& cluster) {
  const Group one_half = cluster.every_nth(2, /*first=*/0);

  cluster.run_until(slot(6));
  cluster.expect(heads_agree());
  {
    const Fault apart = cluster.partition(one_half);
    cluster.run_until(slot(8));
    const std::uint64_t finalized = cluster.finalized_slot_max();
    cluster.run_until(slot(11));
    cluster.expect(heads_differ());
    cluster.expect(finalized_at_most(finalized));
  }
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(reached("reorg"));
  cluster.expect(finalized_at_least(12));
}

}  // namespace lockstep::scenarios
