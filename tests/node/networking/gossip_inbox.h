// A receiver that keeps what gossip brings.
#pragma once

#include <cstdint>
#include <vector>

#include "node/networking/receiver.h"

namespace lockstep::test {

class GossipInbox final : public networking::Receiver {
 public:
  void on_gossip_block(runtime::PeerId, chain::SignedBlockPointer block) override { blocks.push_back(block); }
  void on_gossip_attestation(runtime::PeerId, spec::SignedAttestation vote) override {
    votes.push_back(vote);
  }
  void on_gossip_aggregate(runtime::PeerId, spec::SignedAggregatedAttestation one) override {
    aggregates.push_back(one);
  }
  bool on_request(runtime::PeerId, std::uint64_t, chain::Request) override { return true; }
  bool on_response_chunk(runtime::PeerId, std::uint64_t, chain::ResponseChunk) override { return true; }
  bool on_request_ended(const chain::RequestEnded&) override { return true; }
  void on_peer_connected(runtime::PeerId) override {}
  void on_peer_disconnected(runtime::PeerId) override {}

  std::vector<chain::SignedBlockPointer> blocks;
  std::vector<spec::SignedAttestation> votes;
  std::vector<spec::SignedAggregatedAttestation> aggregates;
};

}  // namespace lockstep::test
