// The names of outcomes, reasons and buffers, as they appear in logs and reports.
#include "node/chain/events.h"

#include <array>

namespace lockstep::chain {
namespace {

template <std::size_t N, typename Enum>
std::string_view name_in(const std::array<std::string_view, N>& names, Enum value) {
  const auto index = static_cast<std::size_t>(value);
  return index < N ? names[index] : "unknown";
}

}  // namespace

std::string_view to_string(Origin origin) {
  static constexpr std::array<std::string_view, 5> kNames{"gossip", "sync", "own", "buffered", "block"};
  return name_in(kNames, origin);
}

std::string_view to_string(BlockOutcome outcome) {
  static constexpr std::array<std::string_view, 11> kNames{
      "imported", "duplicate", "unknown_parent", "early",      "too_old",  "too_far_ahead",
      "rejected", "evicted",   "not_synced",     "queue_full", "shut_down"};
  return name_in(kNames, outcome);
}

std::string_view to_string(VoteOutcome outcome) {
  static constexpr std::array<std::string_view, 7> kNames{"accepted",   "buffered",   "rejected", "evicted",
                                                          "not_synced", "queue_full", "shut_down"};
  return name_in(kNames, outcome);
}

std::string_view to_string(Input input) {
  static constexpr std::array<std::string_view, kInputs> kNames{"block", "attestation", "aggregate",
                                                                "command"};
  return name_in(kNames, input);
}

std::string_view to_string(Command command) {
  static constexpr std::array<std::string_view, kCommands> kNames{
      "publish_block", "publish_attestation", "publish_aggregate", "request", "respond", "complain"};
  return name_in(kNames, command);
}

std::string_view to_string(CommandOutcome outcome) {
  static constexpr std::array<std::string_view, 5> kNames{"done", "refused", "queue_full", "closed",
                                                          "shut_down"};
  return name_in(kNames, outcome);
}

std::string_view to_string(Duty duty) {
  static constexpr std::array<std::string_view, 3> kNames{"propose", "attest", "aggregate"};
  return name_in(kNames, duty);
}

std::string_view to_string(DutySkip reason) {
  static constexpr std::array<std::string_view, 7> kNames{
      "starting", "not_synced", "missed", "already_signed", "signing_failed", "proving_failed", "refused"};
  return name_in(kNames, reason);
}

std::string_view to_string(Buffer buffer) {
  static constexpr std::array<std::string_view, kBuffers> kNames{
      "pending_blocks",     "early_blocks",      "ready_blocks",       "pending_attestations",
      "pending_aggregates", "seen_messages",     "requests_in_flight", "signed_blocks",
      "block_fetches",      "response_channels", "invalid_roots",      "cached_messages",
      "command_queue",      "exchange_queue",    "block_queue",        "vote_queue",
      "aggregate_queue",    "block_lane",        "vote_lane",          "aggregate_lane"};
  return name_in(kNames, buffer);
}

std::string_view to_string(Drop reason) {
  static constexpr std::array<std::string_view, kDrops> kNames{
      "bad_frame",     "bad_rpc",          "unknown_topic",     "unsubscribed",     "too_long",
      "bad_snappy",    "bad_ssz",          "bad_request",       "bad_response",     "unsolicited",
      "late_response", "unknown_request",  "too_many_requests", "endless_response", "slow_response",
      "invalid_block", "graft_in_backoff", "control_flood",     "bad_message_id",   "broken_promise",
      "slow_peer",     "wrong_subnet"};
  return name_in(kNames, reason);
}

bool is_of_gossip(Drop reason) {
  return (reason >= Drop::kBadRpc && reason <= Drop::kBadSsz) || reason == Drop::kWrongSubnet;
}

std::string_view to_string(Protocol protocol) {
  static constexpr std::array<std::string_view, 3> kNames{"status", "blocks_by_root", "blocks_by_range"};
  return name_in(kNames, protocol);
}

std::string_view to_string(RequestEnd end) {
  static constexpr std::array<std::string_view, 8> kNames{"answered", "refused",  "timed_out", "disconnected",
                                                          "invalid",  "not_sent", "no_room",   "shut_down"};
  return name_in(kNames, end);
}

std::string_view to_string(ServedEnd end) {
  static constexpr std::array<std::string_view, kServedEnds> kNames{
      "complete", "refused", "stalled", "unanswered", "disconnected", "shut_down"};
  return name_in(kNames, end);
}

std::string_view to_string(FetchOutcome outcome) {
  static constexpr std::array<std::string_view, kFetchOutcomes> kNames{
      "already_in_forkchoice", "already_in_block_cache", "already_pending", "fetched",
      "fetch_no_peers",        "fetch_failed",           "dedup_lost_race", "inflight_cap"};
  return name_in(kNames, outcome);
}

std::string_view to_string(RangeOutcome outcome) {
  static constexpr std::array<std::string_view, kRangeOutcomes> kNames{
      "success", "retry", "exhausted", "abort", "timeout", "pre_finalized_noop"};
  return name_in(kNames, outcome);
}

std::string_view to_string(InvalidHit site) {
  static constexpr std::array<std::string_view, kInvalidHits> kNames{"self", "parent"};
  return name_in(kNames, site);
}

std::string_view to_string(SyncState state) {
  static constexpr std::array<std::string_view, kSyncStates> kNames{"no_peers", "initialising", "behind",
                                                                    "synced"};
  return name_in(kNames, state);
}

}  // namespace lockstep::chain
