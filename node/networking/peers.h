// The peers that are connected, what they follow, and how often they misbehaved.
#pragma once

#include <cstdint>
#include <vector>

#include "node/chain/events.h"
#include "node/networking/topics.h"
#include "node/runtime/transport.h"

namespace lockstep::networking {

/// One connected peer.
struct Peer {
  runtime::PeerId id;
  std::uint32_t offences = 0;
  std::uint8_t topics = 0;  ///< Bit k: follows the topic of kind k.
  bool banned = false;      ///< Disconnecting: nothing that it still sends is looked at.

  [[nodiscard]] bool follows(TopicKind kind) const {
    return (topics >> static_cast<unsigned>(kind) & 1) != 0;
  }
};

/// How many offences a peer may commit before it is disconnected.
inline constexpr std::uint32_t kOffencesMax = 16;

/// The connected peers in ascending order of their ids. Not thread-safe.
class Peers {
 public:
  Peers(runtime::Transport& transport, chain::Events& events) : transport_(transport), events_(events) {}

  /// Adds a peer; does nothing if it is there.
  void connected(runtime::PeerId id);
  /// Removes a peer, if it is there.
  void disconnected(runtime::PeerId id);

  /// Null when not connected. Valid until the next connected() or disconnected().
  [[nodiscard]] Peer* find(runtime::PeerId id);
  [[nodiscard]] const std::vector<Peer>& all() const { return peers_; }

  /// Reports a dropped message and, when the reason is an offence, counts it against the peer: past
  /// kOffencesMax the connection is closed.
  void drop(runtime::PeerId id, chain::Drop reason);

 private:
  runtime::Transport& transport_;
  chain::Events& events_;
  std::vector<Peer> peers_;
};

}  // namespace lockstep::networking
