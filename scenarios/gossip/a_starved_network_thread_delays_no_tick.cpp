// A network thread that cannot keep up with what peers send holds up nothing but what they send.
//
// Given  nodes that finalize.
// When   from slot 4 to slot 9 one of them sends the others more messages than their network threads can
//        decode.
// Then   they tick in time and go on proposing and voting on what they have, which gets older and older; once
//        the flood is over they take in what waited, agree, and finalize.
//
//     slot       0     4               9
//     ticks      ┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴┴
//     network    ░░░░░░██████████████████▓▓▒▒░░░░░░░░░░   busy
//
// Guards against a main thread that reads the network itself, or waits for the thread that does.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void a_starved_network_thread_delays_no_tick(Cluster& cluster) {
  const auto [ann] = cluster.name<1>();

  cluster.run_until(slot(4));
  {
    const Fault shouting = cluster.flood(ann, {.per_second = cluster.setting("per_second")});
    cluster.run_until(slot(9));
    cluster.expect(heads_differ());
  }
  cluster.run_until(slot(32));
  cluster.owe({});
  cluster.run_to_the_end();
  cluster.expect(ticks_late_at_most(std::chrono::milliseconds(50)));
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
