// The peers that are connected, and how often they misbehaved.
#pragma once

#include <cstdint>
#include <vector>

#include "node/chain/events.h"
#include "node/runtime/transport.h"

namespace lockstep::networking {

/// One connected peer.
struct Peer {
  runtime::PeerId id;
  std::uint32_t offences = 0;
  bool banned = false;                   ///< Disconnecting: nothing that it still sends is looked at.
  bool refused = false;                  ///< Its send queue was full at least once since the last heartbeat.
  std::uint32_t heartbeats_refused = 0;  ///< In how many heartbeats in a row.
};

/// How many offences a peer may commit before it is disconnected.
inline constexpr std::uint32_t kOffencesMax = 16;
/// After how many heartbeats one of its offences is forgiven: honest peers commit one now and then, when
/// messages cross.
inline constexpr std::uint32_t kHeartbeatsToForgive = 10;
/// In how many heartbeats in a row a peer's send queue may have been full.
inline constexpr std::uint32_t kHeartbeatsRefusedMax = 64;

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
  /// kOffencesMax the connection is closed. True when that has just happened.
  bool drop(runtime::PeerId id, chain::Drop reason);

  /// Notes that the peer's send queue was full.
  void refused(runtime::PeerId id);

  /// Forgives, as time goes by; and closes the connections of peers that have taken nothing for too long.
  /// Returns who was banned. To be called once a heartbeat.
  std::vector<runtime::PeerId> heartbeat();

 private:
  void ban(Peer& peer);

  runtime::Transport& transport_;
  chain::Events& events_;
  std::vector<Peer> peers_;
  std::uint32_t heartbeats_ = 0;
};

}  // namespace lockstep::networking
