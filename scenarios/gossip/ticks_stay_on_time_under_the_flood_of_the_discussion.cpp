// The flood that once cost a devnet its clock: nobody is late for an interval.
//
// Given  four nodes on one machine of eight CPUs, four subnets of votes, and one node that hears all four
//        and proves, for 18 s each round of aggregates.
// When   all of them pour votes of all subnets upon all others, three of four about blocks that nobody has.
// Then   every node acts upon each interval in time, heads follow the clock, and finality goes on, however
//        late proofs are.
//
//     interval    │0      │1      │2      │3      │4      │
//     ticks       ┴       ┴       ┴       ┴       ┴          on time
//     votes       ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒   of four subnets; 74 % name unknown blocks
//     aggregate                   ████████████████████████▶  18 s
//
// Guards against main loops that verify, prove, or empty their queues before they look at the clock: with
// chain_worker=off and aggregator_thread=off the same seed has ticks that are 17 s late.
#include "scenarios/prelude.h"
#include "scenarios/stories.h"
#include "sim/cluster/member.h"

namespace lockstep::scenarios {
namespace {

constexpr std::uint64_t kUnknownPercent = 74;
constexpr std::uint64_t kIntervalMilliseconds = 800;

}  // namespace

void ticks_stay_on_time_under_the_flood_of_the_discussion(Cluster& cluster) {
  const Group everybody = cluster.every_nth(1, /*first=*/0);
  const std::uint64_t each =
      cluster.setting("messages") * 1000 / kIntervalMilliseconds / (cluster.nodes() - 1);

  cluster.run_until(slot(4));
  {
    const Fault pouring = cluster.flood(
        everybody, {.per_second = std::max<std::uint64_t>(each, 1), .unknown_percent = kUnknownPercent});
    cluster.run_until(slot(cluster.slots() - 4));
    cluster.expect(every_head().is_at_least_at(cluster.slots() - 8));
  }
  cluster.run_to_the_end();
  cluster.expect(
      ticks_late_at_most(std::chrono::milliseconds(50), std::chrono::milliseconds(kIntervalMilliseconds)));
  cluster.expect(finalized_at_least(1));
}

}  // namespace lockstep::scenarios
