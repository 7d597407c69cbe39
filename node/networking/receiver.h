// Who takes what the network delivers.
#pragma once

#include <cstdint>

#include "node/chain/events.h"
#include "node/chain/exchange.h"
#include "node/runtime/transport.h"
#include "node/spec/containers.h"

namespace lockstep::networking {

/// Takes decoded messages, on the thread that hands frames to Network. Gossip arrives here once however many
/// peers sent it, and has already been forwarded; nothing about its content has been checked but its form.
class Receiver {
 public:
  virtual ~Receiver() = default;

  virtual void on_gossip_block(runtime::PeerId from, chain::SignedBlockPointer block) = 0;
  virtual void on_gossip_attestation(runtime::PeerId from, spec::SignedAttestation vote) = 0;
  virtual void on_gossip_aggregate(runtime::PeerId from, spec::SignedAggregatedAttestation aggregate) = 0;

  /// A peer asks; to be answered by Network::respond with the same id, or not at all.
  virtual void on_request(runtime::PeerId from, std::uint64_t id, chain::Request request) = 0;
  /// A peer answers. Whether `id` was ever asked is for the receiver to know.
  virtual void on_response(runtime::PeerId from, std::uint64_t id, chain::Protocol protocol,
                           chain::Response response) = 0;
  /// A peer sent a response that cannot be read; the request that it belonged to will not be answered.
  virtual void on_bad_response(runtime::PeerId from, std::uint64_t id) = 0;

  virtual void on_peer_connected(runtime::PeerId peer) = 0;
  virtual void on_peer_disconnected(runtime::PeerId peer) = 0;
};

}  // namespace lockstep::networking
