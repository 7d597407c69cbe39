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

  /// A peer asks; to be answered by Network::respond with the same id, soon. False when there is no room to
  /// take it: the peer is told so.
  [[nodiscard]] virtual bool on_request(runtime::PeerId from, std::uint64_t id, chain::Request request) = 0;
  /// One chunk of the answer to our request `id`, which it agrees with. False when there is no room to take
  /// it: the request ends (kNoRoom).
  [[nodiscard]] virtual bool on_response_chunk(runtime::PeerId from, std::uint64_t id,
                                               chain::ResponseChunk chunk) = 0;
  /// A request of ours is over; comes once for each, after its chunks. False when there is no room to take
  /// it: it is told again later.
  [[nodiscard]] virtual bool on_request_ended(const chain::RequestEnded& ended) = 0;

  virtual void on_peer_connected(runtime::PeerId peer) = 0;
  virtual void on_peer_disconnected(runtime::PeerId peer) = 0;
};

}  // namespace lockstep::networking
