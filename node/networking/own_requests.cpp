// Bookkeeping of requests under way.
#include "node/networking/own_requests.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "node/base/assert.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::networking {

void OwnRequests::send(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) {
  const auto protocol = static_cast<chain::Protocol>(request.index());
  const base::Instant now = clock_.now();
  // Noted before it leaves: a quick answer must find it.
  const auto [place, is_new] = open_.emplace(id, Open{.peer = peer,
                                                      .protocol = protocol,
                                                      .rules = AnswerRules(request),
                                                      .idle_deadline = now + kResponseIdleMax,
                                                      .deadline = now + kResponseTimeMax,
                                                      .early = {}});
  LOCKSTEP_ASSERT_MSG(is_new, "a request's id is used once");
  auto frame = std::make_shared<const base::Bytes>(encode_request(id, request));
  if (transport_.send(peer, std::move(frame)) == runtime::SendOutcome::kQueued) {
    events_.request_sent({.peer = peer, .id = id, .protocol = protocol});
    return;
  }
  open_.erase(place);
  // The caller may be in the midst of things: it hears of it at the next turn.
  untold_.push_back(
      {.peer = peer, .id = id, .protocol = protocol, .end = chain::RequestEnd::kNotSent, .items = 0});
}

void OwnRequests::take(runtime::PeerId from, const runtime::Frame& frame) {
  base::ByteView body;
  const std::optional<ExchangeHeader> header = decode_header(*frame, body);
  const std::optional<IndexedPiece> piece = header ? decode_index(body) : std::nullopt;
  if (!piece || !header->names_protocol()) {
    peers_.drop(from, chain::Drop::kBadResponse);
    return;
  }
  const std::uint64_t id = header->id;
  auto found = open_.find(id);
  if (found == open_.end() || found->second.peer != from) {
    take_late(from, id);
    return;
  }
  Open& request = found->second;
  if (static_cast<chain::Protocol>(header->protocol) != request.protocol) {
    blame(id, chain::Drop::kBadResponse);
    return;
  }
  if (piece->index < request.next) {
    peers_.drop(from, chain::Drop::kLateResponse);
    return;
  }
  request.bytes += frame->size();
  if (request.bytes > kResponseBytesMax) {
    blame(id, chain::Drop::kTooLong);
    return;
  }
  if (piece->index > request.next) {
    keep_early(id, request, *piece, frame);
    return;
  }
  bool goes_on = take_piece(id, request, piece->body);
  while (goes_on) {
    // What the receiver did meanwhile may have begun and ended other requests, never this one.
    const auto early = request.early.find(request.next);
    if (early == request.early.end()) {
      return;
    }
    const runtime::Frame next = early->second;
    request.early.erase(early);
    request.early_bytes -= next->size();
    static_cast<void>(decode_header(*next, body));
    goes_on = take_piece(id, request, decode_index(body)->body);
  }
}

void OwnRequests::take_late(runtime::PeerId from, std::uint64_t id) {
  const bool was_ours = std::find(ended_.begin(), ended_.end(), std::pair(id, from)) != ended_.end();
  peers_.drop(from, was_ours ? chain::Drop::kLateResponse : chain::Drop::kUnsolicited);
}

void OwnRequests::keep_early(std::uint64_t id, Open& request, const IndexedPiece& piece,
                             const runtime::Frame& frame) {
  // Behind all chunks there is room for the end.
  if (piece.index > request.rules.chunks_max()) {
    blame(id, chain::Drop::kEndlessResponse);
    return;
  }
  if (request.early_bytes + frame->size() > kOvertakingBytesMax) {
    blame(id, chain::Drop::kTooLong);
    return;
  }
  if (request.early.emplace(piece.index, frame).second) {
    request.early_bytes += frame->size();
  } else {
    peers_.drop(request.peer, chain::Drop::kLateResponse);
  }
}

bool OwnRequests::take_piece(std::uint64_t id, Open& request, base::ByteView body) {
  base::Result<ResponsePiece, chain::Drop> piece = decode_piece(request.protocol, body);
  if (!piece) {
    return blame(id, piece.error());
  }
  ++request.next;
  if (std::holds_alternative<EndOfResponse>(*piece)) {
    // A status is one chunk, no more and no less.
    return request.protocol == chain::Protocol::kStatus ? blame(id, chain::Drop::kBadResponse)
                                                        : end(id, chain::RequestEnd::kAnswered);
  }
  if (const auto* refused = std::get_if<chain::RefusedAnswer>(&*piece)) {
    return end(id, chain::RequestEnd::kRefused, refused->code);
  }
  if (const auto* status = std::get_if<spec::Status>(&*piece)) {
    return hand_on(id, request, *status) && end(id, chain::RequestEnd::kAnswered);
  }
  return take_block(id, request, std::get<chain::SignedBlockPointer>(std::move(*piece)));
}

bool OwnRequests::take_block(std::uint64_t id, Open& request, chain::SignedBlockPointer block) {
  const spec::Root root = spec::hash_tree_root(block->block);
  if (const std::optional<chain::Drop> broken = request.rules.take(root, block->block)) {
    return blame(id, *broken);
  }
  return hand_on(id, request, chain::FetchedBlock{.root = root, .block = std::move(block)});
}

bool OwnRequests::hand_on(std::uint64_t id, Open& request, chain::ResponseChunk chunk) {
  if (!receiver_.on_response_chunk(request.peer, id, std::move(chunk))) {
    return end(id, chain::RequestEnd::kNoRoom);
  }
  ++request.items;
  request.idle_deadline = clock_.now() + kResponseIdleMax;
  return true;
}

bool OwnRequests::blame(std::uint64_t id, chain::Drop reason) {
  const runtime::PeerId peer = open_.at(id).peer;
  end(id, chain::RequestEnd::kInvalid);
  peers_.drop(peer, reason);
  return false;
}

bool OwnRequests::end(std::uint64_t id, chain::RequestEnd how, chain::ResponseCode code) {
  const auto found = open_.find(id);
  const chain::RequestEnded ended{.peer = found->second.peer,
                                  .id = id,
                                  .protocol = found->second.protocol,
                                  .end = how,
                                  .items = found->second.items,
                                  .code = code};
  open_.erase(found);
  ended_.emplace_back(id, ended.peer);
  if (ended_.size() > kEndedRequestsMax) {
    ended_.pop_front();
  }
  events_.request_ended(ended);
  tell(ended);
  return false;
}

void OwnRequests::tell(const chain::RequestEnded& ended) {
  if (!untold_.empty() || !receiver_.on_request_ended(ended)) {
    untold_.push_back(ended);
  }
}

void OwnRequests::peer_gone(runtime::PeerId peer) {
  std::vector<std::uint64_t> lost;
  for (const auto& [id, request] : open_) {
    if (request.peer == peer) {
      lost.push_back(id);
    }
  }
  for (const std::uint64_t id : lost) {
    end(id, chain::RequestEnd::kDisconnected);
  }
}

void OwnRequests::shut_down() {
  for (const auto& [id, request] : std::exchange(open_, {})) {
    events_.request_ended({.peer = request.peer,
                           .id = id,
                           .protocol = request.protocol,
                           .end = chain::RequestEnd::kShutDown,
                           .items = request.items});
  }
  untold_.clear();
}

void OwnRequests::turn() {
  // Only those that are there: what the receiver asks for meanwhile has its turn later.
  for (std::size_t left = untold_.size(); left > 0; --left) {
    const chain::RequestEnded ended = untold_.front();
    if (!receiver_.on_request_ended(ended)) {
      break;
    }
    untold_.pop_front();
  }
  expire();
}

void OwnRequests::expire() {
  const base::Instant now = clock_.now();
  std::vector<std::uint64_t> late;
  for (const auto& [id, request] : open_) {
    if (std::min(request.idle_deadline, request.deadline) <= now) {
      late.push_back(id);
    }
  }
  for (const std::uint64_t id : late) {
    const Open& request = open_.at(id);
    // Silence is met with asking elsewhere; an answer that stops half-way keeps a place for nothing.
    const bool began = request.next > 0 || !request.early.empty();
    const runtime::PeerId peer = request.peer;
    end(id, chain::RequestEnd::kTimedOut);
    if (began) {
      peers_.drop(peer, chain::Drop::kSlowResponse);
    }
  }
}

}  // namespace lockstep::networking
