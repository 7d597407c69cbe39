// As many validators may be offline as two thirds of the votes can do without.
//
// Given  n nodes with a validator each, of which the last third, rounded down, never came.
// When   time passes: a third of each round of slots stays empty.
// Then   the others finalize: three times their votes are twice all votes, or just above.
//
//     slot 0      1      2      3      4      5      6      7      8      9
//       G ─────── ■ ──── ■ ──── ■ ──── ■ ──── ■ ──────────────────────── ■
//                                                    offline
//
// Guards against a quorum that is one vote too high.
// Spec: state_transition.py, process_attestations (3 · votes >= 2 · validators).
#include "scenarios/prelude.h"
#include "scenarios/stories.h"

namespace lockstep::scenarios {

void a_third_offline_still_finalizes(Cluster& cluster) {
  const std::uint64_t offline = cluster.nodes() / 3;
  cluster.crash(cluster.last(offline));
  // No blocks come in the gap, and after a long one the nodes believe that they have lost the network and
  // wait up to NETWORK_STALL_THRESHOLD slots before they propose again.
  const std::uint64_t lag = 2 * offline + 14;
  cluster.owe({.head_lag_max = offline + 6,
               .head_settles_within = offline + 8,
               .finality_lag_max = lag,
               .finality_settles_within = lag + 8});
  cluster.run_to_the_end();
  cluster.expect(heads_agree());
  cluster.expect(finalized_at_least(cluster.slots() - lag));
}

}  // namespace lockstep::scenarios
