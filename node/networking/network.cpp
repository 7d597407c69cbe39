// Routing of frames by their channel.
#include "node/networking/network.h"

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "node/networking/payloads.h"
#include "node/networking/request_codec.h"

namespace lockstep::networking {

Network::Network(std::string_view network_name, runtime::Clock& clock, runtime::Random& random,
                 runtime::Transport& transport, chain::Events& events, const crypto::SignatureScheme& scheme,
                 Receiver& receiver)
    : transport_(transport),
      events_(events),
      receiver_(receiver),
      topics_(network_name),
      peers_(transport, events),
      gossip_(topics_, peers_, clock, random, transport, events, scheme, receiver) {}

void Network::handle(const runtime::TransportEvent& event) {
  if (const auto* received = std::get_if<runtime::FrameReceived>(&event)) {
    take_frame(received->peer, received->frame);
  } else if (const auto* connected = std::get_if<runtime::PeerConnected>(&event)) {
    peers_.connected(connected->peer);
    gossip_.greet(connected->peer);
    receiver_.on_peer_connected(connected->peer);
  } else if (const auto* disconnected = std::get_if<runtime::PeerDisconnected>(&event)) {
    peers_.disconnected(disconnected->peer);
    receiver_.on_peer_disconnected(disconnected->peer);
  }
}

void Network::take_frame(runtime::PeerId from, const runtime::Frame& frame) {
  const Peer* peer = peers_.find(from);
  if (peer == nullptr || peer->banned) {
    return;
  }
  if (frame->empty()) {
    drop(from, chain::Drop::kBadFrame);
    return;
  }
  switch (static_cast<Channel>(frame->front())) {
    case Channel::kGossip:
      gossip_.handle(from, frame);
      return;
    case Channel::kRequest:
      take_request(from, *frame);
      return;
    case Channel::kResponse:
      take_response(from, *frame);
      return;
  }
  drop(from, chain::Drop::kBadFrame);
}

void Network::take_request(runtime::PeerId from, base::ByteView frame) {
  base::ByteView body;
  const std::optional<ExchangeHeader> header = decode_header(frame, body);
  if (!header) {
    drop(from, chain::Drop::kBadRequest);
    return;
  }
  std::optional<chain::Request> request = decode_request(header->protocol, body);
  if (!request) {
    drop(from, chain::Drop::kBadRequest);
    respond(from, header->id, header->protocol,
            chain::RefusedAnswer{.code = chain::ResponseCode::kInvalidRequest, .text = "Invalid request"});
    return;
  }
  receiver_.on_request(from, header->id, std::move(*request));
}

void Network::take_response(runtime::PeerId from, base::ByteView frame) {
  base::ByteView body;
  const std::optional<ExchangeHeader> header = decode_header(frame, body);
  if (!header) {
    drop(from, chain::Drop::kBadResponse);
    return;
  }
  std::optional<chain::Response> response = decode_response(header->protocol, body);
  if (!response) {
    drop(from, chain::Drop::kBadResponse);
    receiver_.on_bad_response(from, header->id);
    return;
  }
  receiver_.on_response(from, header->id, header->protocol, std::move(*response));
}

void Network::publish_block(const spec::SignedBlock& block) {
  gossip_.publish(TopicKind::kBlock, encode_signed_block(block));
}

void Network::publish_attestation(const spec::SignedAttestation& vote) {
  gossip_.publish(TopicKind::kAttestation, encode_signed_attestation(vote));
}

void Network::publish_aggregate(const spec::SignedAggregatedAttestation& aggregate) {
  gossip_.publish(TopicKind::kAggregation, encode_aggregate(aggregate));
}

bool Network::request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) {
  auto frame = std::make_shared<const base::Bytes>(encode_request(id, request));
  if (transport_.send(peer, std::move(frame)) != runtime::SendOutcome::kQueued) {
    return false;
  }
  events_.request_sent({.peer = peer, .id = id, .protocol = static_cast<chain::Protocol>(request.index())});
  return true;
}

void Network::respond(runtime::PeerId peer, std::uint64_t id, chain::Protocol protocol,
                      const chain::Response& response) {
  std::size_t items = 0;
  auto frame = std::make_shared<const base::Bytes>(encode_response(id, protocol, response, items));
  transport_.send(peer, std::move(frame));
  events_.request_served({.peer = peer, .protocol = protocol, .items = items});
}

}  // namespace lockstep::networking
