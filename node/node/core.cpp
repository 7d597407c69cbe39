// The main thread's turns, and the beginning and end of all threads.
#include "node/node/core.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "node/base/assert.h"
#include "node/node/refusals.h"
#include "node/spec/slot.h"

namespace lockstep::node {
namespace {

// One turn's batch of each queue. The slot clock is looked at again after it.
constexpr int kResultsPerTurn = 64;
constexpr int kExchangesPerTurn = 32;
constexpr int kBlocksPerTurn = 16;
constexpr int kVotesPerTurn = 64;

}  // namespace

Node::Core::Core(const runtime::Runtime& runtime, const crypto::SignatureScheme& scheme,
                 const crypto::AggregateProver& prover, chain::Events& events, const Config& config)
    : runtime_(runtime),
      events_(events),
      has_chain_thread_(config.chain_worker),
      has_validators_(!config.validators.empty()),
      drain_is_bounded_(config.bounded_drain),
      inbox_(runtime.sync),
      network_(runtime, config, scheme, events, inbox_),
      worker_(runtime, scheme, prover, events, config, network_, inbox_.wake),
      sync_(worker_.reader(), *this, runtime.random, events,
            {.fetch_cap = config.fetch_cap, .gating = config.sync_gating}),
      timer_(runtime.clock, worker_.chain().store().config().genesis_time, worker_.chain().store().time()),
      watchdog_(runtime, events),
      stopping_(runtime.sync, "node stops"),
      stop_mutex_(runtime.sync, "stop") {}

void Node::Core::start() {
  LOCKSTEP_ASSERT_MSG(!was_started_ && !stopping_.load(), "a node is started once");
  was_started_ = true;
  worker_.begin(timer_.current_slot());
  if (has_chain_thread_) {
    worker_.start();
  }
  // Before the main thread, which asks it to end.
  watchdog_.start();
  thread_ = runtime_.scheduler.spawn("main", [this] { run(); });
  // Last, so that everybody who is sent something is there.
  network_.start();
}

void Node::Core::request_stop() {
  stopping_.store(true);
  inbox_.wake.notify();
}

void Node::Core::stop() {
  const std::lock_guard only(stop_mutex_);
  if (!was_started_) {
    return;
  }
  request_stop();
  if (thread_ != nullptr) {
    thread_->join();
    thread_.reset();
  }
  // The main thread has asked the others to end, unless it was itself cut short.
  shut();
  network_.join();
  worker_.join();
  watchdog_.join();
  give_up_inbox();
}

void Node::Core::shut() {
  network_.close();
  worker_.close();
  watchdog_.close();
}

Status Node::Core::status() const {
  const chain::ChainView view = reader().view("status");
  return {.time = view.time,
          .head = view.head,
          .safe_target = view.safe_target,
          .justified = view.justified,
          .finalized = view.finalized};
}

void Node::Core::run() {
  while (!stopping_.load() && !lost_a_thread()) {
    watchdog_.alive();
    tick();
    bool busy = work();
    while (busy && !drain_is_bounded_ && !stopping_.load()) {
      busy = work();
    }
    if (!busy) {
      inbox_.wake.wait_until(timer_.next_look(alarm_));
    }
  }
  shut();
}

bool Node::Core::work() {
  const bool took = take_batch();
  return (!has_chain_thread_ && worker_.do_one()) || took;
}

bool Node::Core::lost_a_thread() {
  const char* const name = network_.has_ended() ? "network" : worker_.ended_thread();
  if (name == nullptr) {
    return false;
  }
  events_.thread_died({.name = name});
  return true;
}

void Node::Core::tick() {
  while (const std::optional<DueInterval> due = timer_.take_due()) {
    events_.tick_happened({.interval = due->interval, .lateness = due->lateness, .skipped = due->skipped});
    untold_ = due->interval;
    send_tick();
    if (spec::interval_in_slot(due->interval) == 1 && due->is_current && has_validators_) {
      alarm_ = base::WallTime{timer_.start_of(due->interval).nanoseconds +
                              validator::kAttestationDelayMax.count()};
    }
    sync_.on_interval(due->interval);
    report_levels();
  }
  send_tick();
  poll_when_due();
}

void Node::Core::send_tick() {
  if (untold_ && worker_.tick_to(*untold_)) {
    untold_.reset();
  }
}

void Node::Core::poll_when_due() {
  if (alarm_ && runtime_.clock.wall() >= *alarm_ && worker_.poll_duties()) {
    alarm_.reset();
  }
}

bool Node::Core::take_batch() {
  const bool results = take_results();
  const bool exchanges = take_exchanges();
  const bool blocks = take_blocks();
  const bool votes = take_votes();
  return results || exchanges || blocks || votes;
}

bool Node::Core::take_results() {
  int taken = 0;
  for (; taken < kResultsPerTurn; ++taken) {
    const std::optional<ChainResult> result = worker_.next_result();
    if (!result) {
      break;
    }
    if (const auto* block = std::get_if<chain::BlockResult>(&*result)) {
      sync_.on_block_result(*block);
    } else if (const auto* wait = std::get_if<VoteWaits>(&*result)) {
      sync_.on_vote_waits(wait->data, wait->from);
    }
  }
  if (taken > 0) {
    worker_.made_room();
  }
  return taken > 0;
}

bool Node::Core::take_exchanges() {
  int taken = 0;
  for (; taken < kExchangesPerTurn; ++taken) {
    std::optional<Exchange> exchange = inbox_.exchanges.pop();
    if (!exchange) {
      break;
    }
    route(std::move(*exchange));
  }
  return taken > 0;
}

bool Node::Core::take_blocks() {
  int taken = 0;
  for (; taken < kBlocksPerTurn; ++taken) {
    std::optional<GossipBlock> item = inbox_.blocks.pop();
    if (!item) {
      break;
    }
    worker_.take_block(item->root, std::move(item->block), chain::Origin::kGossip, item->from);
  }
  return taken > 0;
}

bool Node::Core::take_votes() {
  int taken = 0;
  for (; taken < kVotesPerTurn; ++taken) {
    std::optional<GossipAggregate> aggregate = inbox_.aggregates.pop();
    std::optional<GossipVote> vote = inbox_.votes.pop();
    if (!aggregate && !vote) {
      break;
    }
    const bool wanted = sync_.wants_votes();
    if (aggregate && wanted) {
      worker_.take_aggregate(std::move(*aggregate));
    } else if (aggregate) {
      report(events_, *aggregate->aggregate, chain::Origin::kGossip, chain::VoteOutcome::kNotSynced);
    }
    if (vote && wanted) {
      worker_.take_vote(std::move(*vote));
    } else if (vote) {
      report(events_, *vote->vote, chain::Origin::kGossip, chain::VoteOutcome::kNotSynced);
    }
  }
  return taken > 0;
}

void Node::Core::route(Exchange exchange) {
  if (const auto* up = std::get_if<PeerUp>(&exchange)) {
    sync_.on_peer_connected(up->peer);
  } else if (const auto* down = std::get_if<PeerDown>(&exchange)) {
    sync_.on_peer_disconnected(down->peer);
  } else if (const auto* request = std::get_if<RequestCame>(&exchange)) {
    sync_.on_request(request->from, request->id, request->request);
  } else if (const auto* chunk = std::get_if<ChunkCame>(&exchange)) {
    sync_.on_response_chunk(chunk->from, chunk->id, chunk->chunk);
  } else if (const auto* ended = std::get_if<chain::RequestEnded>(&exchange)) {
    sync_.on_request_ended(*ended);
  }
}

void Node::Core::give_up_inbox() {
  using chain::Origin;
  while (const auto block = inbox_.blocks.pop()) {
    report(events_, block->root, *block->block, Origin::kGossip, chain::BlockOutcome::kShutDown);
  }
  while (const auto aggregate = inbox_.aggregates.pop()) {
    report(events_, *aggregate->aggregate, Origin::kGossip, chain::VoteOutcome::kShutDown);
  }
  while (const auto vote = inbox_.votes.pop()) {
    report(events_, *vote->vote, Origin::kGossip, chain::VoteOutcome::kShutDown);
  }
}

void Node::Core::report_levels() {
  using chain::Buffer;
  report_level(Buffer::kCommandQueue, network_.commands_waiting(), NetworkActor::kCommandsMax);
  report_level(Buffer::kExchangeQueue, inbox_.exchanges.size(), Inbox::kExchangesMax);
  report_level(Buffer::kBlockQueue, inbox_.blocks.size(), Inbox::kBlocksMax);
  report_level(Buffer::kVoteQueue, inbox_.votes.size(), Inbox::kVotesMax);
  report_level(Buffer::kAggregateQueue, inbox_.aggregates.size(), Inbox::kAggregatesMax);
  report_level(Buffer::kBlockLane, worker_.waiting(Buffer::kBlockLane), ChainWorker::kBlocksMax);
  report_level(Buffer::kAggregateLane, worker_.waiting(Buffer::kAggregateLane), ChainWorker::kAggregatesMax);
  report_level(Buffer::kVoteLane, worker_.waiting(Buffer::kVoteLane), ChainWorker::kVotesMax);
}

void Node::Core::report_level(chain::Buffer buffer, std::size_t size, std::size_t bound) {
  // Most are empty most of the time.
  if (std::exchange(levels_[static_cast<std::size_t>(buffer)], size) != size) {
    events_.buffer_level({.buffer = buffer, .size = size, .bound = bound});
  }
}

bool Node::Core::request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) {
  return network_.request(peer, id, request);
}

bool Node::Core::respond(runtime::PeerId peer, std::uint64_t id, const chain::Response& response) {
  return network_.respond(peer, id, response);
}

bool Node::Core::import_block(const spec::Root& root, chain::SignedBlockPointer block, runtime::PeerId from) {
  events_.input_entered({.input = chain::Input::kBlock, .origin = chain::Origin::kSync});
  return worker_.take_block(root, std::move(block), chain::Origin::kSync, from);
}

void Node::Core::complain(runtime::PeerId peer, chain::Drop reason) {
  network_.complain(peer, reason);
}

}  // namespace lockstep::node
