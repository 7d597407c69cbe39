// Which report moves which metric, and that none is kept back.
#include "node/metrics/node_metrics.h"

#include <gtest/gtest.h>

#include "fakes.h"
#include "recorder.h"

namespace lockstep::metrics {
namespace {

using chain::BlockOutcome;
using chain::Origin;
using chain::VoteOutcome;
using std::chrono::milliseconds;

class NodeMetricsTest : public testing::Test {
 protected:
  NodeMetricsTest() { clock.advance(std::chrono::seconds(1'000)); }

  void handle_block(BlockOutcome outcome, Origin origin = Origin::kGossip,
                    spec::RejectionReason reason = {}) {
    metrics.block_handled(
        {.root = {}, .block = block, .origin = origin, .outcome = outcome, .reason = reason});
  }
  void handle_vote(VoteOutcome outcome, Origin origin = Origin::kGossip, spec::RejectionReason reason = {}) {
    metrics.vote_handled(
        {.validator = {}, .data = data, .origin = origin, .outcome = outcome, .reason = reason});
  }
  void handle_aggregate(VoteOutcome outcome, Origin origin = Origin::kGossip,
                        spec::RejectionReason reason = {}) {
    metrics.aggregate_handled(
        {.data = data, .participants = 3, .origin = origin, .outcome = outcome, .reason = reason});
  }
  void tick(std::uint64_t interval, base::Duration lateness = {}, std::uint64_t skipped = 0) {
    metrics.tick_happened({.interval = spec::Interval(interval), .lateness = lateness, .skipped = skipped});
  }

  test::ManualClock clock;
  Registry registry;
  test::Recorder recorder;
  NodeMetrics metrics{
      registry,
      clock,
      {.name = "ann", .version = "1", .validators = 5, .is_aggregator = true, .anchor_slot = spec::Slot(9)},
      recorder};
  spec::Block block;
  spec::AttestationData data;
};

TEST_F(NodeMetricsTest, begins_with_what_is_known_beforehand) {
  EXPECT_EQ(registry.value(Metric::kValidators), 5);
  EXPECT_EQ(registry.value(Metric::kIsAggregator), 1);
  EXPECT_EQ(registry.value(Metric::kHeadSlot), 9);
  EXPECT_EQ(registry.value(Metric::kSafeTargetSlot), 9);
  EXPECT_EQ(registry.value(Metric::kLatestJustifiedSlot), 9);
  EXPECT_EQ(registry.value(Metric::kLatestFinalizedSlot), 9);
}

TEST_F(NodeMetricsTest, times_ticks) {
  tick(10, milliseconds(3));
  clock.advance(milliseconds(812));
  tick(13, milliseconds(15), /*skipped=*/2);

  EXPECT_EQ(registry.value(Metric::kCurrentSlot), 2);
  EXPECT_EQ(registry.histogram(Metric::kTickLateness).count, 2);
  EXPECT_EQ(registry.histogram(Metric::kTickLateness).sum, 18'000'000);
  EXPECT_EQ(registry.histogram(Metric::kTickIntervalDuration).count, 1);
  EXPECT_EQ(registry.histogram(Metric::kTickIntervalDuration).sum, 812'000'000);
  EXPECT_EQ(registry.value(Metric::kIntervalsSkipped), 2);
  EXPECT_EQ(recorder.ticks.size(), 2);
}

TEST_F(NodeMetricsTest, counts_blocks_by_origin_and_outcome) {
  metrics.input_began();
  clock.advance(milliseconds(40));
  handle_block(BlockOutcome::kImported);
  clock.advance(milliseconds(500));
  handle_block(BlockOutcome::kImported, Origin::kBuffered);
  metrics.input_began();
  handle_block(BlockOutcome::kImported, Origin::kOwn);
  handle_block(BlockOutcome::kRejected, Origin::kSync, spec::RejectionReason::WRONG_PROPOSER);
  handle_block(BlockOutcome::kEvicted, Origin::kBuffered);
  handle_block(BlockOutcome::kTooOld);
  handle_block(BlockOutcome::kDuplicate);
  handle_block(BlockOutcome::kTooFarAhead);

  EXPECT_EQ(registry.value({Metric::kBlocks, Origin::kGossip, BlockOutcome::kImported}), 1);
  EXPECT_EQ(registry.value({Metric::kBlocks, Origin::kSync, BlockOutcome::kRejected}), 1);
  EXPECT_EQ(registry.value({Metric::kPendingBlocksReplayed, BlockOutcome::kImported}), 1);
  EXPECT_EQ(registry.value({Metric::kPendingBlocksReplayed, BlockOutcome::kEvicted}), 0);
  EXPECT_EQ(registry.value({Metric::kRejections, InputKind::kBlock, spec::RejectionReason::WRONG_PROPOSER}),
            1);
  for (const BlockEviction reason : {BlockEviction::kCap, BlockEviction::kPreFinalized,
                                     BlockEviction::kDuplicate, BlockEviction::kTooFarFuture}) {
    EXPECT_EQ(registry.value({Metric::kPendingBlocksEvicted, reason}), 1);
  }
  EXPECT_EQ(registry.value(Metric::kFutureBlocksDropped), 1);
  EXPECT_EQ(registry.histogram(Metric::kBlockProcessingTime).sum, 40'000'000);
  EXPECT_EQ(registry.histogram(Metric::kBlockProcessingTime).count, 1);
  EXPECT_EQ(recorder.blocks.size(), 8);
}

TEST_F(NodeMetricsTest, counts_votes_by_where_they_came_from) {
  metrics.input_began();
  clock.advance(milliseconds(1));
  handle_vote(VoteOutcome::kAccepted);
  handle_vote(VoteOutcome::kRejected, Origin::kGossip, spec::RejectionReason::INVALID_SIGNATURE);
  handle_aggregate(VoteOutcome::kAccepted, Origin::kBlock);
  handle_aggregate(VoteOutcome::kRejected, Origin::kGossip, spec::RejectionReason::EMPTY_AGGREGATION_BITS);

  EXPECT_EQ(registry.value({Metric::kAttestationsValid, VoteSource::kGossip}), 1);
  EXPECT_EQ(registry.value({Metric::kAttestationsValid, VoteSource::kBlock}), 1);
  EXPECT_EQ(registry.value({Metric::kAttestationsInvalid, VoteSource::kGossip}), 2);
  EXPECT_EQ(registry.value({Metric::kAttestationsInvalid, VoteSource::kBlock}), 0);
  EXPECT_EQ(registry.value({Metric::kAttestations, Origin::kGossip, VoteOutcome::kAccepted}), 1);
  EXPECT_EQ(registry.value({Metric::kAggregates, Origin::kBlock, VoteOutcome::kAccepted}), 1);
  EXPECT_EQ(registry.value(
                {Metric::kRejections, InputKind::kAttestation, spec::RejectionReason::INVALID_SIGNATURE}),
            1);
  EXPECT_EQ(registry.value(
                {Metric::kRejections, InputKind::kAggregate, spec::RejectionReason::EMPTY_AGGREGATION_BITS}),
            1);
  EXPECT_EQ(registry.histogram(Metric::kAttestationValidationTime).sum, 1'000'000);
  EXPECT_EQ(recorder.votes.size(), 2);
  EXPECT_EQ(recorder.aggregates.size(), 2);
}

TEST_F(NodeMetricsTest, follows_votes_that_wait) {
  handle_vote(VoteOutcome::kBuffered, Origin::kGossip, spec::RejectionReason::UNKNOWN_HEAD_BLOCK);
  handle_aggregate(VoteOutcome::kBuffered, Origin::kGossip,
                   spec::RejectionReason::ATTESTATION_TOO_FAR_IN_FUTURE);
  handle_vote(VoteOutcome::kAccepted, Origin::kBuffered);
  metrics.votes_kept_on({.input = chain::Input::kAttestation, .count = 3});
  handle_aggregate(VoteOutcome::kRejected, Origin::kBuffered, spec::RejectionReason::INVALID_SIGNATURE);
  handle_aggregate(VoteOutcome::kEvicted, Origin::kBuffered);

  EXPECT_EQ(registry.value(
                {Metric::kPendingAttestationsBuffered, VoteKind::kAttestation, WaitReason::kUnknownBlock}),
            1);
  EXPECT_EQ(
      registry.value({Metric::kPendingAttestationsBuffered, VoteKind::kAggregation, WaitReason::kFutureSlot}),
      1);
  const auto replayed = [&](VoteKind kind, ReplayOutcome outcome) {
    return registry.value({Metric::kPendingAttestationsReplay, kind, outcome});
  };
  EXPECT_EQ(replayed(VoteKind::kAttestation, ReplayOutcome::kAccepted), 1);
  EXPECT_EQ(replayed(VoteKind::kAttestation, ReplayOutcome::kBuffered), 3);
  EXPECT_EQ(replayed(VoteKind::kAggregation, ReplayOutcome::kDropped), 1);
  EXPECT_EQ(registry.value({Metric::kPendingAttestationsEvicted, VoteKind::kAggregation}), 1);
}

TEST_F(NodeMetricsTest, shows_the_head_and_what_it_left_behind) {
  const auto checkpoint = [](std::uint64_t slot) {
    return spec::Checkpoint{.root = {}, .slot = spec::Slot(slot)};
  };
  metrics.head_changed(
      {.old_head = checkpoint(9), .new_head = checkpoint(12), .reorg_depth = 0, .justified = {}});
  EXPECT_EQ(registry.value(Metric::kReorgs), 0);
  metrics.head_changed(
      {.old_head = checkpoint(12), .new_head = checkpoint(11), .reorg_depth = 3, .justified = {}});
  metrics.justified_changed({.old_checkpoint = checkpoint(9), .new_checkpoint = checkpoint(10)});
  metrics.finalized_changed({.old_checkpoint = checkpoint(9), .new_checkpoint = checkpoint(8)});
  metrics.safe_target_changed({.old_checkpoint = checkpoint(9), .new_checkpoint = checkpoint(7)});

  EXPECT_EQ(registry.value(Metric::kHeadSlot), 11);
  EXPECT_EQ(registry.value(Metric::kReorgs), 1);
  EXPECT_EQ(registry.histogram(Metric::kReorgDepth).sum, 3);
  EXPECT_EQ(registry.value(Metric::kLatestJustifiedSlot), 10);
  EXPECT_EQ(registry.value(Metric::kLatestFinalizedSlot), 8);
  EXPECT_EQ(registry.value(Metric::kSafeTargetSlot), 7);
  EXPECT_EQ(recorder.heads.size(), 2);
  EXPECT_EQ(recorder.justified.size() + recorder.finalized.size(), 2);
}

TEST_F(NodeMetricsTest, counts_whom_the_latest_votes_of_a_block_speak_for) {
  const auto votes = [](std::uint64_t slot, std::vector<std::size_t> who) {
    spec::AggregatedAttestation out;
    out.data.slot = spec::Slot(slot);
    out.aggregation_bits = spec::AggregationBits::of_indices(who);
    return out;
  };
  block.body.attestations = {votes(4, {0, 1, 2, 3, 70}), votes(5, {1, 2}), votes(5, {2, 66})};
  handle_block(BlockOutcome::kImported);

  EXPECT_EQ(registry.value({Metric::kCoverageValidators, Section::kBlock, 0}), 3);
  EXPECT_EQ(registry.value({Metric::kCoverageValidators, Section::kBlock, 1}), 3);
  EXPECT_EQ(registry.value({Metric::kCoverageSubnets, Section::kBlock}), 1);
}

TEST_F(NodeMetricsTest, counts_whom_they_speak_for_in_each_subnet) {
  NodeMetrics of_four(registry, clock, {.name = "bob", .version = "1", .anchor_slot = {}, .subnets = 4},
                      recorder);
  spec::AggregatedAttestation votes;
  votes.aggregation_bits = spec::AggregationBits::of_indices(std::vector<std::size_t>{1, 5, 65, 3, 2});
  block.body.attestations = {votes};
  of_four.block_proposed({.root = {}, .block = block});

  const auto validators = [&](std::size_t subnet) {
    return registry.value({Metric::kCoverageValidators, Section::kProposalCombined, subnet});
  };
  EXPECT_EQ(validators(kAllSubnets), 5);
  EXPECT_EQ(validators(kFirstSubnet), 0);
  EXPECT_EQ(validators(kFirstSubnet + 1), 3);
  EXPECT_EQ(validators(kFirstSubnet + 2), 1);
  EXPECT_EQ(validators(kFirstSubnet + 3), 1);
  EXPECT_EQ(registry.value({Metric::kCoverageSubnets, Section::kProposalCombined}), 3);
}

TEST_F(NodeMetricsTest, counts_duties_done_and_skipped) {
  using chain::Duty;
  using chain::DutySkip;
  metrics.block_proposed({.root = {}, .block = block});
  metrics.attested({.validator = {}, .data = data});
  const auto skip = [&](Duty duty, DutySkip reason) {
    metrics.duty_skipped({.duty = duty, .slot = {}, .validator = {}, .reason = reason});
  };
  skip(Duty::kAttest, DutySkip::kSigningFailed);
  skip(Duty::kAttest, DutySkip::kMissed);
  skip(Duty::kAggregate, DutySkip::kNotSynced);

  EXPECT_EQ(registry.value({Metric::kDuties, Duty::kPropose, 0}), 1);
  EXPECT_EQ(registry.value({Metric::kDuties, Duty::kAttest, 0}), 1);
  EXPECT_EQ(registry.value({Metric::kDuties, Duty::kAttest, 1 + static_cast<int>(DutySkip::kMissed)}), 1);
  EXPECT_EQ(registry.value({Metric::kIntervalErrors, Duty::kAttest}), 1);
  EXPECT_EQ(registry.value({Metric::kAggregatorSkipped, AggregatorSkip::kNotSynced}), 1);
  EXPECT_EQ(recorder.skips.size(), 3);
  EXPECT_EQ(recorder.proposals.size() + recorder.attestations.size(), 2);
}

TEST_F(NodeMetricsTest, tells_how_old_an_aggregate_is) {
  tick(5 * 7 + 2);
  for (const std::uint64_t slot : {7U, 6U, 3U, 8U}) {
    data.slot = spec::Slot(slot);
    metrics.aggregated({.data = data, .participants = 2});
  }
  EXPECT_EQ(registry.value({Metric::kAggregateKeyLag, KeyLag::kCurrent}), 2);
  EXPECT_EQ(registry.value({Metric::kAggregateKeyLag, KeyLag::kPrevious}), 1);
  EXPECT_EQ(registry.value({Metric::kAggregateKeyLag, KeyLag::kOlder}), 1);
  EXPECT_EQ(registry.histogram(Metric::kAggregateCommitLag).sum, 2 + 7 + 22 + 0);
  EXPECT_EQ(registry.value({Metric::kDuties, chain::Duty::kAggregate, 0}), 4);
}

TEST_F(NodeMetricsTest, shows_how_full_buffers_are) {
  using chain::Buffer;
  metrics.buffer_level({.buffer = Buffer::kEarlyBlocks, .size = 2, .bound = 64});
  metrics.buffer_level({.buffer = Buffer::kPendingAttestations, .size = 30, .bound = 1024});
  metrics.buffer_level({.buffer = Buffer::kPendingAggregates, .size = 40, .bound = 1024});
  metrics.buffer_level({.buffer = Buffer::kPendingAggregates, .size = 39, .bound = 1024});

  EXPECT_EQ(registry.value({Metric::kBufferSize, Buffer::kEarlyBlocks}), 2);
  EXPECT_EQ(registry.value({Metric::kBufferBound, Buffer::kEarlyBlocks}), 64);
  EXPECT_EQ(registry.value(Metric::kPendingBlocksDepth), 2);
  EXPECT_EQ(registry.value({Metric::kPendingAttestationsSize, VoteKind::kAttestation}), 30);
  EXPECT_EQ(registry.value({Metric::kPendingAttestationsSize, VoteKind::kAggregation}), 39);
  EXPECT_EQ(recorder.levels[Buffer::kPendingAggregates], 39);
}

TEST_F(NodeMetricsTest, follows_gossip_and_sync) {
  using chain::FetchOutcome;
  metrics.gossip_counted({.messages = 6,
                          .duplicates = 1,
                          .dropped = 2,
                          .delivered = 3,
                          .control_entries = 0,
                          .control_outcomes = 0,
                          .mesh_peers = 9});
  chain::RootsLooked looked{.roots = 5, .outcomes = {}};
  looked.outcomes[static_cast<std::size_t>(FetchOutcome::kFetched)] = 3;
  looked.outcomes[static_cast<std::size_t>(FetchOutcome::kInflightCap)] = 2;
  metrics.roots_looked(looked);
  metrics.roots_looked(looked);
  metrics.range_went(chain::RangeOutcome::kRetry);
  metrics.invalid_root_hit(chain::InvalidHit::kParent);
  metrics.buffer_level({.buffer = chain::Buffer::kBlockFetches, .size = 4, .bound = 8});

  EXPECT_EQ(registry.value({Metric::kGossipMessages, GossipOutcome::kDropped}), 2);
  EXPECT_EQ(registry.value({Metric::kGossipMessages, GossipOutcome::kDelivered}), 3);
  EXPECT_EQ(registry.value(Metric::kGossipMeshPeers), 9);
  EXPECT_EQ(registry.value({Metric::kBlockFetchDedup, FetchOutcome::kFetched}), 6);
  EXPECT_EQ(registry.value({Metric::kBlockFetchDedup, FetchOutcome::kInflightCap}), 4);
  EXPECT_EQ(registry.value({Metric::kRangeSync, chain::RangeOutcome::kRetry}), 1);
  EXPECT_EQ(registry.value({Metric::kInvalidRootHit, chain::InvalidHit::kParent}), 1);
  EXPECT_EQ(registry.value(Metric::kBlocksByRootInFlight), 4);
}

TEST_F(NodeMetricsTest, follows_the_threads_and_their_queues) {
  using chain::Buffer;
  using chain::Command;
  using chain::CommandOutcome;
  metrics.input_entered({.input = chain::Input::kAttestation, .origin = Origin::kGossip});
  metrics.interval_done({.interval = spec::Interval(3), .lateness = milliseconds(7)});
  metrics.slot_driver_stalled({.standing = std::chrono::seconds(6)});
  metrics.thread_died({.name = "network"});
  for (const CommandOutcome outcome : {CommandOutcome::kDone, CommandOutcome::kQueueFull,
                                       CommandOutcome::kClosed, CommandOutcome::kShutDown}) {
    metrics.command_handled({.command = Command::kRequest, .outcome = outcome});
  }
  metrics.buffer_level({.buffer = Buffer::kVoteLane, .size = 11, .bound = 1024});
  metrics.buffer_level({.buffer = Buffer::kBlockLane, .size = 2, .bound = 1024});
  metrics.buffer_level({.buffer = Buffer::kAggregateLane, .size = 3, .bound = 512});
  handle_block(BlockOutcome::kQueueFull);
  handle_vote(VoteOutcome::kQueueFull);
  handle_aggregate(VoteOutcome::kQueueFull);
  handle_aggregate(VoteOutcome::kNotSynced);
  handle_vote(VoteOutcome::kRejected, Origin::kGossip, spec::RejectionReason::INVALID_SIGNATURE);

  EXPECT_EQ(registry.value({Metric::kInputsEntered, chain::Input::kAttestation, Origin::kGossip}), 1);
  EXPECT_EQ(registry.histogram(Metric::kIntervalDoneLateness).sum, 7'000'000);
  EXPECT_EQ(registry.value(Metric::kSlotDriverStalls), 1);
  EXPECT_EQ(registry.value(Metric::kSlotDriverStallSeconds), 6'000'000'000);
  EXPECT_EQ(registry.value(Metric::kThreadsDied), 1);
  EXPECT_EQ(registry.value({Metric::kCommands, Command::kRequest, CommandOutcome::kDone}), 1);
  EXPECT_EQ(registry.value({Metric::kCommandsDropped, CommandDrop::kFull}), 1);
  EXPECT_EQ(registry.value({Metric::kCommandsDropped, CommandDrop::kClosed}), 2);
  EXPECT_EQ(registry.value({Metric::kChainQueueDepth, ChainQueue::kAttestation}), 11);
  EXPECT_EQ(registry.value({Metric::kChainQueueDepth, ChainQueue::kBlock}), 2);
  EXPECT_EQ(registry.value({Metric::kChainQueueDepth, ChainQueue::kAggregate}), 3);
  for (const ChainQueue queue : {ChainQueue::kBlock, ChainQueue::kAttestation, ChainQueue::kAggregate}) {
    EXPECT_EQ(registry.value({Metric::kChainQueueDropped, queue}), 1);
  }
  EXPECT_EQ(registry.value({Metric::kGossipVotesDropped, VoteKind::kAggregation, VoteDrop::kSyncing}), 1);
  EXPECT_EQ(registry.value(
                {Metric::kGossipVotesDropped, VoteKind::kAttestation, VoteDrop::kWorkerValidationFailed}),
            1);
}

TEST_F(NodeMetricsTest, has_one_status_among_its_peers) {
  using chain::SyncState;
  const auto status = [&] {
    return std::vector<std::int64_t>{registry.value({Metric::kSyncStatus, SyncStatus::kIdle}),
                                     registry.value({Metric::kSyncStatus, SyncStatus::kSyncing}),
                                     registry.value({Metric::kSyncStatus, SyncStatus::kSynced})};
  };
  EXPECT_EQ(status(), (std::vector<std::int64_t>{1, 0, 0}));
  metrics.sync_state_changed({.old_state = SyncState::kNoPeers, .new_state = SyncState::kBehind});
  EXPECT_EQ(status(), (std::vector<std::int64_t>{0, 1, 0}));
  metrics.sync_state_changed({.old_state = SyncState::kBehind, .new_state = SyncState::kSynced});
  EXPECT_EQ(status(), (std::vector<std::int64_t>{0, 0, 1}));
  metrics.sync_state_changed({.old_state = SyncState::kSynced, .new_state = SyncState::kInitialising});
  EXPECT_EQ(status(), (std::vector<std::int64_t>{1, 0, 0}));
}

TEST_F(NodeMetricsTest, counts_peers_requests_and_drops) {
  using chain::Protocol;
  using chain::RequestEnd;
  metrics.peer_changed({.peer = {}, .connected = true, .by_us = false});
  metrics.peer_changed({.peer = {}, .connected = true, .by_us = false});
  metrics.peer_changed({.peer = {}, .connected = false, .by_us = true});
  metrics.message_dropped({.peer = {}, .reason = chain::Drop::kBadSnappy});
  metrics.request_sent({.peer = {}, .id = 1, .protocol = Protocol::kBlocksByRoot});
  metrics.request_sent({.peer = {}, .id = 2, .protocol = Protocol::kBlocksByRoot});
  metrics.request_sent({.peer = {}, .id = 3, .protocol = Protocol::kStatus});
  metrics.request_ended(
      {.peer = {}, .id = 1, .protocol = Protocol::kBlocksByRoot, .end = RequestEnd::kTimedOut, .items = 0});
  metrics.request_received({.peer = {}, .id = 5, .protocol = Protocol::kBlocksByRange});
  metrics.request_served({.peer = {},
                          .id = 5,
                          .protocol = Protocol::kBlocksByRange,
                          .end = chain::ServedEnd::kComplete,
                          .items = 4});

  EXPECT_EQ(registry.value({Metric::kPeerEvents, PeerEvent::kConnected}), 2);
  EXPECT_EQ(registry.value({Metric::kPeerEvents, PeerEvent::kDropped}), 1);
  EXPECT_EQ(registry.value({Metric::kMessagesDropped, chain::Drop::kBadSnappy}), 1);
  EXPECT_EQ(registry.value({Metric::kRequestsSent, Protocol::kBlocksByRoot}), 2);
  EXPECT_EQ(registry.value({Metric::kRequestsEnded, Protocol::kBlocksByRoot, RequestEnd::kTimedOut}), 1);
  EXPECT_EQ(registry.value({Metric::kRequestsServed, Protocol::kBlocksByRange}), 1);
  EXPECT_EQ(recorder.peer_changes.size(), 3);
  EXPECT_EQ(recorder.requests_sent.size() + recorder.requests_ended.size(), 4);
  EXPECT_EQ(recorder.requests_received, 1);
  EXPECT_EQ(recorder.requests_served.size(), 1);
  EXPECT_EQ(recorder.drops[chain::Drop::kBadSnappy], 1);
}

}  // namespace
}  // namespace lockstep::metrics
