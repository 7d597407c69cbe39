// A node's side of the network: takes frames apart, and puts messages, requests and answers into frames.
#pragma once

#include <cstdint>
#include <string_view>

#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/crypto/signatures.h"
#include "node/networking/gossip.h"
#include "node/networking/peers.h"
#include "node/networking/receiver.h"
#include "node/networking/topics.h"
#include "node/runtime/clock.h"
#include "node/runtime/random.h"
#include "node/runtime/transport.h"

namespace lockstep::networking {

/// Owns peers and gossip and speaks to the transport. Knows what bytes mean, not what to do about it: that is
/// the receiver's. Not thread-safe: one thread owns it.
class Network {
 public:
  /// Everything referred to outlives it.
  Network(std::string_view network_name, runtime::Clock& clock, runtime::Random& random,
          runtime::Transport& transport, chain::Events& events, const crypto::SignatureScheme& scheme,
          Receiver& receiver);

  /// Takes what the transport received.
  void handle(const runtime::TransportEvent& event);

  void publish_block(const spec::SignedBlock& block);
  void publish_attestation(const spec::SignedAttestation& vote);
  void publish_aggregate(const spec::SignedAggregatedAttestation& aggregate);

  /// Queues a request; false when the transport would not take it.
  [[nodiscard]] bool request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request);
  /// Answers a peer's request.
  void respond(runtime::PeerId peer, std::uint64_t id, chain::Protocol protocol,
               const chain::Response& response);

  /// Reports something that a peer sent as dropped, and counts it against the peer if it is an offence.
  void drop(runtime::PeerId peer, chain::Drop reason) { peers_.drop(peer, reason); }

  /// To be called once an interval.
  void expire() { gossip_.expire(); }

  [[nodiscard]] const Peers& peers() const { return peers_; }
  [[nodiscard]] const GossipCounts& gossip_counts() const { return gossip_.counts(); }

 private:
  void take_frame(runtime::PeerId from, const runtime::Frame& frame);
  void take_request(runtime::PeerId from, base::ByteView frame);
  void take_response(runtime::PeerId from, base::ByteView frame);

  runtime::Transport& transport_;
  chain::Events& events_;
  Receiver& receiver_;
  Topics topics_;
  Peers peers_;
  Gossip gossip_;
};

}  // namespace lockstep::networking
