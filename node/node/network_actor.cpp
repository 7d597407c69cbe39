// The network thread's turns.
#include "node/node/network_actor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "node/chain/metered.h"
#include "node/node/end_notice.h"
#include "node/node/lock_seams.h"
#include "node/node/refusals.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::node {
namespace {

/// Commands carried out before the transport is looked at again, and the other way round.
constexpr int kCommandsPerTurn = 32;
constexpr int kEventsPerTurn = 16;
/// How long an answer that a peer's send queue refused waits before it is tried again.
constexpr base::Duration kResendPause = std::chrono::milliseconds(5);

}  // namespace

NetworkActor::NetworkActor(const runtime::Runtime& runtime, const Config& config,
                           const crypto::SignatureScheme& scheme, chain::Events& events, Inbox& inbox)
    : runtime_(runtime),
      events_(events),
      inbox_(inbox),
      peers_(lock_seams(runtime)),
      network_({.network_name = config.network_name,
                .subnets = config.attestation_committee_count,
                .heard = subnets_heard(config)},
               runtime.clock, runtime.random, runtime.transport, events, scheme, *this),
      commands_(runtime.sync, "network commands", kCommandsMax),
      bell_(runtime.sync, "network commands"),
      stopping_(runtime.sync, "network stops"),
      ended_(runtime.sync, "network has ended") {}

void NetworkActor::start() {
  thread_ = runtime_.scheduler.spawn("network", [this] { run(); });
}

void NetworkActor::close() {
  commands_.close();
  stopping_.store(true, std::memory_order_release);
  runtime_.transport.interrupt();
}

void NetworkActor::join() {
  if (thread_ != nullptr) {
    thread_->join();
    thread_.reset();
  }
  commands_.close();
  while (const std::optional<NetworkCommand> left = commands_.pop()) {
    events_.command_handled(
        {.command = static_cast<chain::Command>(left->index()), .outcome = chain::CommandOutcome::kShutDown});
  }
  network_.shut_down();
}

void NetworkActor::run() {
  const EndNotice notice([this] { run_out(); });
  while (!is_stopping()) {
    // Answered before the commands are looked at: a command that comes later rings again.
    bell_.answer();
    const bool all_done = carry_out_some();
    network_.poll();
    push_peer_changes();
    take_events(all_done ? patience() : runtime_.clock.now());
    network_.turn();
  }
}

void NetworkActor::run_out() noexcept {
  commands_.close();
  ended_.store(true, std::memory_order_release);
  inbox_.wake.notify();
}

bool NetworkActor::carry_out_some() {
  for (int i = 0; i < kCommandsPerTurn; ++i) {
    std::optional<NetworkCommand> command = commands_.pop();
    if (!command) {
      return true;
    }
    carry_out(std::move(*command));
  }
  return false;
}

void NetworkActor::carry_out(NetworkCommand command) {
  const auto name = static_cast<chain::Command>(command.index());
  bool taken = true;
  if (const auto* block = std::get_if<PublishBlock>(&command)) {
    network_.publish_block(*block->block);
  } else if (const auto* vote = std::get_if<PublishAttestation>(&command)) {
    network_.publish_attestation(vote->vote);
  } else if (const auto* aggregate = std::get_if<PublishAggregate>(&command)) {
    network_.publish_aggregate(aggregate->aggregate);
  } else if (const auto* request = std::get_if<Request>(&command)) {
    network_.request(request->peer, request->id, request->request);
  } else if (auto* respond = std::get_if<Respond>(&command)) {
    taken = network_.respond(respond->peer, respond->id, std::move(respond->response));
  } else if (const auto* complaint = std::get_if<Complain>(&command)) {
    network_.drop(complaint->peer, complaint->reason);
  }
  events_.command_handled(
      {.command = name, .outcome = taken ? chain::CommandOutcome::kDone : chain::CommandOutcome::kRefused});
}

base::Instant NetworkActor::patience() const {
  // An answer that a peer does not take must not keep us turning.
  const base::Instant heartbeat = network_.next_heartbeat();
  return network_.has_work() ? std::min(heartbeat, runtime_.clock.now() + kResendPause) : heartbeat;
}

void NetworkActor::take_events(base::Instant deadline) {
  for (int i = 0; i < kEventsPerTurn; ++i) {
    const std::optional<runtime::TransportEvent> event = runtime_.transport.receive(deadline);
    if (!event) {
      return;
    }
    note_peer(*event);
    handle(*event);
    // Blocks for the first one only: commands may be waiting.
    deadline = {};
  }
}

void NetworkActor::note_peer(const runtime::TransportEvent& event) {
  if (const auto* connected = std::get_if<runtime::PeerConnected>(&event)) {
    peers_.connect("network", connected->peer, connected->address);
  } else if (const auto* disconnected = std::get_if<runtime::PeerDisconnected>(&event)) {
    peers_.disconnect("network", disconnected->peer);
  }
}

void NetworkActor::handle(const runtime::TransportEvent& event) {
  if (!std::holds_alternative<runtime::FrameReceived>(event)) {
    network_.handle(event);
    return;
  }
  chain::metered(runtime_.meter, runtime::Work::kDecode, 1, [&] { network_.handle(event); });
}

bool NetworkActor::try_send(NetworkCommand command) {
  const auto name = static_cast<chain::Command>(command.index());
  events_.input_entered({.input = chain::Input::kCommand, .origin = chain::Origin::kOwn});
  switch (commands_.push(command)) {
    case locking::Queued::kQueued:
      if (bell_.ring()) {
        runtime_.transport.interrupt();
      }
      return true;
    case locking::Queued::kFull:
      events_.command_handled({.command = name, .outcome = chain::CommandOutcome::kQueueFull});
      return false;
    case locking::Queued::kClosed:
      events_.command_handled({.command = name, .outcome = chain::CommandOutcome::kClosed});
      return false;
  }
  return false;
}

void NetworkActor::publish_block(chain::SignedBlockPointer block) {
  try_send(PublishBlock{std::move(block)});
}

void NetworkActor::publish_attestation(const spec::SignedAttestation& vote) {
  try_send(PublishAttestation{vote});
}

void NetworkActor::publish_aggregate(spec::SignedAggregatedAttestation aggregate) {
  try_send(PublishAggregate{std::move(aggregate)});
}

bool NetworkActor::request(runtime::PeerId peer, std::uint64_t id, chain::Request request) {
  return try_send(Request{peer, id, std::move(request)});
}

bool NetworkActor::respond(runtime::PeerId peer, std::uint64_t id, chain::Response response) {
  return try_send(Respond{peer, id, std::move(response)});
}

void NetworkActor::complain(runtime::PeerId peer, chain::Drop reason) {
  try_send(Complain{peer, reason});
}

void NetworkActor::on_gossip_block(runtime::PeerId from, chain::SignedBlockPointer block) {
  events_.input_entered({.input = chain::Input::kBlock, .origin = chain::Origin::kGossip});
  GossipBlock item{from, spec::hash_tree_root(block->block), std::move(block)};
  const locking::Queued queued = inbox_.blocks.push(item);
  if (queued != locking::Queued::kQueued) {
    report(events_, item.root, *item.block, chain::Origin::kGossip, block_refusal(queued));
  }
  inbox_.wake.notify();
}

void NetworkActor::on_gossip_attestation(runtime::PeerId from, spec::SignedAttestation vote) {
  events_.input_entered({.input = chain::Input::kAttestation, .origin = chain::Origin::kGossip});
  GossipVote item{from, std::make_unique<spec::SignedAttestation>(std::move(vote))};
  const locking::Queued queued = inbox_.votes.push(item);
  if (queued != locking::Queued::kQueued) {
    report(events_, *item.vote, chain::Origin::kGossip, vote_refusal(queued));
  }
  inbox_.wake.notify();
}

void NetworkActor::on_gossip_aggregate(runtime::PeerId from, spec::SignedAggregatedAttestation aggregate) {
  events_.input_entered({.input = chain::Input::kAggregate, .origin = chain::Origin::kGossip});
  GossipAggregate item{from, std::make_unique<spec::SignedAggregatedAttestation>(std::move(aggregate))};
  const locking::Queued queued = inbox_.aggregates.push(item);
  if (queued != locking::Queued::kQueued) {
    report(events_, *item.aggregate, chain::Origin::kGossip, vote_refusal(queued));
  }
  inbox_.wake.notify();
}

bool NetworkActor::on_request(runtime::PeerId from, std::uint64_t id, chain::Request request) {
  if (const auto* status = std::get_if<spec::Status>(&request)) {
    peers_.set_latest_status("asked by it", from, *status);
  }
  return push(RequestCame{from, id, std::move(request)});
}

bool NetworkActor::on_response_chunk(runtime::PeerId from, std::uint64_t id, chain::ResponseChunk chunk) {
  if (const auto* status = std::get_if<spec::Status>(&chunk)) {
    peers_.set_latest_status("answered by it", from, *status);
  }
  return push(ChunkCame{from, id, std::move(chunk)});
}

bool NetworkActor::on_request_ended(const chain::RequestEnded& ended) {
  return push(ended);
}

bool NetworkActor::push(Exchange exchange) {
  if (inbox_.exchanges.push(exchange) != locking::Queued::kQueued) {
    return false;
  }
  inbox_.wake.notify();
  return true;
}

void NetworkActor::on_peer_connected(runtime::PeerId peer) {
  peer_changes_.emplace_back(PeerUp{peer});
  push_peer_changes();
}

void NetworkActor::on_peer_disconnected(runtime::PeerId peer) {
  peer_changes_.emplace_back(PeerDown{peer});
  push_peer_changes();
}

void NetworkActor::push_peer_changes() {
  bool pushed = false;
  while (!peer_changes_.empty() && inbox_.exchanges.push(peer_changes_.front()) == locking::Queued::kQueued) {
    peer_changes_.pop_front();
    pushed = true;
  }
  if (pushed) {
    inbox_.wake.notify();
  }
}

}  // namespace lockstep::node
