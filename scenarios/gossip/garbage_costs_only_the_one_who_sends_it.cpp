// A peer that sends what it must not is found out kind by kind and sent away, and nothing else changes.
//
// Given  six nodes that finalize.
// When   from slot 6 to slot 12 Ann sends all others frames of every kind that a peer must not send: of no
//        channel, no protobuf, of another network, too long, no snappy, no SSZ, too many control entries,
//        unknown and torn requests, answers to nothing; and votes on the topic of another subnet, if there is
//        more than one.
// Then   each kind is counted under its name, Ann is sent away, the others are on time, agree and finalize
//        as before; and Ann, once she starts anew and behaves, is one of them again.
//
//     slot    │6     │7     │8     …      │12    │14
//     Ann      ▚▞▚▞▚▞✂                     ✝      ╶──▶ welcome
//     others   ┴      ┴      ┴             ┴      ┴     on time, finalizing
//
// Guards against decoders that believe lengths, and against peers that are never held to account. Endless
// and half answers have stories of their own.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void garbage_costs_only_the_one_who_sends_it(Cluster& cluster) {
  const auto [ann] = cluster.name<1>();

  cluster.run_until(slot(6));
  {
    const Fault garbage = cluster.send_garbage(ann, cluster.setting("per_second"));
    cluster.run_until(slot(12));
  }
  for (const char* const kind : {"bad_frame", "bad_rpc", "unknown_topic", "too_long", "bad_snappy", "bad_ssz",
                                 "control_flood", "unknown_request", "unsolicited", "peer sent away"}) {
    cluster.expect(reached(kind));
  }
  if (cluster.setting("subnets") > 1) {
    cluster.expect(reached("wrong_subnet"));
  }
  cluster.crash(ann);
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(8));
  cluster.run_until(slot(14));
  cluster.restart(ann);
  cluster.run_to_the_end();
  cluster.expect(ticks_late_at_most(std::chrono::milliseconds(50)));
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
