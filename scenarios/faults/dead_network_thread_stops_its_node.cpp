// A node whose network thread ends does not go on as if it had one: everybody learns it and the node stops.
//
// Given  nodes that agree.
// When   Dee's network thread dies in slot 6, of a mistake of its own.
// Then   she says so and stops her other threads; what was under way gets an outcome; the others finalize.
//        Started again, she catches up.
//
//     slot 0     6        7         12
//       ■ ─ … ── ■ ────── ■ ─ … ─── ■ ─ … ── ■
//     Dee:       network ✝  ■ stop  G ══════▶╯
//
// Guards against actors that end unnoticed while everybody goes on sending to them.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void dead_network_thread_stops_its_node(Cluster& cluster) {
  const auto [ann, bob, cyd, dee] = cluster.name<4>();

  cluster.run_until(slot(6).at_interval(1));
  cluster.kill_thread(dee, "network");
  cluster.run_until(slot(6).at_interval(2));
  cluster.expect(reached("thread died"));
  cluster.shut_down(dee);

  cluster.run_until(slot(12));
  cluster.restart(dee);
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 6));
}

}  // namespace lockstep::scenarios
