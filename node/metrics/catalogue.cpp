// The table of metrics.
#include "node/metrics/catalogue.h"

#include <array>

#include "node/base/assert.h"
#include "node/chain/events.h"
#include "node/runtime/meter.h"
#include "node/spec/rejection.h"

namespace lockstep::metrics {
namespace {

using Names = std::vector<std::string_view>;
using Bounds = std::vector<std::int64_t>;

constexpr auto kGauge = Type::kGauge;
constexpr auto kCounter = Type::kCounter;
constexpr auto kHistogram = Type::kHistogram;
constexpr auto kSeconds = Unit::kNanoseconds;
constexpr auto kOne = Unit::kOne;

/// The names of an enumeration whose to_string says "unknown" past its end.
template <typename Enum>
Names names_of() {
  Names names;
  while (to_string(static_cast<Enum>(names.size())) != "unknown") {
    names.push_back(to_string(static_cast<Enum>(names.size())));
  }
  return names;
}

Names rejection_names() {
  Names names;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(spec::RejectionReason::DECODE_ERROR); ++i) {
    names.push_back(to_string(static_cast<spec::RejectionReason>(i)));
  }
  return names;
}

Names duty_outcomes() {
  Names names = names_of<chain::DutySkip>();
  names.insert(names.begin(), "done");
  return names;
}

const Names kWorkNames = {"verify_signature", "sign_message", "verify_proof",
                          "aggregate_proof",  "merge_proofs", "state_transition",
                          "build_block",      "fork_choice",  "decode"};
static_assert(runtime::kWorkKinds == 9);

Bounds milliseconds(Bounds bounds) {
  for (std::int64_t& bound : bounds) {
    bound *= 1'000'000;
  }
  return bounds;
}

Bounds microseconds(Bounds bounds) {
  for (std::int64_t& bound : bounds) {
    bound *= 1'000;
  }
  return bounds;
}

/// 1 µs to 17 s by factors of four: the edges that LockTimes counts by.
Bounds lock_bounds() {
  Bounds bounds;
  for (int power = 10; power <= 34; power += 2) {
    bounds.push_back(std::int64_t{1} << power);
  }
  return bounds;
}

std::vector<Description> lean_spec() {
  const Names sections = {"timely",
                          "late",
                          "block",
                          "combined",
                          "aggregate_start_new",
                          "proposal_payloads",
                          "proposal_gossip",
                          "proposal_combined"};
  const Label source{"source", {"block", "gossip"}};
  return {
      {Metric::kNodeInfo,
       "lean_node_info",
       "Always 1; the labels say which node of which version this is",
       kGauge,
       kOne,
       {{"name", {}}, {"version", {}}},
       {}},
      {Metric::kNodeStartTime,
       "lean_node_start_time_seconds",
       "Unix time at which the node started",
       kGauge,
       kSeconds,
       {},
       {}},
      {Metric::kHeadSlot, "lean_head_slot", "Slot of the head", kGauge, kOne, {}, {}},
      {Metric::kCurrentSlot, "lean_current_slot", "Slot that the clock has reached", kGauge, kOne, {}, {}},
      {Metric::kSafeTargetSlot, "lean_safe_target_slot", "Slot of the safe target", kGauge, kOne, {}, {}},
      {Metric::kBlockProcessingTime,
       "lean_fork_choice_block_processing_time_seconds",
       "Time from when a block is taken up until it is in the store",
       kHistogram,
       kSeconds,
       {},
       milliseconds({5, 10, 25, 50, 100, 1000, 1250, 1500, 2000, 4000})},
      {Metric::kAttestationsValid,
       "lean_attestations_valid_total",
       "Votes, single or joined, that were accepted",
       kCounter,
       kOne,
       {source},
       {}},
      {Metric::kAttestationsInvalid,
       "lean_attestations_invalid_total",
       "Votes, single or joined, that were rejected",
       kCounter,
       kOne,
       {source},
       {}},
      {Metric::kAttestationValidationTime,
       "lean_attestation_validation_time_seconds",
       "Time that it takes to validate a single vote",
       kHistogram,
       kSeconds,
       {},
       milliseconds({5, 10, 25, 50, 100, 1000})},
      {Metric::kReorgs,
       "lean_fork_choice_reorgs_total",
       "Times that the head left its own chain",
       kCounter,
       kOne,
       {},
       {}},
      {Metric::kReorgDepth,
       "lean_fork_choice_reorg_depth",
       "Blocks that the head left behind",
       kHistogram,
       kOne,
       {},
       {1, 2, 3, 5, 7, 10, 20, 30, 50, 100}},
      {Metric::kCoverageValidators,
       "lean_attestation_aggregate_coverage_validators",
       "Validators that aggregates speak for",
       kGauge,
       kOne,
       {{"section", sections}, {"subnet", {"combined", "subnet_0"}}},
       {}},
      {Metric::kCoverageSubnets,
       "lean_attestation_aggregate_coverage_subnets",
       "Subnets of which aggregates speak for somebody",
       kGauge,
       kOne,
       {{"section", sections}},
       {}},
      {Metric::kCoverageDiff,
       "lean_attestation_aggregate_coverage_diff_validators",
       "Validators whom the latest block speaks for and timely aggregates do not, or the reverse",
       kGauge,
       kOne,
       {{"direction", {"block_only", "timely_only"}}},
       {}},
      {Metric::kLatestJustifiedSlot,
       "lean_latest_justified_slot",
       "Slot of the latest justified checkpoint",
       kGauge,
       kOne,
       {},
       {}},
      {Metric::kLatestFinalizedSlot,
       "lean_latest_finalized_slot",
       "Slot of the latest finalized checkpoint",
       kGauge,
       kOne,
       {},
       {}},
      {Metric::kStateTransitionTime,
       "lean_state_transition_time_seconds",
       "Time of a block's state transition",
       kHistogram,
       kSeconds,
       {},
       milliseconds({250, 500, 750, 1000, 1250, 1500, 2000, 2500, 3000, 4000})},
      {Metric::kValidators,
       "lean_validators_count",
       "Validators that this node signs for",
       kGauge,
       kOne,
       {},
       {}},
      {Metric::kConnectedPeers, "lean_connected_peers", "Peers that are connected", kGauge, kOne, {}, {}},
  };
}

std::vector<Description> lean_metrics() {
  const Bounds short_times = milliseconds({5, 10, 25, 50, 100, 1000});
  const Bounds proof_times = milliseconds({100, 250, 500, 750, 1000, 1250, 1500, 2000, 4000});
  return {
      {Metric::kTickIntervalDuration,
       "lean_tick_interval_duration_seconds",
       "Time from one tick to the next",
       kHistogram,
       kSeconds,
       {},
       milliseconds({400, 600, 750, 800, 805, 810, 815, 820, 825, 850, 900, 1000, 1200, 1600})},
      {Metric::kSigningTime,
       "lean_pq_sig_attestation_signing_time_seconds",
       "Time that a signature takes",
       kHistogram,
       kSeconds,
       {},
       short_times},
      {Metric::kSignatureVerificationTime,
       "lean_pq_sig_attestation_verification_time_seconds",
       "Time that it takes to verify a signature",
       kHistogram,
       kSeconds,
       {},
       short_times},
      {Metric::kAggregateBuildingTime,
       "lean_pq_sig_aggregated_signatures_building_time_seconds",
       "Time that it takes to prove one aggregate",
       kHistogram,
       kSeconds,
       {},
       proof_times},
      {Metric::kAggregateVerificationTime,
       "lean_pq_sig_aggregated_signatures_verification_time_seconds",
       "Time that it takes to verify the proof of an aggregate",
       kHistogram,
       kSeconds,
       {},
       proof_times},
      {Metric::kCommitteeAggregationTime,
       "lean_committee_signatures_aggregation_time_seconds",
       "Time that proving aggregates out of signatures takes",
       kHistogram,
       kSeconds,
       {},
       milliseconds({50, 100, 250, 500, 750, 1000, 2000, 3000, 4000})},
      {Metric::kAggregatorSkipped,
       "lean_aggregator_skipped_total",
       "Aggregations that were due and not done",
       kCounter,
       kOne,
       {{"reason", {"not_synced", "other"}}},
       {}},
      {Metric::kIsAggregator,
       "lean_is_aggregator",
       "1 if this node joins votes into aggregates, else 0",
       kGauge,
       kOne,
       {},
       {}},
  };
}

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

std::vector<Description> own_names() {
  const Label origin{"origin", names_of<chain::Origin>()};
  const Label protocol{"protocol", names_of<chain::Protocol>()};
  const Label buffer{"buffer", names_of<chain::Buffer>()};
  return {
      {Metric::kTickLateness,
       "lockstep_tick_lateness_seconds",
       "Time from when an interval begins until it is acted upon",
       kHistogram,
       kSeconds,
       {},
       milliseconds({1, 2, 5, 10, 20, 50, 100, 200, 400, 800, 1600, 4000, 8000, 16000})},
      {Metric::kIntervalsSkipped,
       "lockstep_intervals_skipped_total",
       "Intervals that were jumped over because the node had stalled",
       kCounter,
       kOne,
       {},
       {}},
      {Metric::kBlocks,
       "lockstep_blocks_total",
       "What became of blocks, each time that they were handled",
       kCounter,
       kOne,
       {origin, {"outcome", names_of<chain::BlockOutcome>()}},
       {}},
      {Metric::kAttestations,
       "lockstep_attestations_total",
       "What became of single votes",
       kCounter,
       kOne,
       {origin, {"outcome", names_of<chain::VoteOutcome>()}},
       {}},
      {Metric::kAggregates,
       "lockstep_aggregates_total",
       "What became of aggregates",
       kCounter,
       kOne,
       {origin, {"outcome", names_of<chain::VoteOutcome>()}},
       {}},
      {Metric::kRejections,
       "lockstep_rejections_total",
       "Inputs that the specification refuses",
       kCounter,
       kOne,
       {{"kind", {"block", "attestation", "aggregate"}}, {"reason", rejection_names()}},
       {}},
      {Metric::kDuties,
       "lockstep_duties_total",
       "Duties of our validators: done, or why not",
       kCounter,
       kOne,
       {{"duty", names_of<chain::Duty>()}, {"outcome", duty_outcomes()}},
       {}},
      {Metric::kBufferSize, "lockstep_buffer_size", "How full a buffer is", kGauge, kOne, {buffer}, {}},
      {Metric::kBufferBound,
       "lockstep_buffer_bound",
       "How full a buffer may become",
       kGauge,
       kOne,
       {buffer},
       {}},
      {Metric::kMessagesDropped,
       "lockstep_messages_dropped_total",
       "Messages that never reached the chain",
       kCounter,
       kOne,
       {{"reason", names_of<chain::Drop>()}},
       {}},
      {Metric::kRequestsSent,
       "lockstep_requests_sent_total",
       "Requests to peers",
       kCounter,
       kOne,
       {protocol},
       {}},
      {Metric::kRequestsEnded,
       "lockstep_requests_ended_total",
       "How requests to peers ended",
       kCounter,
       kOne,
       {protocol, {"end", names_of<chain::RequestEnd>()}},
       {}},
      {Metric::kRequestsServed,
       "lockstep_requests_served_total",
       "Requests of peers that were answered",
       kCounter,
       kOne,
       {protocol},
       {}},
      {Metric::kPeerEvents,
       "lockstep_peer_events_total",
       "Connections made, lost, and closed by us because the peer misbehaved",
       kCounter,
       kOne,
       {{"event", {"connected", "disconnected", "dropped"}}},
       {}},
      {Metric::kWorkTime,
       "lockstep_work_seconds",
       "Time that pieces of work take",
       kHistogram,
       kSeconds,
       {{"work", kWorkNames}},
       microseconds(
           {10, 50, 100, 500, 1000, 5000, 10000, 50000, 100000, 500000, 1000000, 5000000, 20000000})},
  };
}

std::vector<Description> whole_catalogue() {
  std::vector<Description> all;
  for (const auto& part : {lean_spec(), lean_metrics(), zeam_names(), own_names()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  LOCKSTEP_ASSERT(all.size() == kMetrics);
  for (std::size_t i = 0; i < all.size(); ++i) {
    LOCKSTEP_ASSERT_MSG(static_cast<std::size_t>(all[i].metric) == i && all[i].labels.size() <= 2,
                        "the catalogue is in the order of its enumerators");
  }
  return all;
}

}  // namespace

bool Description::is_closed() const {
  for (const Label& label : labels) {
    if (label.values.empty()) {
      return false;
    }
  }
  return true;
}

std::size_t Description::series() const {
  std::size_t product = 1;
  for (const Label& label : labels) {
    product *= label.values.size();
  }
  return product;
}

std::span<const Description> catalogue() {
  static const std::vector<Description> kAll = whole_catalogue();
  return kAll;
}

const Description& describe(Metric metric) {
  return catalogue()[static_cast<std::size_t>(metric)];
}

}  // namespace lockstep::metrics
