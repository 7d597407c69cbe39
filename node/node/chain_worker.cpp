// The chain's turns.
#include "node/node/chain_worker.h"

#include <algorithm>
#include <utility>

#include "node/base/assert.h"
#include "node/node/end_notice.h"
#include "node/node/lock_seams.h"
#include "node/node/refusals.h"
#include "node/node/slot_timer.h"

namespace lockstep::node {
namespace {

std::optional<spec::ValidatorIndex> first_of(const std::vector<OwnValidator>& validators) {
  return validators.empty() ? std::nullopt : std::optional(validators.front().index);
}

}  // namespace

ChainWorker::ChainWorker(const runtime::Runtime& runtime, const crypto::SignatureScheme& scheme,
                         const crypto::AggregateProver& prover, chain::Events& events, Config config,
                         NetworkActor& network, locking::WakeUp& listener)
    : runtime_(runtime),
      prover_(prover),
      events_(events),
      network_(network),
      listener_(listener),
      own_validators_(std::move(config.validators)),
      has_thread_(config.chain_worker),
      chain_(config.anchor, config.is_aggregator, first_of(own_validators_), lock_seams(runtime),
             runtime.meter, scheme, prover, events),
      slots_(chain_.store().config().genesis_time),
      lanes_(lock_seams(runtime), locking::Tier::kPendingBlocks, "chain lanes",
             {kControlMax, kBlocksMax, 1, kAggregatesMax, kVotesMax}),
      results_(runtime.sync, "chain results", kResultsMax),
      room_(runtime.sync, "room for results"),
      ended_(runtime.sync, "chain has ended"),
      aggregation_(lock_seams(runtime), locking::Tier::kCaches, "aggregation"),
      aggregator_(runtime, prover, [this](ProvenRound proven) { take_back(std::move(proven)); }),
      verifiers_(runtime, chain::Decider(runtime.meter, scheme, prover), listener, config.verify_threads) {
  if (config.aggregator_thread) {
    chain_.prove_elsewhere();
  }
  if (config.verify_threads > 0) {
    chain_.verify_elsewhere(
        [this](std::vector<chain::Check> checks) { return verifiers_.decide_all(std::move(checks)); });
  }
  if (!config.bounded_buffers) {
    chain_.keep_without_bound();
  }
}

const char* ChainWorker::ended_thread() const {
  if (ended_.load(std::memory_order_acquire)) {
    return "chain";
  }
  return aggregator_.has_ended() ? "aggregator" : verifiers_.ended_thread();
}

void ChainWorker::begin(std::optional<spec::Slot> started_in) {
  duties_.emplace(std::move(own_validators_), started_in, chain_, network_, runtime_.meter, prover_, events_);
}

void ChainWorker::start() {
  LOCKSTEP_ASSERT(has_thread_ && duties_);
  thread_ = runtime_.scheduler.spawn("chain", [this] { run(); });
}

void ChainWorker::run() {
  const EndNotice notice([this] {
    ended_.store(true, std::memory_order_release);
    listener_.notify();
  });
  while (true) {
    if (chain_.has_work()) {
      if (lanes_.is_closed("chain")) {
        return;
      }
      do_one();
    } else if (std::optional<Work> work = lanes_.pop("chain")) {
      handle(*work);
    } else {
      return;
    }
  }
}

bool ChainWorker::do_one() {
  constexpr auto kUrgentLanes = static_cast<std::size_t>(Lane::kAggregates);  // All that come before it.
  if (std::optional<Work> urgent = lanes_.try_pop("chain", kUrgentLanes)) {
    handle(*urgent);
    return true;
  }
  if (chain_.has_work()) {
    if (const std::optional<chain::BlockResult> result = chain_.step()) {
      settle(*result);
    }
    return true;
  }
  std::optional<Work> work = lanes_.try_pop("chain");
  if (work) {
    handle(*work);
  }
  return work.has_value();
}

void ChainWorker::close() {
  for (const Work& left : lanes_.close_and_take("close")) {
    give_up(left);
  }
  results_.close();
  room_.notify();
  aggregator_.close();
  verifiers_.close();
}

void ChainWorker::join() {
  if (thread_ != nullptr) {
    thread_->join();
    thread_.reset();
  }
  aggregator_.join();
  verifiers_.join();
  while (results_.pop()) {
    // What became of these blocks has been reported; nobody is left to act upon it.
  }
  chain_.shut_down();
}

void ChainWorker::handle(Work& work) {
  if (const auto* to = std::get_if<TickTo>(&work)) {
    tick(to->interval);
  } else if (std::holds_alternative<PollDuties>(work)) {
    duties_->poll(runtime_.clock.wall());
  } else if (auto* block = std::get_if<Block>(&work)) {
    const chain::BlockResult result =
        chain_.on_block(block->root, std::move(block->block), block->origin, block->from);
    chain_.withdraw(block->root);
    settle(result);
  } else if (const auto* proven = std::get_if<std::unique_ptr<ProvenRound>>(&work)) {
    end_round(**proven);
  } else if (auto* aggregate = std::get_if<GossipAggregate>(&work)) {
    take(*aggregate);
  } else if (auto* vote = std::get_if<GossipVote>(&work)) {
    take(*vote);
  }
}

void ChainWorker::take(GossipAggregate& item) {
  const spec::AttestationData data = item.aggregate->data;
  if (chain_.on_gossip_aggregated_attestation(std::move(*item.aggregate), chain::Origin::kGossip) ==
      chain::VoteOutcome::kBuffered) {
    tell(VoteWaits{data, item.from});
  }
}

void ChainWorker::take(GossipVote& item) {
  const spec::AttestationData data = item.vote->data;
  if (chain_.on_gossip_attestation(std::move(*item.vote), chain::Origin::kGossip) ==
      chain::VoteOutcome::kBuffered) {
    tell(VoteWaits{data, item.from});
  }
}

void ChainWorker::tick(spec::Interval target) {
  while (chain_.store().time() < target) {
    if (target - chain_.store().time() > kCatchUpIntervals) {
      chain_.skip_to(target - kCatchUpIntervals);
    }
    std::vector<spec::SignedAggregatedAttestation> made = chain_.tick_interval();
    const spec::Interval interval = chain_.store().time();
    // Asked afresh, as an interval that lasts no longer has no use for a block or an aggregate.
    const bool is_current = slots_.total_intervals(runtime_.clock.wall()) == interval;
    if (is_current) {
      publish(std::move(made));
    }
    begin_round();
    duties_->on_interval(interval, is_current);
    events_.interval_done({.interval = interval, .lateness = lateness_of(interval)});
  }
}

void ChainWorker::begin_round() {
  std::optional<spec::AggregationRound> round = chain_.take_round();
  if (!round) {
    return;
  }
  if (!aggregation_.request("interval")) {
    events_.aggregation_coalesced({.interval = chain_.store().time()});
    return;
  }
  aggregator_.prove(std::move(*round));
}

void ChainWorker::end_round(const ProvenRound& proven) {
  chain_.adopt(proven.round, proven.made);
  publish(proven.made);
  prove_again_if_asked();
}

void ChainWorker::prove_again_if_asked() {
  while (aggregation_.finish("proven")) {
    if (std::optional<spec::AggregationRound> round = chain_.begin_round()) {
      aggregator_.prove(std::move(*round));
      return;
    }
  }
}

void ChainWorker::take_back(ProvenRound proven) {
  Work work = std::make_unique<ProvenRound>(std::move(proven));
  // There is room for the one round that is proven at a time; once the lanes are closed nobody wants it.
  const locking::Queued queued = submit(Lane::kProofs, work);
  LOCKSTEP_ASSERT(queued != locking::Queued::kFull);
}

base::Duration ChainWorker::lateness_of(spec::Interval interval) const {
  const std::int64_t since = runtime_.clock.wall().nanoseconds - slots_.start_of(interval).nanoseconds;
  return base::Duration(std::max<std::int64_t>(since, 0));
}

void ChainWorker::settle(const chain::BlockResult& result) {
  publish(chain_.take_recovered());
  tell(result);
  duties_->poll(runtime_.clock.wall());
}

void ChainWorker::tell(ChainResult result) {
  while (results_.push(result) == locking::Queued::kFull) {
    room_.wait();
  }
  listener_.notify();
}

void ChainWorker::publish(std::vector<spec::SignedAggregatedAttestation> aggregates) {
  for (spec::SignedAggregatedAttestation& aggregate : aggregates) {
    network_.publish_aggregate(std::move(aggregate));
  }
}

void ChainWorker::give_up(const Work& left) {
  if (const auto* block = std::get_if<Block>(&left)) {
    chain_.withdraw(block->root);
    report(events_, block->root, *block->block, block->origin, chain::BlockOutcome::kShutDown);
  } else if (const auto* aggregate = std::get_if<GossipAggregate>(&left)) {
    report(events_, *aggregate->aggregate, chain::Origin::kGossip, chain::VoteOutcome::kShutDown);
  } else if (const auto* vote = std::get_if<GossipVote>(&left)) {
    report(events_, *vote->vote, chain::Origin::kGossip, chain::VoteOutcome::kShutDown);
  }
}

locking::Queued ChainWorker::submit(Lane lane, Work& work) {
  const locking::Queued queued = lanes_.push("submit", static_cast<std::size_t>(lane), work);
  if (!has_thread_ && queued == locking::Queued::kQueued) {
    listener_.notify();
  }
  return queued;
}

bool ChainWorker::tick_to(spec::Interval interval) {
  Work work = TickTo{interval};
  return submit(Lane::kControl, work) == locking::Queued::kQueued;
}

bool ChainWorker::poll_duties() {
  Work work = PollDuties{};
  return submit(Lane::kControl, work) == locking::Queued::kQueued;
}

bool ChainWorker::take_block(const spec::Root& root, chain::SignedBlockPointer block, chain::Origin origin,
                             runtime::PeerId from) {
  chain_.announce(root);
  Work work = Block{root, std::move(block), origin, from};
  const locking::Queued queued = submit(Lane::kBlocks, work);
  if (queued == locking::Queued::kQueued) {
    return true;
  }
  chain_.withdraw(root);
  report(events_, root, *std::get<Block>(work).block, origin, block_refusal(queued));
  return false;
}

bool ChainWorker::take_vote(GossipVote item) {
  Work work = std::move(item);
  const locking::Queued queued = submit(Lane::kVotes, work);
  if (queued != locking::Queued::kQueued) {
    report(events_, *std::get<GossipVote>(work).vote, chain::Origin::kGossip, vote_refusal(queued));
  }
  return queued == locking::Queued::kQueued;
}

bool ChainWorker::take_aggregate(GossipAggregate item) {
  Work work = std::move(item);
  const locking::Queued queued = submit(Lane::kAggregates, work);
  if (queued != locking::Queued::kQueued) {
    report(events_, *std::get<GossipAggregate>(work).aggregate, chain::Origin::kGossip, vote_refusal(queued));
  }
  return queued == locking::Queued::kQueued;
}

std::optional<ChainResult> ChainWorker::next_result() {
  return results_.pop();
}

std::size_t ChainWorker::waiting(chain::Buffer lane) const {
  switch (lane) {
    case chain::Buffer::kBlockLane:
      return lanes_.depth("gauge", static_cast<std::size_t>(Lane::kBlocks));
    case chain::Buffer::kAggregateLane:
      return lanes_.depth("gauge", static_cast<std::size_t>(Lane::kAggregates));
    case chain::Buffer::kVoteLane:
      return lanes_.depth("gauge", static_cast<std::size_t>(Lane::kVotes));
    default:
      return 0;
  }
}

}  // namespace lockstep::node
