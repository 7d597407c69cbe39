// The wiring of a node's rooms, and its main loop.
#include "node/node/node.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "node/base/assert.h"
#include "node/chain/chain.h"
#include "node/networking/network.h"
#include "node/node/slot_timer.h"
#include "node/sync/sync.h"
#include "node/validator/duties.h"

namespace lockstep::node {
namespace {

/// Events taken from the transport before the slot clock is looked at again.
constexpr int kEventsPerTurn = 16;

/// How soon answers to peers are gone on with when nothing else happens.
constexpr base::Duration kResendPause = std::chrono::milliseconds(5);

}  // namespace

/// The node behind its handle: takes what the network delivers, and carries what sync and validators send.
class Node::Core final : public networking::Receiver, public sync::Wire, public validator::Publisher {
 public:
  Core(const runtime::Runtime& runtime, const crypto::SignatureScheme& scheme,
       const crypto::AggregateProver& prover, chain::Events& events, Config config)
      : runtime_(runtime),
        prover_(prover),
        events_(events),
        own_validators_(std::move(config.validators)),
        chain_(config.anchor, config.is_aggregator,
               own_validators_.empty() ? std::nullopt : std::optional(own_validators_.front().index),
               {.sync = runtime.sync, .scheduler = runtime.scheduler, .clock = runtime.clock}, runtime.meter,
               scheme, prover, events),
        network_(config.network_name, runtime.clock, runtime.random, runtime.transport, events, scheme,
                 *this),
        sync_(chain_.reader(), *this, runtime.random, events),
        timer_(runtime.clock, chain_.store().config().genesis_time, chain_.store().time()) {}

  void start() {
    LOCKSTEP_ASSERT_MSG(thread_ == nullptr && !stopping_, "a node is started once");
    thread_ = runtime_.scheduler.spawn("main", [this] { run(); });
  }

  void request_stop() {
    stopping_ = true;
    runtime_.transport.interrupt();
  }

  void stop() {
    if (thread_ != nullptr) {
      request_stop();
      thread_->join();
      thread_.reset();
    }
  }

  [[nodiscard]] Status status() const {
    return {.time = chain_.store().time(),
            .head = chain_.head(),
            .safe_target = chain_.safe_target(),
            .justified = chain_.store().latest_justified(),
            .finalized = chain_.store().latest_finalized()};
  }

  [[nodiscard]] const chain::ChainReader& reader() const { return chain_.reader(); }
  [[nodiscard]] runtime::Atomic<bool>& aggregator_role() { return chain_.aggregator_role(); }

  [[nodiscard]] std::uint64_t store_digest(bool whole) const { return chain_.digest(whole); }

  // networking::Receiver

  void on_gossip_block(runtime::PeerId from, chain::SignedBlockPointer block) override {
    settle(chain_.on_block(std::move(block), chain::Origin::kGossip, from));
  }
  void on_gossip_attestation(runtime::PeerId from, spec::SignedAttestation vote) override {
    const spec::AttestationData data = vote.data;
    note_wait(chain_.on_gossip_attestation(std::move(vote), chain::Origin::kGossip), data, from);
  }
  void on_gossip_aggregate(runtime::PeerId from, spec::SignedAggregatedAttestation aggregate) override {
    const spec::AttestationData data = aggregate.data;
    note_wait(chain_.on_gossip_aggregated_attestation(std::move(aggregate), chain::Origin::kGossip), data,
              from);
  }
  bool on_request(runtime::PeerId from, std::uint64_t id, chain::Request request) override {
    sync_.on_request(from, id, request);
    return true;
  }
  bool on_response_chunk(runtime::PeerId from, std::uint64_t id, chain::ResponseChunk chunk) override {
    sync_.on_response_chunk(from, id, chunk);
    return true;
  }
  bool on_request_ended(const chain::RequestEnded& ended) override {
    sync_.on_request_ended(ended);
    return true;
  }
  void on_peer_connected(runtime::PeerId peer) override { sync_.on_peer_connected(peer); }
  void on_peer_disconnected(runtime::PeerId peer) override { sync_.on_peer_disconnected(peer); }

  // sync::Wire

  bool request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) override {
    network_.request(peer, id, request);
    return true;
  }
  bool respond(runtime::PeerId peer, std::uint64_t id, const chain::Response& response) override {
    return network_.respond(peer, id, response);
  }
  bool import_block(const spec::Root& root, chain::SignedBlockPointer block, runtime::PeerId from) override {
    chain_.enqueue_block(root, std::move(block), chain::Origin::kSync, from);
    return true;
  }
  void complain(runtime::PeerId peer, chain::Drop reason) override { network_.drop(peer, reason); }

  // validator::Publisher

  void publish_block(const spec::SignedBlock& block) override { network_.publish_block(block); }
  void publish_attestation(const spec::SignedAttestation& vote) override {
    network_.publish_attestation(vote);
  }

 private:
  void run() {
    duties_.emplace(std::move(own_validators_), timer_.current_slot(), chain_, *this, runtime_.meter, prover_,
                    events_);
    while (!stopping_) {
      tick();
      network_.poll();
      if (duties_->deadline()) {
        duties_->poll(runtime_.clock.wall());
      }
      if (chain_.has_work()) {
        work();
        take_events(runtime_.clock.now());
      } else if (network_.has_work()) {
        // An answer that a peer does not take must not keep us turning.
        take_events(runtime_.clock.now() + kResendPause);
      } else {
        take_events(std::min(timer_.next_look(duties_->deadline()), network_.next_heartbeat()));
      }
      network_.turn();
    }
  }

  /// Acts upon every interval that has begun, the clock being read again for each.
  void tick() {
    while (const std::optional<DueInterval> due = timer_.take_due()) {
      if (due->skipped > 0) {
        chain_.skip_to(due->interval - 1);
      }
      const std::vector<spec::SignedAggregatedAttestation> made = chain_.tick_interval();
      events_.tick_happened({.interval = due->interval, .lateness = due->lateness, .skipped = due->skipped});
      if (due->is_current) {
        publish(made);
      }
      duties_->on_interval(due->interval, due->is_current);
      sync_.on_interval(due->interval);
    }
  }

  /// One piece of what waits inside the chain.
  void work() {
    if (const std::optional<chain::BlockResult> result = chain_.step()) {
      settle(*result);
    }
  }

  /// Takes events until there is none, or until enough were taken to look at the clock again, or until the
  /// chain has work of its own. Blocks for the first one until `deadline`.
  void take_events(base::Instant deadline) {
    for (int i = 0; i < kEventsPerTurn; ++i) {
      const std::optional<runtime::TransportEvent> event = runtime_.transport.receive(deadline);
      if (!event) {
        return;
      }
      network_.handle(*event);
      if (chain_.has_work()) {
        return;
      }
    }
  }

  void note_wait(chain::VoteOutcome outcome, const spec::AttestationData& data, runtime::PeerId from) {
    if (outcome == chain::VoteOutcome::kBuffered) {
      sync_.on_vote_waits(data, from);
    }
  }

  void settle(const chain::BlockResult& result) {
    publish(chain_.take_recovered());
    sync_.on_block_result(result);
    duties_->poll(runtime_.clock.wall());
  }

  void publish(const std::vector<spec::SignedAggregatedAttestation>& aggregates) {
    for (const spec::SignedAggregatedAttestation& aggregate : aggregates) {
      network_.publish_aggregate(aggregate);
    }
  }

  const runtime::Runtime runtime_;
  const crypto::AggregateProver& prover_;
  chain::Events& events_;
  std::vector<OwnValidator> own_validators_;
  chain::Chain chain_;
  networking::Network network_;
  sync::Sync sync_;
  SlotTimer timer_;
  /// Made when the node starts, as it must know in which slot that was.
  std::optional<validator::Duties> duties_;
  std::unique_ptr<runtime::Thread> thread_;
  std::atomic<bool> stopping_ = false;
};

Node::Node(const runtime::Runtime& runtime, const crypto::SignatureScheme& scheme,
           const crypto::AggregateProver& prover, chain::Events& events, Config config)
    : core_(std::make_unique<Core>(runtime, scheme, prover, events, std::move(config))) {}

Node::~Node() = default;

void Node::start() {
  core_->start();
}

void Node::stop() {
  core_->stop();
}

void Node::request_stop() {
  core_->request_stop();
}

Status Node::status() const {
  return core_->status();
}

const chain::ChainReader& Node::reader() const {
  return core_->reader();
}

runtime::Atomic<bool>& Node::aggregator_role() {
  return core_->aggregator_role();
}

std::uint64_t Node::store_digest(bool whole) const {
  return core_->store_digest(whole);
}

}  // namespace lockstep::node
