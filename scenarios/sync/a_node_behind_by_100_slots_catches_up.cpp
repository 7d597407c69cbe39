// A node that missed a hundred slots fetches them by range and takes up its duties again.
//
// Given  nodes that agree and finalize.
// When   Dee stops in the middle of slot 6 and starts again at slot 106, from the genesis block.
// Then   she finds out that she is behind, has the others' head five slots later, and says so.
//
//     slot 0     6                       106  111
//       ■ ─ … ── ■ ─ ■ ─ … ─── … ─── … ─── ■ ── ■
//     Dee:       ✝                         G ══▶╯
//
// Spec: sync/backfill_sync.py, sync/service.py (states).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void a_node_behind_by_100_slots_catches_up(Cluster& cluster) {
  const auto [ann, bob, cyd, dee] = cluster.name<4>();

  cluster.run_until(slot(6).at_interval(2));
  cluster.crash(dee);
  cluster.run_until(slot(106));
  cluster.restart(dee);
  cluster.run_until(slot(111));
  cluster.expect(reached("behind"));
  cluster.expect(reached("synced block"));
  cluster.expect(head_of(dee).is_at_least_at(109));

  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
