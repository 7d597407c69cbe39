// From frames to messages and back.
#include "node/networking/gossip.h"

#include <chrono>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "node/networking/payloads.h"
#include "node/networking/snappy_codec.h"

namespace lockstep::networking {
namespace {

/// A payload buffer that has grown beyond this is given back after use.
constexpr std::size_t kPayloadKept = 16 * 1024;
/// The views of an RPC of more parts than this are given back after use.
constexpr std::size_t kPartsKept = 1024;

/// The purpose under which whole frames are hashed; compressed data is hashed under its topic's number.
constexpr std::uint64_t kFramePurpose = 0x100;

}  // namespace

Gossip::Gossip(const Topics& topics, const spec::SubnetSet& heard, Peers& peers, runtime::Clock& clock,
               runtime::Random& random, runtime::Transport& transport, chain::Events& events,
               const crypto::SignatureScheme& scheme, Receiver& receiver)
    : topics_(topics),
      peers_(peers),
      clock_(clock),
      transport_(transport),
      events_(events),
      scheme_(scheme),
      receiver_(receiver),
      hash_(random),
      gossipsub_(topics.names(), GossipsubParameters{}, hash_, random) {
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const auto topic = static_cast<TopicIndex>(i);
    ids_.emplace_back(MessageDomain::kValidSnappy, topics.name(topic));
  }
  gossipsub_.subscribe(Topics::index(TopicKind::kBlock));
  gossipsub_.subscribe(Topics::index(TopicKind::kAggregation));
  for (std::uint64_t subnet = 0; subnet < topics.subnets(); ++subnet) {
    if (heard.test(subnet)) {
      gossipsub_.subscribe(Topics::attestation(spec::SubnetId(subnet)));
    }
  }
  // Nodes that start together do not beat together.
  next_heartbeat_ =
      clock.now() + base::Duration(static_cast<base::Duration::rep>(random.below(kHeartbeat.count())));
}

void Gossip::connected(runtime::PeerId peer) {
  gossipsub_.connect(peer);
  flush();
}

void Gossip::disconnected(runtime::PeerId peer) {
  gossipsub_.disconnect(peer);
}

bool Gossip::is_repetition(const Fingerprint& digest) {
  // Most likely it is in the first of the three tables that are looked at, but each is far from the
  // processor.
  seen_bytes_.prefetch(digest);
  std::uint64_t& recent = recent_frames_[digest.value % kRecentFrames];
  if (recent == digest.value) {
    return true;
  }
  if (!seen_bytes_.contains(digest)) {
    return false;
  }
  recent = digest.value;
  return true;
}

void Gossip::handle(runtime::PeerId from, const runtime::Frame& frame) {
  const Fingerprint digest = hash_.of(*frame, kFramePurpose);
  if (is_repetition(digest)) {
    ++counts_.received;
    ++counts_.duplicates;
    return;
  }
  if (!decode_rpc(base::ByteView(*frame).subspan(1), rpc_)) {
    rpc_ = {};
    ++counts_.received;
    drop(from, chain::Drop::kBadRpc);
    return;
  }
  take_subscriptions(from);
  // A frame that is nothing but one message in its shortest form can be passed on without being written
  // again; nobody's name is passed on.
  const bool alone = rpc_.publish.size() == 1 &&
                     frame->size() == 1 + encoded_publish_size({.topic = rpc_.publish.front().topic,
                                                                .data = rpc_.publish.front().data});
  for (std::size_t i = 0; i < rpc_.publish.size() && !is_banned(from); ++i) {
    const MessageView& message = rpc_.publish[i];
    take_message(from, message, alone ? &frame : nullptr, digest);
  }
  if (!rpc_.control.empty() && !is_banned(from)) {
    gossipsub_.on_control(from, rpc_.control, clock_.now());
    flush();
  }
  if (rpc_.subscriptions.size() + rpc_.publish.size() + rpc_.control.ids.size() > kPartsKept) {
    rpc_ = {};
  }
}

bool Gossip::is_banned(runtime::PeerId peer) {
  const Peer* found = peers_.find(peer);
  return found == nullptr || found->banned;
}

void Gossip::take_subscriptions(runtime::PeerId from) {
  for (const SubscriptionView& subscription : rpc_.subscriptions) {
    if (!gossipsub_.may_subscribe(from)) {
      flush();
      return;
    }
    if (const std::optional<TopicIndex> topic = topics_.find(subscription.topic)) {
      gossipsub_.on_subscription(from, *topic, subscription.subscribe);
    }
  }
}

void Gossip::take_message(runtime::PeerId from, const MessageView& message, const runtime::Frame* frame,
                          const Fingerprint& digest) {
  ++counts_.received;
  const std::optional<TopicIndex> topic = topics_.find(message.topic);
  if (!topic || !gossipsub_.follows(*topic)) {
    drop(from, topic ? chain::Drop::kUnsubscribed : chain::Drop::kUnknownTopic);
    return;
  }
  const Fingerprint bytes = frame != nullptr ? digest : hash_.of(message.data, *topic);
  if (seen_bytes_.contains(bytes)) {
    ++counts_.duplicates;
    return;
  }
  take_fresh({.from = from, .topic = *topic, .message = message, .frame = frame}, bytes);
  if (payload_.capacity() > kPayloadKept) {
    payload_ = {};
  }
}

void Gossip::take_fresh(const Incoming& incoming, const Fingerprint& bytes) {
  if (!decompress(incoming)) {
    return;
  }
  const MessageId id = ids_[incoming.topic].of(payload_);
  if (gossipsub_.has_seen(id)) {
    // The same message, compressed in another way.
    remember(bytes);
    ++counts_.duplicates;
    return;
  }
  if (const std::optional<chain::Drop> wrong = accept(incoming, id)) {
    drop(incoming.from, *wrong);
  } else {
    remember(bytes);
  }
}

bool Gossip::decompress(const Incoming& incoming) {
  const std::optional<std::size_t> length = snappy_block_length(incoming.message.data);
  if (length && *length > kPayloadBytesMax) {
    drop(incoming.from, chain::Drop::kTooLong);
    return false;
  }
  if (!length || !decode_snappy_block(incoming.message.data, payload_)) {
    drop(incoming.from, chain::Drop::kBadSnappy);
    return false;
  }
  return true;
}

std::optional<chain::Drop> Gossip::accept(const Incoming& incoming, const MessageId& id) {
  switch (topics_.kind(incoming.topic)) {
    case TopicKind::kBlock:
      if (chain::SignedBlockPointer block = decode_signed_block(payload_)) {
        pass_on(incoming, id);
        receiver_.on_gossip_block(incoming.from, std::move(block));
        return std::nullopt;
      }
      break;
    case TopicKind::kAggregation:
      if (std::optional<spec::SignedAggregatedAttestation> aggregate = decode_aggregate(payload_)) {
        pass_on(incoming, id);
        receiver_.on_gossip_aggregate(incoming.from, std::move(*aggregate));
        return std::nullopt;
      }
      break;
    case TopicKind::kAttestation:
      return accept_vote(incoming, id);
  }
  return chain::Drop::kBadSsz;
}

std::optional<chain::Drop> Gossip::accept_vote(const Incoming& incoming, const MessageId& id) {
  std::optional<spec::SignedAttestation> vote = decode_signed_attestation(payload_, scheme_);
  if (!vote) {
    return chain::Drop::kBadSsz;
  }
  if (topics_.attestation(vote->validator_index) != incoming.topic) {
    return chain::Drop::kWrongSubnet;
  }
  pass_on(incoming, id);
  receiver_.on_gossip_attestation(incoming.from, std::move(*vote));
  return std::nullopt;
}

void Gossip::pass_on(const Incoming& incoming, const MessageId& id) {
  ++counts_.delivered;
  const MessageView& message = incoming.message;
  runtime::Frame frame;
  if (incoming.frame != nullptr) {
    frame = *incoming.frame;
  } else {
    RpcView rpc;
    rpc.publish.push_back({.topic = message.topic, .data = message.data});
    frame = frame_of(rpc);
  }
  gossipsub_.on_message(incoming.from, incoming.topic, id, frame, message.data.size(), clock_.now());
  flush();
}

void Gossip::remember(const Fingerprint& bytes) {
  if (!seen_bytes_.contains(bytes)) {
    seen_bytes_.insert(bytes, clock_.now());
  }
}

void Gossip::publish(TopicIndex topic, base::ByteView ssz) {
  base::Bytes compressed;
  append_snappy_block(ssz, compressed);
  RpcView rpc;
  rpc.publish.push_back({.topic = topics_.name(topic), .data = compressed});
  const runtime::Frame frame = frame_of(rpc);
  if (gossipsub_.publish(topic, ids_[topic].of(ssz), frame, clock_.now())) {
    remember(hash_.of(*frame, kFramePurpose));
    flush();
  }
}

void Gossip::flush() {
  for (Outgoing& out : gossipsub_.outbox()) {
    const runtime::SendOutcome outcome = transport_.send(out.to, std::move(out.frame));
    if (outcome == runtime::SendOutcome::kQueued) {
      ++counts_.sent;
      continue;
    }
    ++counts_.not_queued;
    if (outcome == runtime::SendOutcome::kFull) {
      peers_.refused(out.to);
    }
  }
  gossipsub_.outbox().clear();
  for (const Complaint& complaint : gossipsub_.complaints()) {
    if (peers_.drop(complaint.peer, complaint.reason)) {
      gossipsub_.disconnect(complaint.peer);
    }
  }
  gossipsub_.complaints().clear();
}

void Gossip::poll() {
  const base::Instant now = clock_.now();
  if (now >= next_heartbeat_) {
    next_heartbeat_ = now + kHeartbeat;
    heartbeat();
  }
}

void Gossip::heartbeat() {
  const base::Instant now = clock_.now();
  gossipsub_.heartbeat(now);
  flush();
  for (const runtime::PeerId banned : peers_.heartbeat()) {
    gossipsub_.disconnect(banned);
  }
  if (seen_bytes_.expire(now)) {
    recent_frames_.fill(0);
  }
  events_.buffer_level(
      {.buffer = chain::Buffer::kSeenMessages, .size = gossipsub_.seen_size(), .bound = kSeenMessagesMax});
  events_.buffer_level({.buffer = chain::Buffer::kCachedMessages,
                        .size = gossipsub_.cache().size(),
                        .bound = MessageCache::kMessagesMax});
  report();
}

void Gossip::report() {
  const ControlCounts& control = gossipsub_.control_counts();
  std::uint64_t mesh_peers = 0;
  for (std::size_t topic = 0; topic < topics_.size(); ++topic) {
    mesh_peers += gossipsub_.mesh(static_cast<TopicIndex>(topic)).size();
  }
  events_.gossip_counted({.messages = counts_.received,
                          .duplicates = counts_.duplicates,
                          .dropped = counts_.dropped,
                          .delivered = counts_.delivered,
                          .control_entries = control.entries,
                          .control_outcomes = std::accumulate(control.outcomes.begin(),
                                                              control.outcomes.end(), std::uint64_t{0}),
                          .mesh_peers = mesh_peers});
}

void Gossip::drop(runtime::PeerId from, chain::Drop reason) {
  ++counts_.dropped;
  if (peers_.drop(from, reason)) {
    gossipsub_.disconnect(from);
  }
}

}  // namespace lockstep::networking
