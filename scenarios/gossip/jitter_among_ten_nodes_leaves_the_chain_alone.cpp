// Messages that take anything from nothing to most of an interval overtake one another, and the chain goes
// on.
//
// Given  ten nodes whose messages take up to `jitter_ms` longer than `latency_ms`, each as it likes: some are
//        lost on the way, some come twice.
// When   nothing else happens for as long as the run lasts.
// Then   nobody is late, nearly every slot has its block, heads agree and finality goes on.
//
//     interval    │0      │1      │2      │3      │4      │
//     block       ╞══▶ ═▶ ═════▶                             to each at its own time
//     votes               ╞═▶ ═════▶ ══▶
//
// Guards against whatever takes for granted that messages come in the order in which they were sent.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void jitter_among_ten_nodes_leaves_the_chain_alone(Cluster& cluster) {
  cluster.run_until(slot(cluster.slots() / 2));
  cluster.expect(every_head().is_at_least_at(cluster.slots() / 2 - 3));
  cluster.run_to_the_end();
  cluster.expect(ticks_late_at_most(std::chrono::milliseconds(50)));
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 8));
}

}  // namespace lockstep::scenarios
