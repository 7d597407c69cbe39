// Peers, topics and messages; control messages and the heartbeat have files of their own.
#include "node/networking/gossipsub.h"

#include <algorithm>
#include <memory>

#include "node/base/assert.h"

namespace lockstep::networking {
namespace {

/// Adds to an ascending list; false when it was there.
bool insert_sorted(std::vector<runtime::PeerId>& list, runtime::PeerId peer) {
  const auto place = std::lower_bound(list.begin(), list.end(), peer);
  if (place != list.end() && *place == peer) {
    return false;
  }
  list.insert(place, peer);
  return true;
}

void erase_sorted(std::vector<runtime::PeerId>& list, runtime::PeerId peer) {
  const auto place = std::lower_bound(list.begin(), list.end(), peer);
  if (place != list.end() && *place == peer) {
    list.erase(place);
  }
}

}  // namespace

runtime::Frame frame_of(const RpcView& rpc) {
  auto bytes = std::make_shared<base::Bytes>();
  bytes->push_back(static_cast<std::uint8_t>(Channel::kGossip));
  encode_rpc(rpc, *bytes);
  bytes->shrink_to_fit();
  return bytes;
}

Gossipsub::Gossipsub(const std::vector<std::string>& topics, const GossipsubParameters& parameters,
                     const KeyedHash& hash, runtime::Random& random)
    : parameters_(parameters), hash_(hash), random_(random) {
  LOCKSTEP_ASSERT(topics.size() <= kTopicsMax);
  for (const std::string& name : topics) {
    RpcView graft;
    graft.control.graft.push_back(name);
    RpcView prune;
    prune.control.prune.push_back({.topic = name, .backoff = kPruneBackoffSeconds});
    Topic& topic = topics_.emplace_back();
    topic.name = name;
    topic.graft = frame_of(graft);
    topic.prune = frame_of(prune);
  }
}

Gossipsub::Peer* Gossipsub::find(runtime::PeerId peer) {
  const auto place = std::lower_bound(peers_.begin(), peers_.end(), peer,
                                      [](const Peer& one, runtime::PeerId id) { return one.id < id; });
  return place != peers_.end() && place->id == peer ? &*place : nullptr;
}

std::optional<TopicIndex> Gossipsub::find_topic(std::string_view name) const {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].name == name) {
      return static_cast<TopicIndex>(i);
    }
  }
  return std::nullopt;
}

void Gossipsub::see(const Fingerprint& key, base::Instant now) {
  if (!seen_.contains(key)) {
    seen_.insert(key, now);
  }
}

void Gossipsub::send(runtime::PeerId to, const runtime::Frame& frame) {
  const Peer* peer = find(to);
  if (peer != nullptr && peer->can_send) {
    outbox_.push_back({.to = to, .frame = frame});
  }
}

void Gossipsub::connect(runtime::PeerId peer, bool can_send) {
  const auto place = std::lower_bound(peers_.begin(), peers_.end(), peer,
                                      [](const Peer& one, runtime::PeerId id) { return one.id < id; });
  if (place != peers_.end() && place->id == peer) {
    return;
  }
  Peer made;
  made.id = peer;
  made.can_send = can_send;
  peers_.insert(place, std::move(made));
  rpc_.clear();
  for (const Topic& topic : topics_) {
    if (topic.followed) {
      rpc_.subscriptions.push_back({.subscribe = true, .topic = topic.name});
    }
  }
  if (!rpc_.subscriptions.empty()) {
    send(peer, frame_of(rpc_));
  }
}

void Gossipsub::disconnect(runtime::PeerId peer) {
  if (const Peer* found = find(peer)) {
    peers_.erase(peers_.begin() + (found - peers_.data()));
    for (Topic& topic : topics_) {
      erase_sorted(topic.mesh, peer);
      erase_sorted(topic.fanout, peer);
    }
  }
}

void Gossipsub::announce(TopicIndex topic, bool subscribe) {
  rpc_.clear();
  rpc_.subscriptions.push_back({.subscribe = subscribe, .topic = topics_[topic].name});
  const runtime::Frame frame = frame_of(rpc_);
  for (const Peer& peer : peers_) {
    send(peer.id, frame);
  }
}

void Gossipsub::subscribe(TopicIndex index) {
  Topic& topic = topics_[index];
  if (topic.followed) {
    return;
  }
  topic.followed = true;
  topic.mesh = std::move(topic.fanout);
  topic.fanout.clear();
  topic.published.reset();
  announce(index, true);
  // As leanSpec does it: in order of connection, and without regard to backoff.
  for (const Peer& peer : peers_) {
    if (topic.mesh.size() >= parameters_.d) {
      break;
    }
    if (peer.can_send && peer.follows[index] && insert_sorted(topic.mesh, peer.id)) {
      send(peer.id, topic.graft);
    }
  }
}

void Gossipsub::unsubscribe(TopicIndex index) {
  Topic& topic = topics_[index];
  if (!topic.followed) {
    return;
  }
  topic.followed = false;
  announce(index, false);
  for (const runtime::PeerId peer : topic.mesh) {
    send(peer, topic.prune);
  }
  topic.mesh.clear();
}

bool Gossipsub::may_subscribe(runtime::PeerId from) {
  Peer* const peer = find(from);
  if (peer == nullptr || ++peer->subscriptions <= kSubscriptionsMax) {
    return peer != nullptr;
  }
  complaints_.push_back({.peer = from, .reason = chain::Drop::kControlFlood});
  return false;
}

void Gossipsub::on_subscription(runtime::PeerId from, TopicIndex topic, bool subscribe) {
  if (Peer* peer = find(from)) {
    peer->follows[topic] = subscribe;
    if (!subscribe) {
      erase_sorted(topics_[topic].mesh, from);
      erase_sorted(topics_[topic].fanout, from);
    }
  }
}

void Gossipsub::remember_in_mesh(TopicIndex topic, runtime::PeerId peer) {
  insert_sorted(topics_[topic].mesh, peer);
}

void Gossipsub::remember_backoff(runtime::PeerId peer, TopicIndex topic, base::Instant until) {
  if (Peer* found = find(peer)) {
    set_backoff(*found, topic, until);
  }
}

runtime::Frame Gossipsub::decline_frame(const MessageId& id) const {
  RpcView rpc;
  rpc.control.ids.push_back(id.view());
  rpc.control.idontwant.push_back({.topic = {}, .first = 0, .count = 1});
  return frame_of(rpc);
}

Intake Gossipsub::on_message(runtime::PeerId from, TopicIndex index, const MessageId& id,
                             const runtime::Frame& frame, std::size_t data_bytes, base::Instant now) {
  const Topic& topic = topics_[index];
  if (!topic.followed || find(from) == nullptr) {
    return Intake::kUnsubscribed;
  }
  const Fingerprint key = key_of(id);
  if (seen_.contains(key)) {
    return Intake::kSeen;
  }
  see(key, now);
  cache_.put(key, {.id = id, .topic = index, .frame = frame});
  for (const runtime::PeerId member : topic.mesh) {
    if (member == from) {
      continue;
    }
    const Peer* peer = find(member);
    if (peer != nullptr && peer->can_send && !peer->declined.contains(key)) {
      outbox_.push_back({.to = member, .frame = frame});
    }
  }
  if (data_bytes >= kDontWantBytesMin) {
    const runtime::Frame decline = decline_frame(id);
    for (const runtime::PeerId member : topic.mesh) {
      if (member != from) {
        send(member, decline);
      }
    }
  }
  return Intake::kTaken;
}

bool Gossipsub::publish(TopicIndex index, const MessageId& id, const runtime::Frame& frame,
                        base::Instant now) {
  const Fingerprint key = key_of(id);
  if (seen_.contains(key)) {
    return false;
  }
  see(key, now);
  cache_.put(key, {.id = id, .topic = index, .frame = frame});
  Topic& topic = topics_[index];
  if (!topic.followed) {
    topic.published = now;
    fill_fanout(topic, index);
  }
  for (const runtime::PeerId peer : topic.followed ? topic.mesh : topic.fanout) {
    send(peer, frame);
  }
  return true;
}

}  // namespace lockstep::networking
