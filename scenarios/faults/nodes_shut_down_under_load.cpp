// A node that is asked to stop does so at any moment, and everything that was under way gets an outcome.
//
// Given  nodes, one of which shouts votes at the others, half of them about blocks that nobody has, and one
//        of which has just come back: it dials, asks and catches up.
// When   all of them are asked to stop, at a moment that the seed chooses to the nanosecond, in the middle of
//        whatever they do.
// Then   each ends, with every thread joined; of every block, vote, aggregate, command and request that
//        entered, one outcome was reported.
//
//     genesis       any moment
//       ■ ─ ■ ─ ■ ─ ┤ queued, half imported, being fetched, being proven …
//     votes      ▒▒▒┤
//     Dee ■ ╳     ╶─┤ dials, asks
//                   ╰ every thread ends, every input has its outcome
//
// Guards against threads that are waited for in vain, and against work that is lost without a word.
#include <algorithm>

#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {
namespace {

constexpr base::Duration kShoutingMax = std::chrono::milliseconds(1500);
constexpr base::Duration kBackMax = std::chrono::milliseconds(600);

}  // namespace

void nodes_shut_down_under_load(Cluster& cluster) {
  const Group dee = cluster.last(1);
  const std::uint64_t asked_for = cluster.setting("stop_at_us");
  const base::Duration drawn =
      cluster.any_time_between(base::Duration::zero(), since_beginning(slot(cluster.slots())));
  const base::Duration moment = asked_for > 0 ? base::Duration(std::chrono::microseconds(asked_for)) : drawn;
  const base::Duration shouting_for = std::min(moment, kShoutingMax);
  const base::Duration back_for =
      cluster.any_time_between(base::Duration::zero(), std::min(moment, kBackMax));

  cluster.crash(dee);
  cluster.run_for(moment - shouting_for);
  const Fault shouting =
      cluster.flood(cluster.node(0), {.per_second = cluster.setting("per_second"), .unknown_percent = 50});
  cluster.run_for(shouting_for - back_for);
  cluster.restart(dee);
  cluster.run_for(back_for);
  cluster.shut_down(cluster.every_nth(1, /*first=*/0));
}

}  // namespace lockstep::scenarios
