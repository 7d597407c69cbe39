// Keeping the list of peers and the count of their offences.
#include "node/networking/peers.h"

#include <algorithm>

namespace lockstep::networking {
namespace {

auto place_of(auto& peers, runtime::PeerId id) {
  return std::lower_bound(peers.begin(), peers.end(), id,
                          [](const Peer& peer, runtime::PeerId wanted) { return peer.id < wanted; });
}

/// Late answers, answers that came twice, and topics that we have just left are nobody's fault; slowness is
/// judged by itself.
bool is_offence(chain::Drop reason) {
  switch (reason) {
    case chain::Drop::kUnsubscribed:
    case chain::Drop::kLateResponse:
    case chain::Drop::kSlowPeer:
      return false;
    default:
      return true;
  }
}

}  // namespace

void Peers::connected(runtime::PeerId id) {
  const auto place = place_of(peers_, id);
  if (place != peers_.end() && place->id == id) {
    return;
  }
  peers_.insert(place, Peer{.id = id});
  events_.peer_changed({.peer = id, .connected = true, .by_us = false});
}

void Peers::disconnected(runtime::PeerId id) {
  const auto place = place_of(peers_, id);
  if (place == peers_.end() || place->id != id) {
    return;
  }
  const bool by_us = place->banned;
  peers_.erase(place);
  events_.peer_changed({.peer = id, .connected = false, .by_us = by_us});
}

Peer* Peers::find(runtime::PeerId id) {
  const auto place = place_of(peers_, id);
  return place != peers_.end() && place->id == id ? &*place : nullptr;
}

void Peers::ban(Peer& peer) {
  peer.banned = true;
  transport_.disconnect(peer.id);
}

bool Peers::drop(runtime::PeerId id, chain::Drop reason) {
  events_.message_dropped({.peer = id, .reason = reason});
  Peer* peer = find(id);
  if (peer == nullptr || peer->banned || !is_offence(reason) || ++peer->offences <= kOffencesMax) {
    return false;
  }
  ban(*peer);
  return true;
}

void Peers::refused(runtime::PeerId id) {
  if (Peer* peer = find(id)) {
    peer->refused = true;
  }
}

std::vector<runtime::PeerId> Peers::heartbeat() {
  const bool forgives = ++heartbeats_ % kHeartbeatsToForgive == 0;
  std::vector<runtime::PeerId> banned;
  for (Peer& peer : peers_) {
    if (forgives && peer.offences > 0) {
      --peer.offences;
    }
    peer.heartbeats_refused = peer.refused ? peer.heartbeats_refused + 1 : 0;
    peer.refused = false;
    if (peer.heartbeats_refused > kHeartbeatsRefusedMax && !peer.banned) {
      events_.message_dropped({.peer = peer.id, .reason = chain::Drop::kSlowPeer});
      ban(peer);
      banned.push_back(peer.id);
    }
  }
  return banned;
}

}  // namespace lockstep::networking
