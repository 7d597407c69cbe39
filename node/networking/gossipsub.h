// Gossipsub as a state machine: what peers say and the time go in, frames for peers come out.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/base/time.h"
#include "node/chain/events.h"
#include "node/networking/fingerprint_table.h"
#include "node/networking/gossipsub_parameters.h"
#include "node/networking/keyed_hash.h"
#include "node/networking/message_cache.h"
#include "node/networking/message_id.h"
#include "node/networking/rpc.h"
#include "node/networking/seen_cache.h"
#include "node/networking/topics.h"
#include "node/runtime/random.h"
#include "node/runtime/transport.h"

namespace lockstep::networking {

/// The first byte of a frame says what the rest of it is.
enum class Channel : std::uint8_t { kGossip = 0, kRequest = 1, kResponse = 2 };

/// A frame that holds the RPC.
[[nodiscard]] runtime::Frame frame_of(const RpcView& rpc);

/// Something that is to be sent. Frames to several peers are shared.
struct Outgoing {
  runtime::PeerId to;
  runtime::Frame frame;
};

/// Something that a peer should not have done.
struct Complaint {
  runtime::PeerId peer;
  chain::Drop reason;
};

/// What became of a message.
enum class Intake : std::uint8_t { kTaken, kSeen, kUnsubscribed };

/// What became of an entry of a control message.
enum class ControlOutcome : std::uint8_t {
  kHeeded,        ///< It was acted upon.
  kNothingToDo,   ///< A peer grafts or prunes what it has grafted or pruned; IHAVE told nothing new.
  kUnknownTopic,  ///< GRAFT or PRUNE for a topic that we do not follow.
  kInBackoff,     ///< GRAFT by a peer that should stay away; answered by PRUNE.
  kMeshFull,      ///< GRAFT when there is no room; answered by PRUNE.
  kUnknownIds,    ///< IWANT for nothing that we could send.
  kOverLimit,     ///< More than a peer may say in one heartbeat; not looked at.
};
inline constexpr std::size_t kControlOutcomes = 7;

/// Entries of control messages by their outcomes.
struct ControlCounts {
  std::uint64_t entries = 0;  ///< The sum of the others.
  std::array<std::uint64_t, kControlOutcomes> outcomes{};
  [[nodiscard]] std::uint64_t of(ControlOutcome outcome) const {
    return outcomes[static_cast<std::size_t>(outcome)];
  }
};

/// The mesh, fanout and message cache of one node and what it knows of its peers (leanSpec: gossipsub v1.2
/// without peer exchange and scores, gossipsub/behavior.py). It has neither clock nor transport: whoever
/// drives it hands in the time, which never goes back, and takes what is to be sent from outbox(). Choices
/// come from `random` in a fixed order, so that the same inputs give the same outputs. As leanSpec has it,
/// messages are passed on before anybody knows what they mean; that their form is right is for the driver to
/// see to before it hands them in. Not thread-safe.
class Gossipsub {
 public:
  /// `topics` are all that exist for this node; it follows none yet. `hash` and `random` outlive the machine.
  Gossipsub(const std::vector<std::string>& topics, const GossipsubParameters& parameters,
            const KeyedHash& hash, runtime::Random& random);

  /// A peer to which nothing can be sent yet (`can_send` false) is told nothing and never chosen.
  void connect(runtime::PeerId peer, bool can_send = true);
  /// Forgets the peer. Does nothing when it is not there.
  void disconnect(runtime::PeerId peer);

  /// Follows a topic: says so to all peers, and takes its fanout and more peers into its mesh.
  void subscribe(TopicIndex topic);
  /// Leaves a topic: says so to all peers and prunes its mesh.
  void unsubscribe(TopicIndex topic);
  [[nodiscard]] bool follows(TopicIndex topic) const { return topics_[topic].followed; }

  // What a peer says, in the order in which an RPC is worked off. Of a peer that is not connected, nothing
  // counts.

  /// Whether the peer may say that it begins or ceases to follow a topic, any topic: to be asked before each.
  /// One that has said so too often in this heartbeat is complained about.
  [[nodiscard]] bool may_subscribe(runtime::PeerId from);
  void on_subscription(runtime::PeerId from, TopicIndex topic, bool subscribe);
  /// A message, in a frame that holds nothing else. `data_bytes` is the length of its compressed data.
  Intake on_message(runtime::PeerId from, TopicIndex topic, const MessageId& id, const runtime::Frame& frame,
                    std::size_t data_bytes, base::Instant now);
  void on_control(runtime::PeerId from, const ControlView& control, base::Instant now);

  /// Sends a message of our own to the mesh, or to the fanout of a topic that we do not follow. False when it
  /// was seen before; it is not sent then.
  bool publish(TopicIndex topic, const MessageId& id, const runtime::Frame& frame, base::Instant now);

  /// To be called every kHeartbeat: brings meshes and fanouts to size, tells others of messages, and forgets.
  void heartbeat(base::Instant now);

  /// What is to be sent, in order; the caller clears it.
  [[nodiscard]] std::vector<Outgoing>& outbox() { return outbox_; }
  /// What peers did wrong, in order; the caller clears it.
  [[nodiscard]] std::vector<Complaint>& complaints() { return complaints_; }

  [[nodiscard]] bool has_seen(const MessageId& id) const { return seen_.contains(key_of(id)); }
  /// The peers in the mesh of a topic, ascending.
  [[nodiscard]] std::span<const runtime::PeerId> mesh(TopicIndex topic) const { return topics_[topic].mesh; }
  [[nodiscard]] std::span<const runtime::PeerId> fanout(TopicIndex topic) const {
    return topics_[topic].fanout;
  }
  [[nodiscard]] const ControlCounts& control_counts() const { return control_counts_; }
  [[nodiscard]] std::size_t seen_size() const { return seen_.size(); }
  [[nodiscard]] const MessageCache& cache() const { return cache_; }

  // Beginnings other than an empty one, for conformance vectors.

  void remember_seen(const MessageId& id, base::Instant now) { see(key_of(id), now); }
  void remember_cached(TopicIndex topic, const MessageId& id, const runtime::Frame& frame) {
    cache_.put(key_of(id), {.id = id, .topic = topic, .frame = frame});
  }
  void remember_in_mesh(TopicIndex topic, runtime::PeerId peer);
  void remember_backoff(runtime::PeerId peer, TopicIndex topic, base::Instant until);
  void follow_silently(TopicIndex topic) { topics_[topic].followed = true; }

 private:
  static constexpr std::size_t kTopicsMax = 128;

  struct Backoff {
    TopicIndex topic = 0;
    base::Instant until{};
  };
  /// What is asked of each peer for each message lies on the first cache line.
  struct alignas(64) Peer {
    runtime::PeerId id;
    bool can_send = true;
    FingerprintTable declined;  ///< In this heartbeat.
    std::bitset<kTopicsMax> follows;
    std::vector<Backoff> backoff;
    // Of this heartbeat:
    FingerprintTable served;  ///< How often each message was.
    std::array<std::size_t, 5> entries{};
    std::size_t subscriptions = 0;
    std::size_t ids_asked = 0;
    std::size_t ids_served = 0;
  };
  struct Topic {
    std::string name;
    bool followed = false;
    std::vector<runtime::PeerId> mesh;       ///< Ascending.
    std::vector<runtime::PeerId> fanout;     ///< Ascending.
    std::optional<base::Instant> published;  ///< While there is a fanout: when it was last used.
    runtime::Frame graft;                    ///< Always the same.
    runtime::Frame prune;
  };
  /// A peer was asked for a message that it says it has.
  struct Promise {
    runtime::PeerId peer;
    Fingerprint key;
    base::Instant deadline;
  };
  enum class Entry : std::uint8_t { kGraft, kPrune, kIHave, kIWant, kIDontWant };

  [[nodiscard]] Fingerprint key_of(const MessageId& id) const { return hash_.of(id.view(), kIdPurpose); }
  [[nodiscard]] Peer* find(runtime::PeerId peer);
  [[nodiscard]] std::optional<TopicIndex> find_topic(std::string_view name) const;
  void see(const Fingerprint& key, base::Instant now);
  void send(runtime::PeerId to, const runtime::Frame& frame);
  void announce(TopicIndex topic, bool subscribe);
  [[nodiscard]] runtime::Frame decline_frame(const MessageId& id) const;

  [[nodiscard]] bool may_say(Peer& peer, Entry kind);
  void count(ControlOutcome outcome);
  [[nodiscard]] ControlOutcome on_graft(Peer& from, std::string_view topic_name, base::Instant now);
  [[nodiscard]] ControlOutcome on_prune(Peer& from, const PruneView& prune, base::Instant now);
  [[nodiscard]] ControlOutcome on_ihave(Peer& from, std::span<const base::ByteView> ids, base::Instant now);
  [[nodiscard]] ControlOutcome on_iwant(Peer& from, std::span<const base::ByteView> ids);
  [[nodiscard]] ControlOutcome on_idontwant(Peer& from, std::span<const base::ByteView> ids);
  void ask_for(Peer& from, base::Instant now);

  void maintain_mesh(Topic& topic, TopicIndex index, base::Instant now);
  void fill_fanout(Topic& topic, TopicIndex index);
  void tell_of_messages(Topic& topic, TopicIndex index);
  void forget(base::Instant now);
  void set_backoff(Peer& peer, TopicIndex topic, base::Instant until);
  [[nodiscard]] static bool is_in_backoff(const Peer& peer, TopicIndex topic, base::Instant now);
  /// Puts up to `count` of candidates_, chosen at random, at its front and cuts off the rest.
  void choose(std::size_t count);

  static constexpr std::uint64_t kIdPurpose = 0x1d;

  const GossipsubParameters parameters_;
  const KeyedHash& hash_;
  runtime::Random& random_;
  std::vector<Topic> topics_;
  std::vector<Peer> peers_;  ///< In ascending order of their ids.
  SeenCache<Fingerprint> seen_{kSeenLifetime, kSeenMessagesMax};
  MessageCache cache_;
  std::vector<Promise> promises_;
  std::vector<Outgoing> outbox_;
  std::vector<Complaint> complaints_;
  ControlCounts control_counts_;
  std::vector<runtime::PeerId> candidates_;  ///< Used again and again.
  RpcView rpc_;                              ///< Likewise.
};

}  // namespace lockstep::networking
