// Peers that answer with blocks that nobody asked for are found out, and nothing is believed.
//
// Given  nodes that agree and finalize, one of which stopped and lost everything.
// When   Dee starts again at slot 14, and until slot 18 all the others answer her requests for blocks
//        with blocks that nobody asked for.
// Then   each such answer is counted against its sender and none of its blocks gets near the store; once they
//        answer properly she has their head within a few slots, and finality goes on.
//
//     slot 6             14        18     24
//       ■ ─ … ─── ■ ─ … ─── ■ ─ … ─ ■ ─ … ─ ■
//     Dee:  ✝               G ─ ✗ ─ ✗ ═══▶╯
//
// Spec: networking/client/reqresp_client.py (what an answer may hold).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void wrong_blocks_in_answer_cost_only_time(Cluster& cluster) {
  const auto [ann, bob, cyd, dee] = cluster.name<4>();

  cluster.run_until(slot(6));
  cluster.crash(dee);
  cluster.run_until(slot(14));
  {
    const Fault crooked = cluster.misanswer(cluster.every_nth(1, 0), Answering::kOtherBlocks);
    cluster.restart(dee);
    cluster.run_until(slot(18));
    cluster.expect(reached("bad_response"));
  }
  cluster.run_until(slot(24));
  cluster.expect(head_of(dee).is_at_least_at(22));
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
