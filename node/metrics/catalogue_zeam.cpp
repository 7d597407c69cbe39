// The metrics by which people watch zeam, as far as this node has the very thing.
#include "node/chain/events.h"
#include "node/metrics/catalogue_parts.h"

namespace lockstep::metrics {

using namespace catalogue_words;

namespace {

/// 1 µs to 17 s by factors of four: the edges that LockTimes counts by.
Bounds lock_bounds() {
  Bounds bounds;
  for (int power = 10; power <= 34; power += 2) {
    bounds.push_back(std::int64_t{1} << power);
  }
  return bounds;
}

}  // namespace

std::vector<Description> zeam_names() {
  const Label kind{"kind", {"attestation", "aggregation"}};
  const Label duty{"site", names_of<chain::Duty>()};
  return {
      {Metric::kIntervalErrors,
       "lean_node_interval_error_total",
       "Duties that failed, as opposed to those that were not to be done",
       kCounter,
       kOne,
       {duty},
       {}},
      {Metric::kPendingBlocksDepth,
       "lean_pending_blocks_depth",
       "Blocks that wait for their slot to begin",
       kGauge,
       kOne,
       {},
       {}},
      {Metric::kPendingBlocksEvicted,
       "lean_pending_blocks_evicted_total",
       "Blocks that are not kept any longer",
       kCounter,
       kOne,
       {{"reason", {"cap", "pre_finalized", "duplicate", "too_far_future"}}},
       {}},
      {Metric::kPendingBlocksReplayed,
       "lean_pending_blocks_replayed_total",
       "Blocks that had been kept and whose time came",
       kCounter,
       kOne,
       {{"result", names_of<chain::BlockOutcome>()}},
       {}},
      {Metric::kFutureBlocksDropped,
       "lean_blocks_future_slot_dropped_total",
       "Blocks that lie further ahead than blocks are kept for",
       kCounter,
       kOne,
       {},
       {}},
      {Metric::kPendingAttestationsSize,
       "lean_pending_attestations_size",
       "Votes that wait for a block",
       kGauge,
       kOne,
       {kind},
       {}},
      {Metric::kPendingAttestationsBuffered,
       "lean_pending_attestations_buffered_total",
       "Votes that began to wait",
       kCounter,
       kOne,
       {kind, {"reason", {"unknown_block", "future_slot"}}},
       {}},
      {Metric::kPendingAttestationsEvicted,
       "lean_pending_attestations_evicted_total",
       "Votes that waited and made room for later ones",
       kCounter,
       kOne,
       {kind},
       {}},
      {Metric::kPendingAttestationsReplay,
       "lean_pending_attestations_replay_total",
       "Votes that waited and were tried again",
       kCounter,
       kOne,
       {kind, {"outcome", {"accepted", "buffered", "dropped"}}},
       {}},
      {Metric::kBlocksByRootInFlight,
       "zeam_blocks_by_root_inflight",
       "Requests for blocks by root in flight",
       kGauge,
       kOne,
       {},
       {}},
      {Metric::kOnBlockStep,
       "zeam_chain_onblock_step_duration_seconds",
       "Time of each step of a block's import",
       kHistogram,
       kSeconds,
       {{"step", {"state_transition", "fork_choice"}}},
       milliseconds({1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000})},
      {Metric::kAggregateCommitLag,
       "zeam_aggregate_commit_lag_intervals",
       "Intervals from the beginning of a vote's slot until its aggregate was made",
       kHistogram,
       kOne,
       {},
       {2, 3, 5, 10, 20, 50, 100}},
      {Metric::kAggregateKeyLag,
       "zeam_aggregate_selected_key_lag_total",
       "Aggregates that were made, by the age of the slot that they speak about",
       kCounter,
       kOne,
       {{"lag", {"current", "prev", "older"}}},
       {}},
      {Metric::kLockWait,
       "zeam_lock_wait_seconds",
       "Time that a lock was waited for",
       kHistogram,
       kSeconds,
       {{"lock", {}}, {"site", {}}},
       lock_bounds()},
      {Metric::kLockHold,
       "zeam_lock_hold_seconds",
       "Time that a lock was held",
       kHistogram,
       kSeconds,
       {{"lock", {}}, {"site", {}}},
       lock_bounds()},
  };
}

}  // namespace lockstep::metrics
