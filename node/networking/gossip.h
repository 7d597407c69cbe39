// Gossip: takes messages out of frames, sees that they are well-formed, and drives gossipsub with them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/chain/events.h"
#include "node/crypto/signatures.h"
#include "node/networking/gossipsub.h"
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

/// What became of the gossip messages so far: received = duplicates + dropped + delivered.
struct GossipCounts {
  std::uint64_t received = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t dropped = 0;
  std::uint64_t delivered = 0;
  std::uint64_t sent = 0;        ///< Frames queued for peers.
  std::uint64_t not_queued = 0;  ///< Frames that a peer's send queue refused.
};

/// A node's gossip. A message that comes for the first time is passed on once its form is known to be right:
/// it decompresses and is the container that its topic carries. (leanSpec passes on malformed ones, too; a
/// peer that counts those as offences, as this node does, would then shut out whoever was honest.) What it
/// means is looked at afterwards, by the receiver. Not thread-safe: one thread owns it.
class Gossip {
 public:
  /// Follows blocks, aggregates and the votes of the subnets that are `heard`. Everything referred to but
  /// that outlives it.
  Gossip(const Topics& topics, const spec::SubnetSet& heard, Peers& peers, runtime::Clock& clock,
         runtime::Random& random, runtime::Transport& transport, chain::Events& events,
         const crypto::SignatureScheme& scheme, Receiver& receiver);

  /// A peer has connected; it is told what we follow.
  void connected(runtime::PeerId peer);
  /// A peer has gone, or is not to be heard or spoken to any more.
  void disconnected(runtime::PeerId peer);
  /// Takes a frame of the gossip channel.
  void handle(runtime::PeerId from, const runtime::Frame& frame);
  /// Publishes an SSZ container. A message that was seen before is not sent again.
  void publish(TopicIndex topic, base::ByteView ssz);

  /// When poll() has something to do again.
  [[nodiscard]] base::Instant next_heartbeat() const { return next_heartbeat_; }
  /// Does the heartbeat when its time has come. One that is late is not made up for.
  void poll();
  /// Reports what became of messages and control entries so far.
  void report();

  [[nodiscard]] const GossipCounts& counts() const { return counts_; }
  [[nodiscard]] const Gossipsub& gossipsub() const { return gossipsub_; }

 private:
  /// A message on its way in: where it came from, and the frame that may be passed on as it is.
  struct Incoming {
    runtime::PeerId from;
    TopicIndex topic;
    MessageView message;
    /// Null when the frame holds more than this message.
    const runtime::Frame* frame;
  };

  /// Whether the frame holds nothing but one message that came before.
  [[nodiscard]] bool is_repetition(const Fingerprint& digest);
  void take_subscriptions(runtime::PeerId from);
  void take_message(runtime::PeerId from, const MessageView& message, const runtime::Frame* frame,
                    const Fingerprint& digest);
  void take_fresh(const Incoming& incoming, const Fingerprint& bytes);
  [[nodiscard]] bool decompress(const Incoming& incoming);
  /// Reads the message, passes it on and delivers it, unless something is wrong with it.
  [[nodiscard]] std::optional<chain::Drop> accept(const Incoming& incoming, const MessageId& id);
  [[nodiscard]] std::optional<chain::Drop> accept_vote(const Incoming& incoming, const MessageId& id);
  /// Hands the message to gossipsub, and sends what comes of it.
  void pass_on(const Incoming& incoming, const MessageId& id);
  void remember(const Fingerprint& bytes);
  [[nodiscard]] bool is_banned(runtime::PeerId peer);
  void flush();
  void heartbeat();
  void drop(runtime::PeerId from, chain::Drop reason);

  const Topics& topics_;
  Peers& peers_;
  runtime::Clock& clock_;
  runtime::Transport& transport_;
  chain::Events& events_;
  const crypto::SignatureScheme& scheme_;
  Receiver& receiver_;

  std::vector<MessageIds> ids_;  ///< By topic.
  KeyedHash hash_;
  Gossipsub gossipsub_;
  base::Instant next_heartbeat_;
  /// Messages by the frame that holds only them, or by their compressed data and topic: tells duplicates
  /// apart without a look into them.
  SeenCache<Fingerprint> seen_bytes_{kSeenLifetime, kSeenMessagesMax};
  /// The frames among them that came lately: most frames are repetitions of these, and are known here without
  /// a look into the large cache. A newer one takes the place of an older.
  static constexpr std::size_t kRecentFrames = 512;
  std::array<std::uint64_t, kRecentFrames> recent_frames_{};
  RpcView rpc_;          ///< Read into again for each frame.
  base::Bytes payload_;  ///< The decompressed message in hand.
  GossipCounts counts_;
};

}  // namespace lockstep::networking
