// Choosing among peers.
#include "node/sync/peer_book.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace lockstep::sync {

PeerBook::Peer* PeerBook::find_mutable(runtime::PeerId id) {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

const PeerBook::Peer* PeerBook::find(runtime::PeerId id) const {
  const auto found = peers_.find(id);
  return found == peers_.end() ? nullptr : &found->second;
}

bool PeerBook::set_status(runtime::PeerId id, const spec::Status& status) {
  Peer* const peer = find_mutable(id);
  if (peer != nullptr) {
    peer->status = status;
  }
  return peer != nullptr;
}

void PeerBook::began(runtime::PeerId id) {
  if (Peer* const peer = find_mutable(id)) {
    ++peer->in_flight;
  }
}

void PeerBook::ended(runtime::PeerId id) {
  if (Peer* const peer = find_mutable(id); peer != nullptr && peer->in_flight > 0) {
    --peer->in_flight;
  }
}

void PeerBook::answered_well(runtime::PeerId id) {
  if (Peer* const peer = find_mutable(id)) {
    peer->score = std::min(peer->score + kScoreUp, kScoreMax);
  }
}

void PeerBook::answered_badly(runtime::PeerId id) {
  if (Peer* const peer = find_mutable(id)) {
    peer->score = std::max(peer->score - kScoreDown, 0);
  }
}

void PeerBook::ask_no_status_before(runtime::PeerId id, spec::Interval when) {
  if (Peer* const peer = find_mutable(id)) {
    peer->no_status_before = when;
  }
}

void PeerBook::cannot_serve_ranges_before(runtime::PeerId id, spec::Interval when) {
  if (Peer* const peer = find_mutable(id)) {
    peer->no_range_before = when;
  }
}

bool PeerBook::may_be_asked(const Peer& peer, const Wish& wish) {
  return (peer.in_flight < kRequestsPerPeerMax || wish.however_busy) &&
         (!wish.is_range || peer.no_range_before <= wish.now);
}

runtime::PeerId PeerBook::draw(const std::vector<std::pair<runtime::PeerId, std::uint64_t>>& from) {
  std::uint64_t total = 0;
  for (const auto& [id, weight] : from) {
    total += weight;
  }
  std::uint64_t lot = random_.below(total);
  for (const auto& [id, weight] : from) {
    if (lot < weight) {
      return id;
    }
    lot -= weight;
  }
  return from.back().first;
}

std::optional<runtime::PeerId> PeerBook::choose(const Wish& wish) {
  if (const Peer* const hinted = wish.hint ? find(*wish.hint) : nullptr;
      hinted != nullptr && may_be_asked(*hinted, wish)) {
    return wish.hint;
  }
  std::vector<std::pair<runtime::PeerId, std::uint64_t>> able;
  std::vector<std::pair<runtime::PeerId, std::uint64_t>> others;
  for (const auto& [id, peer] : peers_) {
    if (may_be_asked(peer, wish)) {
      const bool claims = peer.status && peer.status->head.slot >= wish.reaches;
      // Also the worst gets its chance, lest nobody be left.
      (claims ? able : others).emplace_back(id, static_cast<std::uint64_t>(std::max(peer.score, 1)));
    }
  }
  if (able.empty() && others.empty()) {
    return std::nullopt;
  }
  return draw(able.empty() ? others : able);
}

std::optional<spec::Slot> PeerBook::network_head() const {
  std::vector<spec::Slot> claims;
  for (const auto& [id, peer] : peers_) {
    if (peer.status) {
      claims.push_back(peer.status->head.slot);
    }
  }
  if (claims.empty()) {
    return std::nullopt;
  }
  const auto middle = claims.begin() + static_cast<std::ptrdiff_t>((claims.size() - 1) / 2);
  std::nth_element(claims.begin(), middle, claims.end());
  return *middle;
}

}  // namespace lockstep::sync
