// An answer that goes on and on ends its request, and what was good in it is kept.
//
// Given  nodes that agree and finalize, one of which stopped and lost everything.
// When   Dee starts again at slot 14, and until slot 18 all the others answer her requests for blocks
//        as they should, but never come to an end.
// Then   the first chunk too many ends the request and is counted against its sender; once they
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

void answers_without_end_are_cut_off(Cluster& cluster) {
  const auto [ann, bob, cyd, dee] = cluster.name<4>();

  cluster.run_until(slot(6));
  cluster.crash(dee);
  cluster.run_until(slot(14));
  {
    const Fault crooked = cluster.misanswer(cluster.every_nth(1, 0), Answering::kEndlessly);
    cluster.restart(dee);
    cluster.run_until(slot(18));
    cluster.expect(reached("endless_response"));
  }
  cluster.run_until(slot(24));
  cluster.expect(head_of(dee).is_at_least_at(22));
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
