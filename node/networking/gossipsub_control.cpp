// GRAFT, PRUNE, IHAVE, IWANT and IDONTWANT.
#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "node/networking/gossipsub.h"

namespace lockstep::networking {

void Gossipsub::count(ControlOutcome outcome) {
  ++control_counts_.entries;
  ++control_counts_.outcomes[static_cast<std::size_t>(outcome)];
}

/// False when the peer has said enough of the kind in this heartbeat; it is complained about then.
bool Gossipsub::may_say(Peer& peer, Entry kind) {
  if (++peer.entries[static_cast<std::size_t>(kind)] <= kControlEntriesMax + 2 * topics_.size()) {
    return true;
  }
  complaints_.push_back({.peer = peer.id, .reason = chain::Drop::kControlFlood});
  return false;
}

void Gossipsub::on_control(runtime::PeerId from, const ControlView& control, base::Instant now) {
  Peer* const peer = find(from);
  if (peer == nullptr) {
    return;
  }
  for (const std::string_view topic : control.graft) {
    count(may_say(*peer, Entry::kGraft) ? on_graft(*peer, topic, now) : ControlOutcome::kOverLimit);
  }
  for (const PruneView& prune : control.prune) {
    count(may_say(*peer, Entry::kPrune) ? on_prune(*peer, prune, now) : ControlOutcome::kOverLimit);
  }
  for (const IdsView& entry : control.ihave) {
    count(may_say(*peer, Entry::kIHave) ? on_ihave(*peer, control.ids_of(entry), now)
                                        : ControlOutcome::kOverLimit);
  }
  for (const IdsView& entry : control.iwant) {
    count(may_say(*peer, Entry::kIWant) ? on_iwant(*peer, control.ids_of(entry))
                                        : ControlOutcome::kOverLimit);
  }
  // One message is declined at a time, so that it is their ids that are bounded.
  for (const IdsView& entry : control.idontwant) {
    count(on_idontwant(*peer, control.ids_of(entry)));
  }
}

ControlOutcome Gossipsub::on_graft(Peer& from, std::string_view topic_name, base::Instant now) {
  const std::optional<TopicIndex> index = find_topic(topic_name);
  if (!index || !topics_[*index].followed) {
    // No PRUNE in return: made-up topics would make us send as much as they do.
    return ControlOutcome::kUnknownTopic;
  }
  Topic& topic = topics_[*index];
  if (is_in_backoff(from, *index, now)) {
    complaints_.push_back({.peer = from.id, .reason = chain::Drop::kGraftInBackoff});
    send(from.id, topic.prune);
    return ControlOutcome::kInBackoff;
  }
  if (topic.mesh.size() >= parameters_.d_high) {
    send(from.id, topic.prune);
    return ControlOutcome::kMeshFull;
  }
  const auto place = std::lower_bound(topic.mesh.begin(), topic.mesh.end(), from.id);
  if (place != topic.mesh.end() && *place == from.id) {
    return ControlOutcome::kNothingToDo;
  }
  topic.mesh.insert(place, from.id);
  return ControlOutcome::kHeeded;
}

ControlOutcome Gossipsub::on_prune(Peer& from, const PruneView& prune, base::Instant now) {
  const std::optional<TopicIndex> index = find_topic(prune.topic);
  if (!index) {
    return ControlOutcome::kUnknownTopic;
  }
  std::vector<runtime::PeerId>& mesh = topics_[*index].mesh;
  const bool was_there = std::erase(mesh, from.id) > 0;
  if (prune.backoff > 0) {
    const auto seconds = static_cast<std::int64_t>(std::min(prune.backoff, kPruneBackoffSecondsMax));
    set_backoff(from, *index, now + std::chrono::seconds(seconds));
  }
  return was_there ? ControlOutcome::kHeeded : ControlOutcome::kNothingToDo;
}

ControlOutcome Gossipsub::on_ihave(Peer& from, std::span<const base::ByteView> ids, base::Instant now) {
  ControlView& control = rpc_.control;
  rpc_.clear();
  bool over_limit = false;
  bool malformed = false;
  for (const base::ByteView bytes : ids) {
    const std::optional<MessageId> id = MessageId::from(bytes);
    if (!id) {
      malformed = true;
      continue;
    }
    const Fingerprint key = key_of(*id);
    if (seen_.contains(key) || cache_.find(key) != nullptr) {
      continue;
    }
    if (from.ids_asked >= kIdsAskedMax) {
      over_limit = true;
      break;
    }
    ++from.ids_asked;
    control.ids.push_back(bytes);
  }
  if (malformed) {
    complaints_.push_back({.peer = from.id, .reason = chain::Drop::kBadMessageId});
  }
  if (over_limit) {
    complaints_.push_back({.peer = from.id, .reason = chain::Drop::kControlFlood});
  }
  if (control.ids.empty()) {
    return over_limit ? ControlOutcome::kOverLimit : ControlOutcome::kNothingToDo;
  }
  ask_for(from, now);
  return ControlOutcome::kHeeded;
}

/// Asks for the ids that are in rpc_, and holds the peer to one of them.
void Gossipsub::ask_for(Peer& from, base::Instant now) {
  ControlView& control = rpc_.control;
  control.iwant.push_back({.topic = {}, .first = 0, .count = control.ids.size()});
  send(from.id, frame_of(rpc_));
  const base::ByteView held_to = control.ids[random_.below(control.ids.size())];
  promises_.push_back(
      {.peer = from.id, .key = hash_.of(held_to, kIdPurpose), .deadline = now + kPromiseLifetime});
}

ControlOutcome Gossipsub::on_iwant(Peer& from, std::span<const base::ByteView> ids) {
  auto answer = std::make_shared<base::Bytes>();
  bool answered = false;
  const auto dispatch = [&] {
    if (!answer->empty()) {
      send(from.id, std::exchange(answer, std::make_shared<base::Bytes>()));
      answered = true;
    }
  };
  bool malformed = false;
  for (const base::ByteView bytes : ids) {
    if (from.ids_served >= kIdsServedMax) {
      complaints_.push_back({.peer = from.id, .reason = chain::Drop::kControlFlood});
      break;
    }
    ++from.ids_served;
    const std::optional<MessageId> id = MessageId::from(bytes);
    if (!id) {
      malformed = true;
      continue;
    }
    const Fingerprint key = key_of(*id);
    const CachedMessage* message = cache_.find(key);
    if (message == nullptr || from.served[key] >= kRetransmissionsMax) {
      continue;
    }
    ++from.served[key];
    const base::Bytes& frame = *message->frame;
    if (answer->size() + frame.size() > kAnswerBytes) {
      dispatch();
    }
    // Frames of one message each, one behind the other, are one RPC; only the first channel byte stays.
    answer->insert(answer->end(), frame.begin() + (answer->empty() ? 0 : 1), frame.end());
  }
  dispatch();
  if (malformed) {
    complaints_.push_back({.peer = from.id, .reason = chain::Drop::kBadMessageId});
  }
  return answered ? ControlOutcome::kHeeded : ControlOutcome::kUnknownIds;
}

ControlOutcome Gossipsub::on_idontwant(Peer& from, std::span<const base::ByteView> ids) {
  bool malformed = false;
  for (const base::ByteView bytes : ids) {
    const std::optional<MessageId> id = MessageId::from(bytes);
    if (!id) {
      malformed = true;
    } else if (from.declined.size() >= kIdsDeclinedMax) {
      complaints_.push_back({.peer = from.id, .reason = chain::Drop::kControlFlood});
      return ControlOutcome::kOverLimit;
    } else {
      from.declined[key_of(*id)] = 1;
    }
  }
  if (malformed) {
    complaints_.push_back({.peer = from.id, .reason = chain::Drop::kBadMessageId});
  }
  return ControlOutcome::kHeeded;
}

}  // namespace lockstep::networking
