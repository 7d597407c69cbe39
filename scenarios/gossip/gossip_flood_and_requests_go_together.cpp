// Votes pour in while peers ask for the whole chain again and again, and a node does both and is never late.
//
// Given  six nodes that finalize, read by an API each.
// When   from slot 12 on Ann shouts votes at all others, half of them about blocks that nobody has, while Eve
//        and Fay come back from genesis by turns, ask how things stand and fetch every slot there was.
// Then   every node acts upon each interval in time, whoever came back is soon at the head, every request has
//        its end, and finality goes on.
//
//     interval    │0      │1      │2      │3      │4      │
//     ticks       ┴       ┴       ┴       ┴       ┴          on time
//     votes       ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
//     Eve, Fay      ?▞▞▞▞▞▞▞▞        ?▞▞▞▞▞▞▞▞               ask, and are sent blocks
//
// Guards against answers that crowd out votes or the clock, and against votes that crowd out answers.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void gossip_flood_and_requests_go_together(Cluster& cluster) {
  const auto [ann, bob, cyd, dee, eve, fay] = cluster.name<6>();
  constexpr std::uint64_t kTurn = 4;

  cluster.run_until(slot(12));
  {
    const Fault shouting =
        cluster.flood(ann, {.per_second = cluster.setting("per_second"), .unknown_percent = 50});
    for (std::uint64_t at = 12; at + kTurn <= cluster.slots() - 8; at += kTurn) {
      const Group guest = at % (2 * kTurn) == 0 ? fay : eve;
      cluster.crash(guest);
      cluster.run_until(slot(at + 1));
      cluster.restart(guest);
      cluster.run_until(slot(at + kTurn));
      cluster.expect(every_head().is_at_least_at(at + kTurn - 3));
    }
  }
  cluster.run_to_the_end();
  cluster.expect(ticks_late_at_most(std::chrono::milliseconds(cluster.setting("late_ms"))));
  cluster.expect(reached("synced block"));
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - 5));
}

}  // namespace lockstep::scenarios
