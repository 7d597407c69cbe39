// Gossip: floods messages by topic to the peers that follow it, each message once.
#pragma once

#include <array>
#include <cstdint>

#include "node/chain/events.h"
#include "node/crypto/signatures.h"
#include "node/networking/keyed_hash.h"
#include "node/networking/message_id.h"
#include "node/networking/peers.h"
#include "node/networking/receiver.h"
#include "node/networking/rpc.h"
#include "node/networking/seen_cache.h"
#include "node/networking/topics.h"
#include "node/runtime/clock.h"
#include "node/runtime/random.h"
#include "node/runtime/transport.h"

namespace lockstep::networking {

/// How long a message is remembered at least: gossipsub's seen_ttl.
inline constexpr base::Duration kSeenLifetime = std::chrono::seconds(24);
/// How many messages are remembered at most, each by its bytes and by its id.
inline constexpr std::size_t kSeenMessagesMax = 32768;

/// The first byte of a frame says what the rest of it is.
enum class Channel : std::uint8_t { kGossip = 0, kRequest = 1, kResponse = 2 };

/// What became of the gossip messages so far: received = duplicates + dropped + delivered.
struct GossipCounts {
  std::uint64_t received = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t dropped = 0;
  std::uint64_t delivered = 0;
  std::uint64_t forwarded = 0;   ///< Copies queued for peers.
  std::uint64_t not_queued = 0;  ///< Copies that a peer's send queue refused.
};

/// Gossipsub's messages without its mesh: what arrives for the first time goes to every peer that follows its
/// topic but the one it came from, before anybody looks at its meaning. Not thread-safe: one thread owns it.
class Gossip {
 public:
  /// Everything referred to outlives it.
  Gossip(const Topics& topics, Peers& peers, runtime::Clock& clock, runtime::Random& random,
         runtime::Transport& transport, chain::Events& events, const crypto::SignatureScheme& scheme,
         Receiver& receiver);

  /// Tells a peer that has just connected what we follow.
  void greet(runtime::PeerId peer);

  /// Takes a frame of the gossip channel, its channel byte included.
  void handle(runtime::PeerId from, const runtime::Frame& frame);

  /// Publishes an SSZ container to all peers that follow the topic. A message that was seen before is not
  /// sent again.
  void publish(TopicKind kind, base::ByteView ssz);

  /// To be called once an interval: forgets what was seen long ago.
  void expire();

  [[nodiscard]] const GossipCounts& counts() const { return counts_; }

 private:
  /// A message on its way in: where it came from, and the frame that may be passed on as it is.
  struct Incoming {
    runtime::PeerId from;
    TopicKind kind;
    MessageView message;
    /// Null when the frame holds more than this message.
    const runtime::Frame* frame;
  };

  void take_subscriptions(runtime::PeerId from);
  /// False when the message was dropped as unreadable.
  bool take_message(runtime::PeerId from, const MessageView& message, const runtime::Frame* frame);
  bool take_fresh(const Incoming& incoming, const Fingerprint& raw);
  [[nodiscard]] bool decompress(const Incoming& incoming);
  /// False when the payload is not what its topic carries.
  [[nodiscard]] bool accept(const Incoming& incoming, const Fingerprint& raw, const Fingerprint& id);
  void remember(SeenCache<Fingerprint>& cache, const Fingerprint& key);
  void flood(runtime::PeerId except, TopicKind kind, const runtime::Frame& frame);
  void drop(runtime::PeerId from, chain::Drop reason);

  const Topics& topics_;
  Peers& peers_;
  runtime::Clock& clock_;
  runtime::Transport& transport_;
  chain::Events& events_;
  const crypto::SignatureScheme& scheme_;
  Receiver& receiver_;

  std::array<MessageIds, kTopicKinds> ids_;
  KeyedHash hash_;
  /// Messages by their compressed bytes, topic included: tells duplicates apart without decompressing them.
  SeenCache<Fingerprint> seen_bytes_;
  /// Messages by their ids.
  SeenCache<Fingerprint> seen_ids_;
  /// Frames that held one message each and came lately, by digest: most frames are repetitions of these, and
  /// are known here without a look into them or into the large cache. A newer one takes the place of an
  /// older.
  static constexpr std::size_t kRecentFrames = 512;
  std::array<std::uint64_t, kRecentFrames> recent_frames_{};
  RpcView rpc_;          ///< Read into again for each frame.
  base::Bytes payload_;  ///< The decompressed message in hand.
  GossipCounts counts_;
};

}  // namespace lockstep::networking
