// Taking, passing on and publishing gossip messages.
#include "node/networking/gossip.h"

#include <memory>
#include <optional>
#include <utility>

#include "node/networking/payloads.h"
#include "node/networking/snappy_codec.h"

namespace lockstep::networking {
namespace {

/// A payload buffer that has grown beyond this is given back after use.
constexpr std::size_t kPayloadKept = 16 * 1024;

/// The purpose under which ids are hashed; compressed bytes are hashed under their topic's number.
constexpr std::uint64_t kIdPurpose = kTopicKinds;
/// The purpose under which whole frames are hashed.
constexpr std::uint64_t kFramePurpose = kTopicKinds + 1;

runtime::Frame frame_of(const RpcView& rpc) {
  auto bytes = std::make_shared<base::Bytes>();
  bytes->push_back(static_cast<std::uint8_t>(Channel::kGossip));
  encode_rpc(rpc, *bytes);
  bytes->shrink_to_fit();
  return bytes;
}

runtime::Frame frame_of(const MessageView& message) {
  RpcView rpc;
  rpc.publish.push_back(message);
  return frame_of(rpc);
}

}  // namespace

Gossip::Gossip(const Topics& topics, Peers& peers, runtime::Clock& clock, runtime::Random& random,
               runtime::Transport& transport, chain::Events& events, const crypto::SignatureScheme& scheme,
               Receiver& receiver)
    : topics_(topics),
      peers_(peers),
      clock_(clock),
      transport_(transport),
      events_(events),
      scheme_(scheme),
      receiver_(receiver),
      ids_{MessageIds(MessageDomain::kValidSnappy, topics.name(TopicKind::kBlock)),
           MessageIds(MessageDomain::kValidSnappy, topics.name(TopicKind::kAggregation)),
           MessageIds(MessageDomain::kValidSnappy, topics.name(TopicKind::kAttestation))},
      hash_(random),
      seen_bytes_(kSeenLifetime, kSeenMessagesMax),
      seen_ids_(kSeenLifetime, kSeenMessagesMax) {}

void Gossip::greet(runtime::PeerId peer) {
  RpcView rpc;
  for (std::size_t i = 0; i < kTopicKinds; ++i) {
    rpc.subscriptions.push_back({.subscribe = true, .topic = topics_.name(static_cast<TopicKind>(i))});
  }
  transport_.send(peer, frame_of(rpc));
}

void Gossip::handle(runtime::PeerId from, const runtime::Frame& frame) {
  const Fingerprint digest = hash_.of(*frame, kFramePurpose);
  std::uint64_t& recent = recent_frames_[digest.value % kRecentFrames];
  if (recent == digest.value) {
    ++counts_.received;
    ++counts_.duplicates;
    return;
  }
  if (!decode_rpc(base::ByteView(*frame).subspan(1), rpc_)) {
    ++counts_.received;
    drop(from, chain::Drop::kBadRpc);
    return;
  }
  if (!rpc_.subscriptions.empty()) {
    take_subscriptions(from);
  }
  // A frame that is nothing but one message in its shortest form can be passed on without being written
  // again.
  const bool alone =
      rpc_.publish.size() == 1 && frame->size() == 1 + encoded_publish_size(rpc_.publish.front());
  for (const MessageView& message : rpc_.publish) {
    const bool readable = take_message(from, message, alone ? &frame : nullptr);
    if (readable && alone) {
      recent = digest.value;
    }
  }
}

void Gossip::take_subscriptions(runtime::PeerId from) {
  Peer* peer = peers_.find(from);
  if (peer == nullptr) {
    return;
  }
  for (const SubscriptionView& subscription : rpc_.subscriptions) {
    const std::optional<TopicIndex> topic = topics_.find(subscription.topic);
    if (!topic) {
      continue;
    }
    const auto bit = static_cast<std::uint8_t>(1U << *topic);
    peer->topics =
        static_cast<std::uint8_t>(subscription.subscribe ? peer->topics | bit : peer->topics & ~bit);
  }
}

bool Gossip::take_message(runtime::PeerId from, const MessageView& message, const runtime::Frame* frame) {
  ++counts_.received;
  const std::optional<TopicIndex> topic = topics_.find(message.topic);
  if (!topic) {
    drop(from, chain::Drop::kUnknownTopic);
    return false;
  }
  const TopicKind kind = topics_.kind(*topic);
  const Fingerprint raw = hash_.of(message.data, static_cast<std::uint64_t>(kind));
  if (seen_bytes_.contains(raw)) {
    ++counts_.duplicates;
    return true;
  }
  return take_fresh({.from = from, .kind = kind, .message = message, .frame = frame}, raw);
}

bool Gossip::take_fresh(const Incoming& incoming, const Fingerprint& raw) {
  if (!decompress(incoming)) {
    return false;
  }
  const MessageId id = ids_[static_cast<std::size_t>(incoming.kind)].of(payload_);
  const Fingerprint key = hash_.of(id.view(), kIdPurpose);
  if (seen_ids_.contains(key)) {
    // The same message, compressed in another way.
    remember(seen_bytes_, raw);
    ++counts_.duplicates;
    return true;
  }
  const bool accepted = accept(incoming, raw, key);
  if (!accepted) {
    drop(incoming.from, chain::Drop::kBadSsz);
  }
  if (payload_.capacity() > kPayloadKept) {
    payload_ = {};
  }
  return accepted;
}

bool Gossip::decompress(const Incoming& incoming) {
  const std::optional<std::size_t> length = snappy_block_length(incoming.message.data);
  if (!length) {
    drop(incoming.from, chain::Drop::kBadSnappy);
    return false;
  }
  if (*length > kPayloadBytesMax) {
    drop(incoming.from, chain::Drop::kTooLong);
    return false;
  }
  if (!decode_snappy_block(incoming.message.data, payload_)) {
    drop(incoming.from, chain::Drop::kBadSnappy);
    return false;
  }
  return true;
}

bool Gossip::accept(const Incoming& incoming, const Fingerprint& raw, const Fingerprint& id) {
  // Noted and passed on before the receiver looks at it: what it means is not gossip's business.
  const auto pass_on = [&] {
    ++counts_.delivered;
    remember(seen_bytes_, raw);
    remember(seen_ids_, id);
    flood(incoming.from, incoming.kind,
          incoming.frame != nullptr ? *incoming.frame : frame_of(incoming.message));
  };
  switch (incoming.kind) {
    case TopicKind::kBlock:
      if (chain::SignedBlockPointer block = decode_signed_block(payload_)) {
        pass_on();
        receiver_.on_gossip_block(incoming.from, std::move(block));
        return true;
      }
      break;
    case TopicKind::kAggregation:
      if (std::optional<spec::SignedAggregatedAttestation> aggregate = decode_aggregate(payload_)) {
        pass_on();
        receiver_.on_gossip_aggregate(incoming.from, std::move(*aggregate));
        return true;
      }
      break;
    case TopicKind::kAttestation:
      if (std::optional<spec::SignedAttestation> vote = decode_signed_attestation(payload_, scheme_)) {
        pass_on();
        receiver_.on_gossip_attestation(incoming.from, std::move(*vote));
        return true;
      }
      break;
  }
  return false;
}

void Gossip::remember(SeenCache<Fingerprint>& cache, const Fingerprint& key) {
  if (!cache.contains(key)) {
    cache.insert(key, clock_.now());
  }
}

void Gossip::flood(runtime::PeerId except, TopicKind kind, const runtime::Frame& frame) {
  for (const Peer& peer : peers_.all()) {
    if (peer.id == except || peer.banned || !peer.follows(kind)) {
      continue;
    }
    if (transport_.send(peer.id, frame) == runtime::SendOutcome::kQueued) {
      ++counts_.forwarded;
    } else {
      ++counts_.not_queued;
    }
  }
}

void Gossip::publish(TopicKind kind, base::ByteView ssz) {
  base::Bytes compressed;
  append_snappy_block(ssz, compressed);
  const MessageView message{.topic = topics_.name(kind), .data = compressed};
  const Fingerprint key = hash_.of(ids_[static_cast<std::size_t>(kind)].of(ssz).view(), kIdPurpose);
  if (seen_ids_.contains(key)) {
    return;
  }
  remember(seen_bytes_, hash_.of(compressed, static_cast<std::uint64_t>(kind)));
  remember(seen_ids_, key);
  constexpr runtime::PeerId kNobody{~std::uint64_t{0}};
  flood(kNobody, kind, frame_of(message));
}

void Gossip::expire() {
  const base::Instant now = clock_.now();
  const bool bytes_expired = seen_bytes_.expire(now);
  const bool ids_expired = seen_ids_.expire(now);
  if (bytes_expired || ids_expired) {
    recent_frames_.fill(0);
  }
  events_.buffer_level(
      {.buffer = chain::Buffer::kSeenMessages, .size = seen_ids_.size(), .bound = seen_ids_.bound()});
}

void Gossip::drop(runtime::PeerId from, chain::Drop reason) {
  ++counts_.dropped;
  peers_.drop(from, reason);
}

}  // namespace lockstep::networking
