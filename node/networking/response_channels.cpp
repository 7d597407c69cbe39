// Opening, feeding and closing of response channels.
#include "node/networking/response_channels.h"

#include <iterator>
#include <memory>
#include <variant>

namespace lockstep::networking {

void ResponseChannels::take(runtime::PeerId from, const runtime::Frame& frame) {
  base::ByteView body;
  const std::optional<ExchangeHeader> header = decode_header(*frame, body);
  if (!header || !header->names_protocol()) {
    peers_.drop(from, header ? chain::Drop::kUnknownRequest : chain::Drop::kBadRequest);
    return;
  }
  const auto protocol = static_cast<chain::Protocol>(header->protocol);
  const Key key(from, header->id);
  if (channels_.contains(key)) {
    // The channel is the other request's; this one gets no answer of its own.
    peers_.drop(from, chain::Drop::kBadRequest);
    return;
  }
  if (channels_.size() >= kChannelsMax || channels_of(from) >= kChannelsPerPeerMax) {
    peers_.drop(from, chain::Drop::kTooManyRequests);
    refuse(from, header->id, protocol, chain::ResponseCode::kServerError, "Too many requests");
    return;
  }
  base::Result<chain::Request, chain::Drop> request = decode_request(protocol, body);
  if (!request) {
    peers_.drop(from, request.error());
    refuse(from, header->id, protocol, chain::ResponseCode::kInvalidRequest, "Invalid request");
    return;
  }
  channels_.emplace(
      key,
      Channel{.protocol = protocol, .deadline = clock_.now() + kChannelIdleMax, .answer = {}, .refused = {}});
  report_level();
  events_.request_received({.peer = from, .id = header->id, .protocol = protocol});
  if (!receiver_.on_request(from, header->id, *std::move(request))) {
    respond(from, header->id,
            chain::RefusedAnswer{.code = chain::ResponseCode::kServerError, .text = "Busy"});
  }
}

std::size_t ResponseChannels::channels_of(runtime::PeerId peer) const {
  std::size_t count = 0;
  for (auto at = channels_.lower_bound(Key(peer, 0)); at != channels_.end() && at->first.first == peer;
       ++at) {
    ++count;
  }
  return count;
}

void ResponseChannels::refuse(runtime::PeerId peer, std::uint64_t id, chain::Protocol protocol,
                              chain::ResponseCode code, const char* text) {
  auto frame = std::make_shared<const base::Bytes>(
      encode_piece(id, protocol, 0, chain::RefusedAnswer{.code = code, .text = text}));
  // Whoever breaks the rules may also be left without a word.
  static_cast<void>(transport_.send(peer, std::move(frame)));
}

bool ResponseChannels::respond(runtime::PeerId peer, std::uint64_t id, chain::Response response) {
  const auto place = channels_.find(Key(peer, id));
  if (place == channels_.end() || place->second.answer) {
    return false;
  }
  place->second.answer = std::move(response);
  ++answering_;
  pump(place);
  return true;
}

ResponsePiece ResponseChannels::piece_of(const Channel& channel) {
  if (const auto* status = std::get_if<chain::StatusAnswer>(&*channel.answer)) {
    return status->status;
  }
  if (const auto* refused = std::get_if<chain::RefusedAnswer>(&*channel.answer)) {
    return *refused;
  }
  const auto& blocks = std::get<chain::BlocksAnswer>(*channel.answer).blocks;
  if (channel.next < blocks.size() && channel.bytes < kServedBytesMax) {
    return blocks[channel.next];
  }
  return EndOfResponse{};
}

bool ResponseChannels::is_last(const ResponsePiece& piece) {
  return !std::holds_alternative<chain::SignedBlockPointer>(piece);
}

ResponseChannels::Channels::iterator ResponseChannels::pump(Channels::iterator place) {
  const auto& [peer, id] = place->first;
  Channel& channel = place->second;
  for (std::size_t sent = 0; sent < kChunksPerTurn; ++sent) {
    const ResponsePiece piece = piece_of(channel);
    if (channel.refused == nullptr) {
      channel.refused =
          std::make_shared<const base::Bytes>(encode_piece(id, channel.protocol, channel.next, piece));
    }
    const std::size_t size = channel.refused->size();
    const runtime::SendOutcome outcome = transport_.send(peer, channel.refused);
    if (outcome == runtime::SendOutcome::kFull) {
      peers_.refused(peer);
      return std::next(place);
    }
    if (outcome != runtime::SendOutcome::kQueued) {
      return close(place, outcome == runtime::SendOutcome::kClosed ? chain::ServedEnd::kDisconnected
                                                                   : chain::ServedEnd::kStalled);
    }
    channel.refused.reset();
    channel.deadline = clock_.now() + kChannelIdleMax;
    if (is_last(piece)) {
      return close(place, std::holds_alternative<chain::RefusedAnswer>(piece) ? chain::ServedEnd::kRefused
                                                                              : chain::ServedEnd::kComplete);
    }
    ++channel.next;
    channel.bytes += size;
  }
  return std::next(place);
}

ResponseChannels::Channels::iterator ResponseChannels::close(Channels::iterator place, chain::ServedEnd how) {
  const auto& [key, channel] = *place;
  const bool is_status = channel.protocol == chain::Protocol::kStatus && how == chain::ServedEnd::kComplete;
  events_.request_served({.peer = key.first,
                          .id = key.second,
                          .protocol = channel.protocol,
                          .end = how,
                          .items = is_status ? 1 : channel.next});
  answering_ -= channel.answer ? 1 : 0;
  const auto next = channels_.erase(place);
  report_level();
  return next;
}

void ResponseChannels::peer_gone(runtime::PeerId peer) {
  for (auto at = channels_.lower_bound(Key(peer, 0)); at != channels_.end() && at->first.first == peer;) {
    at = close(at, chain::ServedEnd::kDisconnected);
  }
}

void ResponseChannels::shut_down() {
  for (auto at = channels_.begin(); at != channels_.end();) {
    at = close(at, chain::ServedEnd::kShutDown);
  }
}

void ResponseChannels::turn() {
  const base::Instant now = clock_.now();
  for (auto at = channels_.begin(); at != channels_.end();) {
    if (at->second.deadline <= now) {
      at = close(at, at->second.answer ? chain::ServedEnd::kStalled : chain::ServedEnd::kUnanswered);
    } else {
      at = at->second.answer ? pump(at) : std::next(at);
    }
  }
}

void ResponseChannels::report_level() {
  events_.buffer_level(
      {.buffer = chain::Buffer::kResponseChannels, .size = channels_.size(), .bound = kChannelsMax});
}

}  // namespace lockstep::networking
