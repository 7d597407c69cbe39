// A node that is asked to stop does so at any moment, and everything that was under way gets an outcome.
//
// Given  nodes that agree, one of which shouts votes at the others.
// When   all others are asked to stop at `stop_at_ms` after genesis, in the middle of whatever they do.
// Then   each ends, with every thread joined; of every block, vote, aggregate and command that entered, one
//        outcome was reported.
//
//     genesis          stop_at_ms
//       ■ ─ … ─ ■ ─ ■ ─ ┤ queued, half imported, being proven …
//                       ╰ every thread ends, every input has its outcome
//
// Guards against threads that are waited for in vain, and against work that is lost without a word.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void nodes_shut_down_under_load(Cluster& cluster) {
  const Fault shouting = cluster.flood(cluster.node(0), {.per_second = 500});
  cluster.run_for(std::chrono::milliseconds(cluster.setting("stop_at_ms")));
  cluster.shut_down(cluster.last(cluster.nodes() - 1));
}

}  // namespace lockstep::scenarios
