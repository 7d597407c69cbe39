// Which report moves which number.
#include "node/metrics/node_metrics.h"

#include <algorithm>

#include "node/spec/slot.h"

namespace lockstep::metrics {
namespace {

constexpr auto kAny = std::memory_order_relaxed;
constexpr std::int64_t kNever = -1;
/// Position of "done" among the outcomes of duties; the reasons for which they are skipped follow.
constexpr std::size_t kDutyDone = 0;

std::int64_t nanoseconds(base::Instant instant) {
  return instant.time_since_epoch().count();
}

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

VoteSource source_of(chain::Origin origin) {
  return origin == chain::Origin::kBlock ? VoteSource::kBlock : VoteSource::kGossip;
}

bool is_future(spec::RejectionReason reason) {
  return reason == spec::RejectionReason::ATTESTATION_TOO_FAR_IN_FUTURE;
}

/// Whether a duty was skipped because something went wrong, and not because it was not to be done.
bool is_failure(chain::DutySkip reason) {
  return reason == chain::DutySkip::kSigningFailed || reason == chain::DutySkip::kProvingFailed ||
         reason == chain::DutySkip::kRefused;
}

}  // namespace

NodeMetrics::NodeMetrics(Registry& registry, const runtime::Clock& clock, const NodeFacts& facts,
                         chain::Events& next)
    : registry_(registry),
      clock_(clock),
      next_(next),
      subnets_(facts.subnets),
      input_began_(kNever),
      last_tick_(kNever) {
  LOCKSTEP_ASSERT(subnets_ >= 1 && subnets_ <= spec::kSubnetsMax);
  registry_.set(Metric::kNodeStartTime, clock.wall().nanoseconds);
  registry_.set(Metric::kValidators, number(facts.validators));
  registry_.set(Metric::kIsAggregator, facts.is_aggregator ? 1 : 0);
  show_sync_status(SyncStatus::kIdle);
  for (const Metric slot : {Metric::kHeadSlot, Metric::kSafeTargetSlot, Metric::kLatestJustifiedSlot,
                            Metric::kLatestFinalizedSlot}) {
    set_slot(slot, facts.anchor_slot);
  }
}

void NodeMetrics::input_began() {
  input_began_.store(nanoseconds(clock_.now()), kAny);
  next_.input_began();
}

void NodeMetrics::time_input(Metric metric, chain::Origin origin) {
  const std::int64_t began = input_began_.exchange(kNever, kAny);
  // What our own validators made is not judged.
  if (began != kNever && origin != chain::Origin::kOwn) {
    registry_.observe(metric, nanoseconds(clock_.now()) - began);
  }
}

void NodeMetrics::tick_happened(const chain::TickHappened& tick) {
  const std::int64_t now = nanoseconds(clock_.now());
  const std::int64_t last = last_tick_.exchange(now, kAny);
  if (last != kNever) {
    registry_.observe(Metric::kTickIntervalDuration, base::Duration(now - last));
  }
  registry_.observe(Metric::kTickLateness, tick.lateness);
  registry_.add(Metric::kIntervalsSkipped, tick.skipped);
  interval_.store(tick.interval.value, kAny);
  set_slot(Metric::kCurrentSlot, spec::Slot(tick.interval.value / spec::INTERVALS_PER_SLOT));
  next_.tick_happened(tick);
}

void NodeMetrics::input_entered(const chain::InputEntered& entered) {
  registry_.add({Metric::kInputsEntered, entered.input, entered.origin});
  next_.input_entered(entered);
}

void NodeMetrics::interval_done(const chain::IntervalDone& done) {
  registry_.observe(Metric::kIntervalDoneLateness, done.lateness);
  next_.interval_done(done);
}

void NodeMetrics::slot_driver_stalled(const chain::SlotDriverStalled& stalled) {
  registry_.add(Metric::kSlotDriverStalls);
  registry_.set(Metric::kSlotDriverStallSeconds, stalled.standing.count());
  next_.slot_driver_stalled(stalled);
}

void NodeMetrics::thread_died(const chain::ThreadDied& died) {
  registry_.add(Metric::kThreadsDied);
  next_.thread_died(died);
}

void NodeMetrics::command_handled(const chain::CommandHandled& handled) {
  using enum chain::CommandOutcome;
  registry_.add({Metric::kCommands, handled.command, handled.outcome});
  if (handled.outcome == kQueueFull) {
    registry_.add({Metric::kCommandsDropped, CommandDrop::kFull});
  } else if (handled.outcome == kClosed || handled.outcome == kShutDown) {
    registry_.add({Metric::kCommandsDropped, CommandDrop::kClosed});
  }
  next_.command_handled(handled);
}

void NodeMetrics::block_handled(const chain::BlockHandled& block) {
  using enum chain::BlockOutcome;
  registry_.add({Metric::kBlocks, block.origin, block.outcome});
  if (block.origin == chain::Origin::kBuffered && block.outcome != kEvicted) {
    registry_.add({Metric::kPendingBlocksReplayed, block.outcome});
  }
  switch (block.outcome) {
    case kImported:
      time_input(Metric::kBlockProcessingTime, block.origin);
      report_coverage(Section::kBlock, block.block);
      break;
    case kRejected:
      registry_.add({Metric::kRejections, InputKind::kBlock, block.reason});
      break;
    case kEvicted:
      registry_.add({Metric::kPendingBlocksEvicted, BlockEviction::kCap});
      break;
    case kTooOld:
      registry_.add({Metric::kPendingBlocksEvicted, BlockEviction::kPreFinalized});
      break;
    case kDuplicate:
      registry_.add({Metric::kPendingBlocksEvicted, BlockEviction::kDuplicate});
      break;
    case kTooFarAhead:
      registry_.add({Metric::kPendingBlocksEvicted, BlockEviction::kTooFarFuture});
      registry_.add(Metric::kFutureBlocksDropped);
      break;
    case kUnknownParent:
    case kEarly:
    case kQueueFull:
      registry_.add({Metric::kChainQueueDropped, ChainQueue::kBlock});
      break;
    case kNotSynced:
    case kShutDown:
      break;
  }
  next_.block_handled(block);
}

void NodeMetrics::count_vote(VoteKind kind, chain::Origin origin, chain::VoteOutcome outcome,
                             spec::RejectionReason reason) {
  using enum chain::VoteOutcome;
  const bool is_single = kind == VoteKind::kAttestation;
  const bool is_replay = origin == chain::Origin::kBuffered;
  registry_.add({is_single ? Metric::kAttestations : Metric::kAggregates, origin, outcome});
  switch (outcome) {
    case kAccepted:
      registry_.add({Metric::kAttestationsValid, source_of(origin)});
      break;
    case kRejected:
      registry_.add({Metric::kAttestationsInvalid, source_of(origin)});
      registry_.add(
          {Metric::kRejections, is_single ? InputKind::kAttestation : InputKind::kAggregate, reason});
      if (origin == chain::Origin::kGossip) {
        registry_.add({Metric::kGossipVotesDropped, kind, VoteDrop::kWorkerValidationFailed});
      }
      break;
    case kBuffered:
      registry_.add({Metric::kPendingAttestationsBuffered, kind,
                     is_future(reason) ? WaitReason::kFutureSlot : WaitReason::kUnknownBlock});
      break;
    case kEvicted:
      registry_.add({Metric::kPendingAttestationsEvicted, kind});
      return;
    case kNotSynced:
      registry_.add({Metric::kGossipVotesDropped, kind, VoteDrop::kSyncing});
      break;
    case kQueueFull:
      registry_.add(
          {Metric::kChainQueueDropped, is_single ? ChainQueue::kAttestation : ChainQueue::kAggregate});
      break;
    case kShutDown:
      break;
  }
  if (is_replay) {
    registry_.add({Metric::kPendingAttestationsReplay, kind,
                   outcome == kAccepted ? ReplayOutcome::kAccepted : ReplayOutcome::kDropped});
  }
}

void NodeMetrics::vote_handled(const chain::VoteHandled& vote) {
  count_vote(VoteKind::kAttestation, vote.origin, vote.outcome, vote.reason);
  if (vote.outcome == chain::VoteOutcome::kAccepted) {
    time_input(Metric::kAttestationValidationTime, vote.origin);
  }
  next_.vote_handled(vote);
}

void NodeMetrics::aggregate_handled(const chain::AggregateHandled& aggregate) {
  count_vote(VoteKind::kAggregation, aggregate.origin, aggregate.outcome, aggregate.reason);
  next_.aggregate_handled(aggregate);
}

void NodeMetrics::set_slot(Metric metric, spec::Slot slot) {
  registry_.set(metric, number(slot.value));
}

void NodeMetrics::head_changed(const chain::HeadChanged& head) {
  set_slot(Metric::kHeadSlot, head.new_head.slot);
  if (head.reorg_depth > 0) {
    registry_.add(Metric::kReorgs);
    registry_.observe(Metric::kReorgDepth, number(head.reorg_depth));
  }
  next_.head_changed(head);
}

void NodeMetrics::justified_changed(const chain::CheckpointChanged& change) {
  set_slot(Metric::kLatestJustifiedSlot, change.new_checkpoint.slot);
  next_.justified_changed(change);
}

void NodeMetrics::finalized_changed(const chain::CheckpointChanged& change) {
  set_slot(Metric::kLatestFinalizedSlot, change.new_checkpoint.slot);
  next_.finalized_changed(change);
}

void NodeMetrics::safe_target_changed(const chain::CheckpointChanged& change) {
  set_slot(Metric::kSafeTargetSlot, change.new_checkpoint.slot);
  next_.safe_target_changed(change);
}

/// Whom the votes of a block speak for, of the latest slot that it has votes about.
void NodeMetrics::report_coverage(Section section, const spec::Block& block) {
  spec::Slot latest;
  for (const spec::AggregatedAttestation& votes : block.body.attestations) {
    latest = std::max(latest, votes.data.slot);
  }
  spec::AggregationBits everybody;
  for (const spec::AggregatedAttestation& votes : block.body.attestations) {
    if (votes.data.slot == latest) {
      everybody.resize(std::max(everybody.size(), votes.aggregation_bits.size()));
      spec::for_each_set_bit(votes.aggregation_bits.words(), [&](std::size_t who) { everybody.set(who); });
    }
  }
  std::array<std::size_t, spec::kSubnetsMax> by_subnet{};
  spec::for_each_set_bit(everybody.words(), [&](std::size_t who) {
    ++by_subnet[spec::subnet_of(spec::ValidatorIndex(who), subnets_).value];
  });
  std::int64_t subnets = 0;
  for (std::size_t i = 0; i < subnets_; ++i) {
    registry_.set({Metric::kCoverageValidators, section, kFirstSubnet + i}, number(by_subnet[i]));
    subnets += by_subnet[i] > 0 ? 1 : 0;
  }
  registry_.set({Metric::kCoverageValidators, section, kAllSubnets}, number(everybody.popcount()));
  registry_.set({Metric::kCoverageSubnets, section}, subnets);
}

void NodeMetrics::block_proposed(const chain::BlockProposed& proposed) {
  registry_.add({Metric::kDuties, chain::Duty::kPropose, kDutyDone});
  report_coverage(Section::kProposalCombined, proposed.block);
  next_.block_proposed(proposed);
}

void NodeMetrics::attested(const chain::Attested& attested) {
  registry_.add({Metric::kDuties, chain::Duty::kAttest, kDutyDone});
  next_.attested(attested);
}

void NodeMetrics::aggregated(const chain::Aggregated& aggregated) {
  registry_.add({Metric::kDuties, chain::Duty::kAggregate, kDutyDone});
  const std::uint64_t now = interval_.load(kAny);
  const std::uint64_t began = spec::interval_from_slot(aggregated.data.slot).value;
  const std::uint64_t lag = now - std::min(now, began);
  registry_.observe(Metric::kAggregateCommitLag, number(lag));
  const std::uint64_t slots = lag / spec::INTERVALS_PER_SLOT;
  registry_.add({Metric::kAggregateKeyLag, slots == 0   ? KeyLag::kCurrent
                                           : slots == 1 ? KeyLag::kPrevious
                                                        : KeyLag::kOlder});
  next_.aggregated(aggregated);
}

void NodeMetrics::duty_skipped(const chain::DutySkipped& skipped) {
  registry_.add({Metric::kDuties, skipped.duty, kDutyDone + 1 + static_cast<std::size_t>(skipped.reason)});
  if (is_failure(skipped.reason)) {
    registry_.add({Metric::kIntervalErrors, skipped.duty});
  }
  if (skipped.duty == chain::Duty::kAggregate) {
    registry_.add({Metric::kAggregatorSkipped, skipped.reason == chain::DutySkip::kNotSynced
                                                   ? AggregatorSkip::kNotSynced
                                                   : AggregatorSkip::kOther});
  }
  next_.duty_skipped(skipped);
}

void NodeMetrics::buffer_level(const chain::BufferLevel& level) {
  using enum chain::Buffer;
  const std::int64_t size = number(level.size);
  registry_.set({Metric::kBufferSize, level.buffer}, size);
  registry_.set({Metric::kBufferBound, level.buffer}, number(level.bound));
  switch (level.buffer) {
    case kEarlyBlocks:
      registry_.set(Metric::kPendingBlocksDepth, size);
      break;
    case kPendingAttestations:
      registry_.set({Metric::kPendingAttestationsSize, VoteKind::kAttestation}, size);
      break;
    case kPendingAggregates:
      registry_.set({Metric::kPendingAttestationsSize, VoteKind::kAggregation}, size);
      break;
    case kBlockFetches:
      registry_.set(Metric::kBlocksByRootInFlight, size);
      break;
    case kBlockLane:
      registry_.set({Metric::kChainQueueDepth, ChainQueue::kBlock}, size);
      break;
    case kVoteLane:
      registry_.set({Metric::kChainQueueDepth, ChainQueue::kAttestation}, size);
      break;
    case kAggregateLane:
      registry_.set({Metric::kChainQueueDepth, ChainQueue::kAggregate}, size);
      break;
    default:
      break;
  }
  next_.buffer_level(level);
}

void NodeMetrics::message_dropped(const chain::MessageDropped& dropped) {
  registry_.add({Metric::kMessagesDropped, dropped.reason});
  next_.message_dropped(dropped);
}

void NodeMetrics::gossip_counted(const chain::GossipCounted& counted) {
  registry_.set({Metric::kGossipMessages, GossipOutcome::kDuplicate}, number(counted.duplicates));
  registry_.set({Metric::kGossipMessages, GossipOutcome::kDropped}, number(counted.dropped));
  registry_.set({Metric::kGossipMessages, GossipOutcome::kDelivered}, number(counted.delivered));
  registry_.set(Metric::kGossipMeshPeers, number(counted.mesh_peers));
  next_.gossip_counted(counted);
}

void NodeMetrics::roots_looked(const chain::RootsLooked& looked) {
  for (std::size_t outcome = 0; outcome < looked.outcomes.size(); ++outcome) {
    registry_.add({Metric::kBlockFetchDedup, outcome}, looked.outcomes[outcome]);
  }
  next_.roots_looked(looked);
}

void NodeMetrics::range_went(chain::RangeOutcome outcome) {
  registry_.add({Metric::kRangeSync, outcome});
  next_.range_went(outcome);
}

void NodeMetrics::invalid_root_hit(chain::InvalidHit site) {
  registry_.add({Metric::kInvalidRootHit, site});
  next_.invalid_root_hit(site);
}

void NodeMetrics::show_sync_status(SyncStatus status) {
  for (std::size_t i = 0; i < kSyncStatuses; ++i) {
    registry_.set({Metric::kSyncStatus, i}, i == static_cast<std::size_t>(status) ? 1 : 0);
  }
}

void NodeMetrics::sync_state_changed(const chain::SyncStateChanged& change) {
  show_sync_status(change.new_state == chain::SyncState::kSynced   ? SyncStatus::kSynced
                   : change.new_state == chain::SyncState::kBehind ? SyncStatus::kSyncing
                                                                   : SyncStatus::kIdle);
  next_.sync_state_changed(change);
}

void NodeMetrics::aggregation_coalesced(const chain::AggregationCoalesced& coalesced) {
  registry_.add(Metric::kAggregateCoalesced);
  next_.aggregation_coalesced(coalesced);
}

void NodeMetrics::votes_kept_on(const chain::VotesKeptOn& kept) {
  const VoteKind kind =
      kept.input == chain::Input::kAttestation ? VoteKind::kAttestation : VoteKind::kAggregation;
  registry_.add({Metric::kPendingAttestationsReplay, kind, ReplayOutcome::kBuffered}, kept.count);
  next_.votes_kept_on(kept);
}

void NodeMetrics::request_sent(const chain::RequestSent& request) {
  registry_.add({Metric::kRequestsSent, request.protocol});
  next_.request_sent(request);
}

void NodeMetrics::request_ended(const chain::RequestEnded& request) {
  registry_.add({Metric::kRequestsEnded, request.protocol, request.end});
  next_.request_ended(request);
}

void NodeMetrics::request_served(const chain::RequestServed& request) {
  registry_.add({Metric::kRequestsServed, request.protocol});
  next_.request_served(request);
}

void NodeMetrics::peer_changed(const chain::PeerChanged& change) {
  registry_.add({Metric::kPeerEvents, change.connected ? PeerEvent::kConnected
                                      : change.by_us   ? PeerEvent::kDropped
                                                       : PeerEvent::kDisconnected});
  next_.peer_changed(change);
}

}  // namespace lockstep::metrics
