// The metrics that only this node has.
#include "node/chain/events.h"
#include "node/metrics/catalogue_parts.h"
#include "node/runtime/meter.h"
#include "node/spec/rejection.h"

namespace lockstep::metrics {

using namespace catalogue_words;

namespace {

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

}  // namespace

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
      {Metric::kIntervalDoneLateness,
       "lockstep_interval_done_lateness_seconds",
       "Time from when an interval begins until the chain has been ticked to it and its duties are done",
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
      {Metric::kInputsEntered,
       "lockstep_inputs_entered_total",
       "Blocks, votes and aggregates that entered the node",
       kCounter,
       kOne,
       {{"input", names_of<chain::Input>()}, origin},
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
      {Metric::kGossipMessages,
       "lockstep_gossip_messages_total",
       "Gossip messages that came in, told at every heartbeat",
       kCounter,
       kOne,
       {{"outcome", {"duplicate", "dropped", "delivered"}}},
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
      {Metric::kConnectionEvents,
       "lockstep_connection_events_total",
       "Connections that were made, refused, or lost because the other end broke the transport's rules",
       kCounter,
       kOne,
       {{"event",
         {"established", "refused", "duplicate_refused", "handshake_failed", "oversize_frame", "timed_out"}}},
       {}},
      {Metric::kCommands,
       "lockstep_commands_total",
       "What the network's thread was asked to do",
       kCounter,
       kOne,
       {{"command", names_of<chain::Command>()}, {"outcome", names_of<chain::CommandOutcome>()}},
       {}},
      {Metric::kThreadsDied,
       "lockstep_threads_died_total",
       "Threads that ended although nobody had asked them to",
       kCounter,
       kOne,
       {},
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

}  // namespace lockstep::metrics
