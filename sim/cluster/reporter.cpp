// Turns reports into trace events, views and marks, and hands them to the invariants.
#include "sim/cluster/reporter.h"

#include <algorithm>
#include <array>

#include "node/spec/slot.h"
#include "sim/world/world_trace.h"

namespace lockstep::cluster {
namespace {

/// The kinds of events in the trace. The numbers are part of every trace hash: append, never renumber.
enum class Report : std::uint32_t {
  kTick,
  kBlock,
  kVote,
  kAggregate,
  kHead,
  kJustified,
  kFinalized,
  kSafeTarget,
  kProposed,
  kAttested,
  kAggregated,
  kSkipped,
  kBuffer,
  kDropped,
  kRequestSent,
  kRequestEnded,
  kRequestServed,
  kPeer,
  kRequestReceived,
  kRootsLooked,
  kRange,
  kInvalidHit,
  kSyncState,
  kGossip,
  kCommand,
  kStalled,
  kThreadDied,
  kAggregationCoalesced,
};
constexpr std::array kReportNames = {"tick",
                                     "block",
                                     "vote",
                                     "aggregate",
                                     "head",
                                     "justified",
                                     "finalized",
                                     "safe target",
                                     "proposed",
                                     "attested",
                                     "aggregated",
                                     "skipped",
                                     "buffer",
                                     "dropped",
                                     "request sent",
                                     "request ended",
                                     "request served",
                                     "peer",
                                     "request received",
                                     "roots looked at",
                                     "range",
                                     "invalid block again",
                                     "sync state",
                                     "gossip",
                                     "command",
                                     "stalled",
                                     "thread died",
                                     "aggregation coalesced"};

constexpr std::uint32_t kind_of(Report report) {
  return static_cast<std::uint32_t>(sim::kFirstTraceKindAboveWorld) + static_cast<std::uint32_t>(report);
}

std::uint64_t word(const spec::Root& root) {
  return base::load_le<std::uint64_t>(root.data.data());
}

template <typename Enum>
std::uint64_t digit(Enum value, unsigned position) {
  return static_cast<std::uint64_t>(value) << (8 * position);
}

}  // namespace

void name_reports(sim::Trace& trace) {
  for (std::uint32_t i = 0; i < kReportNames.size(); ++i) {
    trace.name_kind(kind_of(static_cast<Report>(i)), kReportNames[i]);
  }
}

Reporter::Reporter(Record& record, sim::Trace& trace, std::uint64_t node)
    : record_(record), trace_(trace), node_(node), lane_(sim::node_lane(static_cast<std::uint32_t>(node))) {}

bool Reporter::hears(std::uint32_t kind, std::uint64_t a, std::uint64_t b) {
  if (is_muted_) {
    return false;
  }
  trace_.record(lane_, kind, a, b);
  record_.attend_to(node_);
  return true;
}

void Reporter::take_digest() {
  record_.store_digest = digest_ ? digest_(inputs_ % kWholeDigestEvery == 0) : 0;
}

void Reporter::input_began() {
  if (is_muted_) {
    return;
  }
  record_.attend_to(node_);
  ++inputs_;
  take_digest();
  for (const auto& invariant : record_.invariants_) {
    invariant->input_began(record_);
  }
}

void Reporter::input_entered(const chain::InputEntered& event) {
  if (!is_muted_) {
    record_.attend_to(node_);
    record_.tell<&Invariant::input_entered>(event);
  } else {
    ++entered_while_muted_[static_cast<std::size_t>(event.input)];
  }
}

Leftovers Reporter::kept() const {
  Leftovers out = decided_while_muted_;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] -= std::min(out[i], entered_while_muted_[i]);
  }
  return out;
}

void Reporter::command_handled(const chain::CommandHandled& event) {
  if (hears(kind_of(Report::kCommand), digit(event.command, 0) | digit(event.outcome, 1), 0)) {
    record_.tell<&Invariant::command_handled>(event);
  } else {
    decided(chain::Input::kCommand);
  }
}

void Reporter::aggregation_coalesced(const chain::AggregationCoalesced& event) {
  if (hears(kind_of(Report::kAggregationCoalesced), event.interval.value, 0)) {
    record_.mark("aggregation coalesced");
  }
}

void Reporter::slot_driver_stalled(const chain::SlotDriverStalled& event) {
  if (hears(kind_of(Report::kStalled), static_cast<std::uint64_t>(event.standing.count()), 0)) {
    record_.mark("slot driver stalled");
  }
}

void Reporter::thread_died(const chain::ThreadDied& event) {
  if (hears(kind_of(Report::kThreadDied), event.name.size(), 0)) {
    record_.mark("thread died");
    record_.tell<&Invariant::thread_died>(event);
  }
}

void Reporter::tick_happened(const chain::TickHappened& event) {
  if (!hears(kind_of(Report::kTick), event.interval.value,
             static_cast<std::uint64_t>(event.lateness.count()))) {
    return;
  }
  if (event.skipped > 0) {
    record_.mark("interval skipped");
  }
  // Intervals that were jumped over are as late as they are old. A node that has only just started is not
  // late for those that began before it did.
  const base::Duration age = record_.at - record_.life_began;
  base::Duration lateness = event.lateness;
  for (std::uint64_t i = 0; i <= event.skipped && lateness <= age; ++i) {
    if (lateness >= base::Duration::zero()) {
      record_.lateness_.add(lateness);
      view().lateness_max = std::max(view().lateness_max, lateness);
    }
    lateness += std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);
  }
  view().next_tick = record_.at - event.lateness + std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);
  record_.tell<&Invariant::tick_happened>(event);
}

void Reporter::block_handled(const chain::BlockHandled& event) {
  const std::uint64_t how = digit(event.origin, 0) | digit(event.outcome, 1) | digit(event.reason, 2);
  if (!hears(kind_of(Report::kBlock), word(event.root), how)) {
    if (is_final(event.outcome)) {
      decided(chain::Input::kBlock);
    }
    return;
  }
  const spec::Checkpoint block{event.root, event.block.slot};
  switch (event.outcome) {
    case chain::BlockOutcome::kImported:
      record_.book_.add(event.root, event.block.slot, event.block.parent_root);
      ++view().blocks_imported;
      if (event.origin == chain::Origin::kSync) {
        record_.mark("synced block");
      }
      break;
    case chain::BlockOutcome::kUnknownParent:
      record_.mark("unknown parent");
      break;
    case chain::BlockOutcome::kEarly:
      record_.mark("early block");
      break;
    case chain::BlockOutcome::kRejected:
      take_digest();
      record_.remember({Memory::Kind::kRejected, node_, record_.at, {}, block, event.reason});
      break;
    default:
      break;
  }
  record_.tell<&Invariant::block_handled>(event);
}

void Reporter::vote_handled(const chain::VoteHandled& event) {
  const std::uint64_t how = digit(event.origin, 0) | digit(event.outcome, 1) | digit(event.reason, 2) |
                            (event.validator.value << 32);
  if (hears(kind_of(Report::kVote), word(event.data.head.root) + event.data.slot.value, how)) {
    if (event.outcome == chain::VoteOutcome::kBuffered) {
      record_.mark("vote for an unknown block");
    }
    if (event.outcome == chain::VoteOutcome::kRejected) {
      take_digest();
    }
    record_.tell<&Invariant::vote_handled>(event);
  } else if (is_final(event.outcome)) {
    decided(chain::Input::kAttestation);
  }
}

void Reporter::aggregate_handled(const chain::AggregateHandled& event) {
  const std::uint64_t how = digit(event.origin, 0) | digit(event.outcome, 1) | digit(event.reason, 2) |
                            (std::uint64_t{event.participants} << 32);
  if (hears(kind_of(Report::kAggregate), word(event.data.head.root) + event.data.slot.value, how)) {
    if (event.outcome == chain::VoteOutcome::kRejected) {
      take_digest();
    }
    record_.tell<&Invariant::aggregate_handled>(event);
  } else if (is_final(event.outcome)) {
    decided(chain::Input::kAggregate);
  }
}

void Reporter::head_changed(const chain::HeadChanged& event) {
  if (!hears(kind_of(Report::kHead), word(event.new_head.root), event.reorg_depth)) {
    return;
  }
  view().head = event.new_head;
  record_.remember({Memory::Kind::kHead, node_, record_.at, event.old_head, event.new_head, {}});
  if (event.reorg_depth > 0) {
    ++view().reorgs;
    record_.mark("reorg");
  }
  record_.tell<&Invariant::head_changed>(event);
}

void Reporter::justified_changed(const chain::CheckpointChanged& event) {
  if (hears(kind_of(Report::kJustified), word(event.new_checkpoint.root), event.new_checkpoint.slot.value)) {
    view().justified = event.new_checkpoint;
    record_.remember(
        {Memory::Kind::kJustified, node_, record_.at, event.old_checkpoint, event.new_checkpoint, {}});
    record_.tell<&Invariant::justified_changed>(event);
  }
}

void Reporter::finalized_changed(const chain::CheckpointChanged& event) {
  if (hears(kind_of(Report::kFinalized), word(event.new_checkpoint.root), event.new_checkpoint.slot.value)) {
    view().finalized = event.new_checkpoint;
    record_.remember(
        {Memory::Kind::kFinalized, node_, record_.at, event.old_checkpoint, event.new_checkpoint, {}});
    if (event.new_checkpoint.slot < event.old_checkpoint.slot) {
      record_.mark("finality fell back");
    }
    record_.tell<&Invariant::finalized_changed>(event);
  }
}

void Reporter::safe_target_changed(const chain::CheckpointChanged& event) {
  hears(kind_of(Report::kSafeTarget), word(event.new_checkpoint.root), event.new_checkpoint.slot.value);
}

void Reporter::block_proposed(const chain::BlockProposed& event) {
  if (!hears(kind_of(Report::kProposed), word(event.root), event.block.slot.value)) {
    return;
  }
  record_.book_.add(event.root, event.block.slot, event.block.parent_root);
  record_.proposed_[event.block.slot].push_back(event.root);
  record_.remember({Memory::Kind::kProposed,
                    node_,
                    record_.at,
                    {event.block.parent_root, spec::Slot(0)},
                    {event.root, event.block.slot},
                    {}});
  record_.tell<&Invariant::block_proposed>(event);
}

void Reporter::attested(const chain::Attested& event) {
  if (hears(kind_of(Report::kAttested), word(event.data.head.root) + event.data.slot.value,
            event.validator.value)) {
    record_.latest_vote_ = event.data;
    record_.tell<&Invariant::attested>(event);
  }
}

void Reporter::aggregated(const chain::Aggregated& event) {
  hears(kind_of(Report::kAggregated), word(event.data.head.root) + event.data.slot.value, event.participants);
}

void Reporter::duty_skipped(const chain::DutySkipped& event) {
  if (hears(kind_of(Report::kSkipped), event.slot.value,
            digit(event.duty, 0) | digit(event.reason, 1) | (event.validator.value << 32))) {
    record_.mark(to_string(event.reason));
  }
}

void Reporter::buffer_level(const chain::BufferLevel& event) {
  if (hears(kind_of(Report::kBuffer), static_cast<std::uint64_t>(event.buffer), event.size)) {
    record_.tell<&Invariant::buffer_level>(event);
  }
}

void Reporter::message_dropped(const chain::MessageDropped& event) {
  if (hears(kind_of(Report::kDropped), event.peer.value, static_cast<std::uint64_t>(event.reason))) {
    ++view().messages_dropped;
    record_.mark(to_string(event.reason));
    record_.tell<&Invariant::message_dropped>(event);
  }
}

void Reporter::gossip_counted(const chain::GossipCounted& event) {
  if (hears(kind_of(Report::kGossip), event.messages, event.delivered)) {
    record_.tell<&Invariant::gossip_counted>(event);
  }
}

void Reporter::request_sent(const chain::RequestSent& event) {
  if (hears(kind_of(Report::kRequestSent), event.id, event.peer.value)) {
    record_.tell<&Invariant::request_sent>(event);
  }
}

void Reporter::request_ended(const chain::RequestEnded& event) {
  if (hears(kind_of(Report::kRequestEnded), event.id,
            digit(event.end, 0) | (std::uint64_t{event.items} << 8))) {
    record_.tell<&Invariant::request_ended>(event);
  }
}

void Reporter::roots_looked(const chain::RootsLooked& event) {
  std::uint64_t outcomes = 0;
  for (unsigned i = 0; i < chain::kFetchOutcomes; ++i) {
    outcomes |= std::min<std::uint64_t>(event.outcomes[i], 0xff) << (8 * i);
  }
  if (hears(kind_of(Report::kRootsLooked), event.roots, outcomes)) {
    record_.tell<&Invariant::roots_looked>(event);
  }
}

void Reporter::range_went(chain::RangeOutcome outcome) {
  hears(kind_of(Report::kRange), static_cast<std::uint64_t>(outcome), 0);
}

void Reporter::invalid_root_hit(chain::InvalidHit site) {
  if (hears(kind_of(Report::kInvalidHit), static_cast<std::uint64_t>(site), 0)) {
    record_.mark("invalid block again");
  }
}

void Reporter::sync_state_changed(const chain::SyncStateChanged& event) {
  if (hears(kind_of(Report::kSyncState), static_cast<std::uint64_t>(event.old_state),
            static_cast<std::uint64_t>(event.new_state))) {
    record_.mark(to_string(event.new_state));
  }
}

void Reporter::request_received(const chain::RequestReceived& event) {
  if (hears(kind_of(Report::kRequestReceived), event.id, event.peer.value)) {
    record_.tell<&Invariant::request_received>(event);
  }
}

void Reporter::request_served(const chain::RequestServed& event) {
  if (hears(kind_of(Report::kRequestServed), event.id,
            digit(event.end, 0) | (std::uint64_t{event.items} << 8))) {
    record_.tell<&Invariant::request_served>(event);
  }
}

void Reporter::peer_changed(const chain::PeerChanged& event) {
  if (!hears(kind_of(Report::kPeer), event.peer.value,
             (event.connected ? 1U : 0U) | (event.by_us ? 2U : 0U))) {
    return;
  }
  std::erase(peers_, event.peer);
  if (event.connected) {
    peers_.push_back(event.peer);
  } else if (event.by_us) {
    record_.mark("peer sent away");
  }
}

}  // namespace lockstep::cluster
