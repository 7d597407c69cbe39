// Routing of frames by their channel.
#include "node/networking/network.h"

#include <optional>
#include <utility>
#include <variant>

#include "node/networking/payloads.h"

namespace lockstep::networking {

Network::Network(const Membership& membership, runtime::Clock& clock, runtime::Random& random,
                 runtime::Transport& transport, chain::Events& events, const crypto::SignatureScheme& scheme,
                 Receiver& receiver)
    : receiver_(receiver),
      topics_(membership.network_name, membership.subnets),
      peers_(transport, events),
      gossip_(topics_, membership.heard, peers_, clock, random, transport, events, scheme, receiver),
      own_requests_(peers_, clock, transport, events, receiver),
      response_channels_(peers_, clock, transport, events, receiver) {}

void Network::handle(const runtime::TransportEvent& event) {
  if (const auto* received = std::get_if<runtime::FrameReceived>(&event)) {
    take_frame(received->peer, received->frame);
  } else if (const auto* connected = std::get_if<runtime::PeerConnected>(&event)) {
    peers_.connected(connected->peer);
    gossip_.connected(connected->peer);
    receiver_.on_peer_connected(connected->peer);
  } else if (const auto* disconnected = std::get_if<runtime::PeerDisconnected>(&event)) {
    peers_.disconnected(disconnected->peer);
    gossip_.disconnected(disconnected->peer);
    own_requests_.peer_gone(disconnected->peer);
    response_channels_.peer_gone(disconnected->peer);
    receiver_.on_peer_disconnected(disconnected->peer);
  }
}

void Network::drop(runtime::PeerId peer, chain::Drop reason) {
  if (peers_.drop(peer, reason)) {
    gossip_.disconnected(peer);
  }
}

void Network::take_frame(runtime::PeerId from, const runtime::Frame& frame) {
  const Peer* peer = peers_.find(from);
  if (peer == nullptr || peer->banned) {
    return;
  }
  // The channel alone says nothing, either.
  if (frame->size() <= 1) {
    drop(from, chain::Drop::kBadFrame);
    return;
  }
  switch (static_cast<Channel>(frame->front())) {
    case Channel::kGossip:
      gossip_.handle(from, frame);
      return;
    case Channel::kRequest:
      response_channels_.take(from, frame);
      return;
    case Channel::kResponse:
      own_requests_.take(from, frame);
      return;
  }
  drop(from, chain::Drop::kBadFrame);
}

void Network::publish_block(const spec::SignedBlock& block) {
  gossip_.publish(Topics::index(TopicKind::kBlock), encode_signed_block(block));
}

void Network::publish_attestation(const spec::SignedAttestation& vote) {
  gossip_.publish(topics_.attestation(vote.validator_index), encode_signed_attestation(vote));
}

void Network::publish_aggregate(const spec::SignedAggregatedAttestation& aggregate) {
  gossip_.publish(Topics::index(TopicKind::kAggregation), encode_aggregate(aggregate));
}

}  // namespace lockstep::networking
