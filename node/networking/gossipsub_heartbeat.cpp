// What gossipsub does by itself: meshes kept to size, messages told of, old things forgotten.
#include <algorithm>
#include <utility>

#include "node/networking/gossipsub.h"

namespace lockstep::networking {

void Gossipsub::set_backoff(Peer& peer, TopicIndex topic, base::Instant until) {
  const auto found = std::find_if(peer.backoff.begin(), peer.backoff.end(),
                                  [topic](const Backoff& one) { return one.topic == topic; });
  if (found != peer.backoff.end()) {
    found->until = until;
  } else {
    peer.backoff.push_back({.topic = topic, .until = until});
  }
}

bool Gossipsub::is_in_backoff(const Peer& peer, TopicIndex topic, base::Instant now) {
  return std::any_of(peer.backoff.begin(), peer.backoff.end(),
                     [&](const Backoff& one) { return one.topic == topic && now < one.until; });
}

void Gossipsub::choose(std::size_t count) {
  const std::size_t chosen = std::min(count, candidates_.size());
  for (std::size_t i = 0; i < chosen; ++i) {
    std::swap(candidates_[i], candidates_[i + random_.below(candidates_.size() - i)]);
  }
  candidates_.resize(chosen);
}

void Gossipsub::heartbeat(base::Instant now) {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].followed) {
      maintain_mesh(topics_[i], static_cast<TopicIndex>(i), now);
    }
  }
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].published) {
      fill_fanout(topics_[i], static_cast<TopicIndex>(i));
    }
  }
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].followed || topics_[i].published) {
      tell_of_messages(topics_[i], static_cast<TopicIndex>(i));
    }
  }
  forget(now);
}

void Gossipsub::maintain_mesh(Topic& topic, TopicIndex index, base::Instant now) {
  if (topic.mesh.size() < parameters_.d_low) {
    candidates_.clear();
    for (const Peer& peer : peers_) {
      if (peer.can_send && peer.follows[index] && !is_in_backoff(peer, index, now) &&
          !std::binary_search(topic.mesh.begin(), topic.mesh.end(), peer.id)) {
        candidates_.push_back(peer.id);
      }
    }
    choose(parameters_.d - topic.mesh.size());
    for (const runtime::PeerId peer : candidates_) {
      topic.mesh.insert(std::lower_bound(topic.mesh.begin(), topic.mesh.end(), peer), peer);
      send(peer, topic.graft);
    }
  } else if (topic.mesh.size() > parameters_.d_high) {
    candidates_ = topic.mesh;
    choose(topic.mesh.size() - parameters_.d);
    for (const runtime::PeerId id : candidates_) {
      std::erase(topic.mesh, id);
      send(id, topic.prune);
      if (Peer* peer = find(id)) {
        set_backoff(*peer, index, now + std::chrono::seconds(kPruneBackoffSeconds));
      }
    }
  }
}

void Gossipsub::fill_fanout(Topic& topic, TopicIndex index) {
  if (topic.fanout.size() >= parameters_.d) {
    return;
  }
  candidates_.clear();
  for (const Peer& peer : peers_) {
    if (peer.can_send && peer.follows[index] &&
        !std::binary_search(topic.fanout.begin(), topic.fanout.end(), peer.id)) {
      candidates_.push_back(peer.id);
    }
  }
  choose(parameters_.d - topic.fanout.size());
  topic.fanout.insert(topic.fanout.end(), candidates_.begin(), candidates_.end());
  std::sort(topic.fanout.begin(), topic.fanout.end());
}

void Gossipsub::tell_of_messages(Topic& topic, TopicIndex index) {
  ControlView& control = rpc_.control;
  rpc_.clear();
  cache_.visit_newest(kGossipWindows, [&](const CachedMessage& message) {
    if (message.topic == index && control.ids.size() < kIdsAskedMax) {
      control.ids.push_back(message.id.view());
    }
  });
  if (control.ids.empty()) {
    return;
  }
  candidates_.clear();
  for (const Peer& peer : peers_) {
    if (peer.can_send && peer.follows[index] &&
        !std::binary_search(topic.mesh.begin(), topic.mesh.end(), peer.id)) {
      candidates_.push_back(peer.id);
    }
  }
  if (candidates_.size() > parameters_.d_lazy) {
    choose(parameters_.d_lazy);
  }
  if (candidates_.empty()) {
    return;
  }
  control.ihave.push_back({.topic = topic.name, .first = 0, .count = control.ids.size()});
  const runtime::Frame frame = frame_of(rpc_);
  for (const runtime::PeerId peer : candidates_) {
    send(peer, frame);
  }
}

void Gossipsub::forget(base::Instant now) {
  for (Topic& topic : topics_) {
    if (topic.published && now - *topic.published > kFanoutLifetime) {
      topic.published.reset();
      topic.fanout.clear();
    }
  }
  cache_.shift();
  seen_.expire(now);
  for (const Promise& promise : promises_) {
    if (promise.deadline <= now && !seen_.contains(promise.key)) {
      complaints_.push_back({.peer = promise.peer, .reason = chain::Drop::kBrokenPromise});
    }
  }
  std::erase_if(promises_, [now](const Promise& promise) { return promise.deadline <= now; });
  for (Peer& peer : peers_) {
    peer.declined.clear();
    peer.served.clear();
    peer.entries.fill(0);
    peer.subscriptions = 0;
    peer.ids_asked = 0;
    peer.ids_served = 0;
    std::erase_if(peer.backoff, [now](const Backoff& one) { return one.until <= now; });
  }
}

}  // namespace lockstep::networking
