// A node's side of the network: takes frames apart, and puts messages, requests and answers into frames.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/crypto/signatures.h"
#include "node/networking/gossip.h"
#include "node/networking/own_requests.h"
#include "node/networking/peers.h"
#include "node/networking/receiver.h"
#include "node/networking/response_channels.h"
#include "node/networking/topics.h"
#include "node/runtime/clock.h"
#include "node/runtime/random.h"
#include "node/runtime/transport.h"

namespace lockstep::networking {

/// What a node takes part in: blocks and aggregates of its network, and the votes of some subnets.
struct Membership {
  /// The network's name within topics.
  std::string_view network_name;
  /// Into how many subnets its votes are spread.
  std::uint64_t subnets = spec::ATTESTATION_COMMITTEE_COUNT;
  /// The subnets whose votes are heard; those that do not exist count for nothing.
  spec::SubnetSet heard = ~spec::SubnetSet();
};

/// Owns peers and gossip and speaks to the transport. Knows what bytes mean, not what to do about it: that is
/// the receiver's. Not thread-safe: one thread owns it.
class Network {
 public:
  /// Everything referred to, but for the name, outlives it.
  Network(const Membership& membership, runtime::Clock& clock, runtime::Random& random,
          runtime::Transport& transport, chain::Events& events, const crypto::SignatureScheme& scheme,
          Receiver& receiver);

  /// Takes what the transport received.
  void handle(const runtime::TransportEvent& event);

  void publish_block(const spec::SignedBlock& block);
  void publish_attestation(const spec::SignedAttestation& vote);
  void publish_aggregate(const spec::SignedAggregatedAttestation& aggregate);

  /// Sends a request. Receiver::on_request_ended tells how it ended, never at once: also if the transport
  /// would not take it. Requires: no request had this id before.
  void request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) {
    own_requests_.send(peer, id, request);
  }
  /// Answers a peer's request, chunk by chunk as the transport takes them. False when the request is over.
  bool respond(runtime::PeerId peer, std::uint64_t id, chain::Response response) {
    return response_channels_.respond(peer, id, std::move(response));
  }

  /// Reports something that a peer sent as dropped, and counts it against the peer if it is an offence.
  void drop(runtime::PeerId peer, chain::Drop reason);

  /// When poll() has something to do again: whoever waits for events waits no longer than that.
  [[nodiscard]] base::Instant next_heartbeat() const { return gossip_.next_heartbeat(); }
  /// Does gossip's heartbeat when its time has come. To be called at next_heartbeat(), or whenever
  /// convenient.
  void poll() { gossip_.poll(); }
  /// Goes on with answers, ends requests that took too long. To be called once for each batch of events.
  void turn() {
    own_requests_.turn();
    response_channels_.turn();
  }
  /// Reports the end of whatever is under way, and the last counts: the node ends.
  void shut_down() {
    own_requests_.shut_down();
    response_channels_.shut_down();
    gossip_.report();
  }
  /// Whether turn() may have something to send at once, so that nobody should wait for an event first.
  [[nodiscard]] bool has_work() const { return response_channels_.has_work(); }

  [[nodiscard]] const Peers& peers() const { return peers_; }
  [[nodiscard]] const GossipCounts& gossip_counts() const { return gossip_.counts(); }
  [[nodiscard]] const Gossipsub& gossipsub() const { return gossip_.gossipsub(); }

 private:
  void take_frame(runtime::PeerId from, const runtime::Frame& frame);

  Receiver& receiver_;
  Topics topics_;
  Peers peers_;
  Gossip gossip_;
  OwnRequests own_requests_;
  ResponseChannels response_channels_;
};

}  // namespace lockstep::networking
