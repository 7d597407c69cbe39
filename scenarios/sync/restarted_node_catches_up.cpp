// A node that stopped and lost everything gets the chain from its peers and takes up its duties again.
//
// Given  nodes that agree and finalize.
// When   Dee stops in the middle of slot 6 and starts again at slot 14, from the genesis block.
// Then   she has the others' head and finalized checkpoint some slots later, and proposes and votes again;
// nobody
//        signs two different things for a slot.
//
//     slot 0     6             14        18
//       ■ ─ … ── ■ ─ ■ ─ … ─── ■ ─ … ─── ■
//     Dee:       ✝             G ═══════▶╯
//
// Spec: sync/head_sync.py, backfill_sync.py; validator/service.py (the duty gate).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void restarted_node_catches_up(Cluster& cluster) {
  const auto [ann, bob, cyd, dee] = cluster.name<4>();

  cluster.run_until(slot(6).at_interval(2));
  cluster.crash(dee);
  cluster.run_until(slot(14));
  cluster.restart(dee);
  cluster.run_until(slot(18));
  cluster.expect(head_of(dee).is_at_least_at(16));
  cluster.expect(reached("synced block"));

  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
