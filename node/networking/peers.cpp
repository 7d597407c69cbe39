// Keeping the list of peers and the count of their offences.
#include "node/networking/peers.h"

#include <algorithm>

namespace lockstep::networking {
namespace {

auto place_of(auto& peers, runtime::PeerId id) {
  return std::lower_bound(peers.begin(), peers.end(), id,
                          [](const Peer& peer, runtime::PeerId wanted) { return peer.id < wanted; });
}

/// Late answers, answers that came twice, and topics that we do not follow are nobody's fault.
bool is_offence(chain::Drop reason) {
  switch (reason) {
    case chain::Drop::kUnknownTopic:
    case chain::Drop::kUnsubscribed:
    case chain::Drop::kLateResponse:
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

void Peers::drop(runtime::PeerId id, chain::Drop reason) {
  events_.message_dropped({.peer = id, .reason = reason});
  Peer* peer = find(id);
  if (peer == nullptr || peer->banned || !is_offence(reason)) {
    return;
  }
  if (++peer->offences > kOffencesMax) {
    peer->banned = true;
    transport_.disconnect(id);
  }
}

}  // namespace lockstep::networking
