// A proposer gives up its own block once the others, who never heard it, have built without it.
//
// Given  four nodes with a validator each, who agree on A, the head at slot 7.
// When   the network holds back what Ann sends from slot 8 on, so that nobody hears of her block B;
//        Bob builds C for slot 9 on A, and Bob, Cyd and Dee vote for it.
// Then   every node has C as its head, Ann's included; B is heard at last and changes nothing.
//
//     slot 7        slot 8         slot 9
//       A ─────────── B  unheard
//       ╰───────────────────────── C  three votes
//
// Guards against a fork choice that favours the block it saw first, or its own.
// Spec: fork_choice.py, update_head.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void unheard_block_is_abandoned(Cluster& cluster) {
  const auto [ann, bob, cyd, dee] = cluster.name<4>();

  cluster.run_until(slot(7).end());
  cluster.expect(heads_agree());
  {
    const Fault unheard = cluster.hold(sent_by(ann));
    cluster.run_until(slot(9).at_interval(1));
    cluster.expect(head_of(ann).is(cluster.block_at(8)));
    cluster.expect(head_of(bob).is(cluster.block_at(9)));
    cluster.expect(head_of(dee).is(cluster.block_at(9)));
    cluster.run_until(slot(10));
    cluster.expect(head_of(ann).is(cluster.block_at(9)));
  }  // The network lets B go here.
  cluster.expect(every_head().is(cluster.block_at(9)));
  cluster.expect(reached("reorg"));

  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(10));
}

}  // namespace lockstep::scenarios
