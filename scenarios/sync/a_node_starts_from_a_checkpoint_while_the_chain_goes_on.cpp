// A node that starts from a checkpoint has no past, is soon where the others are, and finalizes with them.
//
// Given  nodes that finalize, of which Dee stops in slot 4.
// When   in slot 60 she starts again from the finalized block and state that Ann serves at that moment, while
//        the others go on building.
// Then   she asks for what lies between that checkpoint and the head and for nothing older, takes up her
//        duties, and her own finality goes on from there. Cyd, who started from genesis later, agrees with
//        her.
//
//     slot 0    4                  57   60    64
//       ■ ─ … ─ ■ ─ ■ ─ … ─ … ─ … ─ ■ ─ ■ ─ … ─ ■
//     Dee:      ✝                   C ═══▶──────╯    C: served, trusted
//
// Spec: sync/checkpoint_sync.py, node/anchor.py (from_checkpoint).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void a_node_starts_from_a_checkpoint_while_the_chain_goes_on(Cluster& cluster) {
  const auto [ann, bob, cyd, dee] = cluster.name<4>();

  cluster.run_until(slot(4));
  cluster.crash(dee);
  cluster.run_until(slot(60).at_interval(2));
  cluster.restart_from_checkpoint(dee, ann);
  cluster.run_until(slot(64));
  cluster.expect(head_of(dee).is_at_least_at(62));
  cluster.expect(blocks_imported_at_most(dee, 16));

  // Whoever comes back from genesis may be served by one who has no genesis.
  cluster.crash(cyd);
  cluster.run_until(slot(66));
  cluster.restart(cyd);
  cluster.run_to_the_end();
  cluster.expect(reached("synced block"));
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
