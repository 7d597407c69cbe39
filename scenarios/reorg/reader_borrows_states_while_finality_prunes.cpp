// Whoever reads a state reads it whole, although the chain moves on, changes branches and drops what is
// final.
//
// Given  nodes with readers of their own, as an API has them: each borrows the states of head and finalized
//        checkpoint again and again, holds them for a while, and keeps shared ones for three slots.
// When   what Ann sends from slot 8 on is held back, so that she follows a branch of her own and leaves it
//        again; then the chain goes on and finalizes, and states before the finalized one are pruned.
// Then   every borrowed state is that of its checkpoint and stays as it is until it is given back, also when
//        it was pruned meanwhile; checkpoints always belong together; and finality does not wait for readers.
//
//     slot 7        slot 8         slot 9         …          finalized
//       A ─────────── B  Ann's own                  states of A … pruned here
//       ╰───────────────────────── C ─────────── … ────────────■
//
// Guards against states that are freed while somebody reads them, and against torn snapshots.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void reader_borrows_states_while_finality_prunes(Cluster& cluster) {
  const auto [ann, bob, cyd, dee] = cluster.name<4>();

  cluster.run_until(slot(7).end());
  {
    const Fault unheard = cluster.hold(sent_by(ann));
    cluster.run_until(slot(10));
  }
  cluster.expect(reached("reorg"));
  cluster.run_until(slot(cluster.slots() - 2));
  cluster.expect(reached("state borrowed"));
  cluster.expect(reached("state outlived its pruning"));

  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 6));
  cluster.shut_down(cluster.last(cluster.nodes()));
}

}  // namespace lockstep::scenarios
