// The numbers of gossipsub (leanSpec: gossipsub/parameters.py), and the bounds that keep peers from flooding.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "node/base/time.h"

namespace lockstep::networking {

/// What one mesh may differ in from another. The defaults are leanSpec's.
struct GossipsubParameters {
  std::size_t d = 8;        ///< Peers that a topic's mesh is brought to.
  std::size_t d_low = 6;    ///< With fewer it takes new ones in.
  std::size_t d_high = 12;  ///< With more it lets some go; with this many it accepts no more.
  std::size_t d_lazy = 6;   ///< Peers outside the mesh that hear of messages in a heartbeat.
};

inline constexpr base::Duration kHeartbeat = std::chrono::milliseconds(700);
/// How long a topic that we only publish to keeps its peers after the last message.
inline constexpr base::Duration kFanoutLifetime = std::chrono::seconds(60);
/// How long a peer that was pruned has to stay away, in seconds: PRUNE says so.
inline constexpr std::uint64_t kPruneBackoffSeconds = 60;
/// What a peer may demand in that way; more is taken as this.
inline constexpr std::uint64_t kPruneBackoffSecondsMax = 24 * 60 * 60;
/// How long a message is remembered at least: seen_ttl.
inline constexpr base::Duration kSeenLifetime = std::chrono::seconds(24);
/// How many messages are remembered at most, each by its bytes and by its id.
inline constexpr std::size_t kSeenMessagesMax = 32768;
/// Messages of how many heartbeats are told of: mcache_gossip.
inline constexpr std::size_t kGossipWindows = 3;
/// Messages of this many compressed bytes or more are declined at once from those who might send them again.
inline constexpr std::size_t kDontWantBytesMin = 1024;
/// How often one message is sent to one peer that asks for it, in one heartbeat.
inline constexpr std::uint32_t kRetransmissionsMax = 3;

// What one peer may say in one heartbeat. libp2p's gossipsub v1.1 has such bounds, leanSpec only that of ids
// served.

/// Entries of each kind of control message, beyond two for each topic.
inline constexpr std::size_t kControlEntriesMax = 20;
/// Topics that it may begin or cease to follow, whether we know them or not: many for networks of many
/// subnets.
inline constexpr std::size_t kSubscriptionsMax = 512;
/// Ids that are asked for after a peer's IHAVEs.
inline constexpr std::size_t kIdsAskedMax = 5000;
/// Ids of its IWANTs that are looked at; leanSpec counts this for each entry.
inline constexpr std::size_t kIdsServedMax = 5000;
/// Ids that it may decline.
inline constexpr std::size_t kIdsDeclinedMax = 5000;

/// A peer that said it has a message must have sent it this long after it was asked, or somebody else must.
inline constexpr base::Duration kPromiseLifetime = std::chrono::seconds(6);
/// An answer to IWANT is cut into frames of at most this many bytes, or of one message.
inline constexpr std::size_t kAnswerBytes = 1024 * 1024;

}  // namespace lockstep::networking
