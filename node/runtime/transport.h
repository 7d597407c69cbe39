// Frames between a node and its peers.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "node/base/bytes.h"
#include "node/base/time.h"

namespace lockstep::runtime {

/// Names a connected peer within one node. Never reused while the node lives.
struct PeerId {
  std::uint64_t value = 0;
  friend auto operator<=>(const PeerId&, const PeerId&) = default;
};

/// An immutable frame. Sending it to many peers shares one allocation.
using Frame = std::shared_ptr<const base::Bytes>;

/// Frames longer than this are refused by send() and cost a sending peer its connection.
inline constexpr std::size_t kFrameBytesMax = 10 * 1024 * 1024 + 64 * 1024;

struct PeerConnected {
  PeerId peer;
  /// Where the peer was reached or came from, for logs only.
  std::string address;
};
struct PeerDisconnected {
  PeerId peer;
};
struct FrameReceived {
  PeerId peer;
  Frame frame;
};
using TransportEvent = std::variant<FrameReceived, PeerConnected, PeerDisconnected>;

enum class SendOutcome {
  kQueued,   ///< The transport has it; that says nothing about its arrival.
  kFull,     ///< The peer's send queue is at its bound; nothing was queued.
  kClosed,   ///< The peer is not connected (any more); nothing was queued.
  kTooLong,  ///< The frame is longer than kFrameBytesMax; nothing was queued.
};

/// Connections to peers that carry whole frames. Per connection, frames arrive unchanged; a simulated network
/// may lose, repeat or reorder them as its rules say, a real one keeps them in order until the connection
/// ends. One thread receives; send() may be called from any thread.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Queues `frame` for `peer` and returns at once.
  virtual SendOutcome send(PeerId peer, Frame frame) = 0;

  /// Closes the connection; a PeerDisconnected follows. Unknown peers are ignored.
  virtual void disconnect(PeerId peer) = 0;

  /// The next event, in the order of arrival; blocks until there is one, until `deadline`, or until
  /// interrupt(). Nothing when the deadline passed or the wait was interrupted first. With a deadline in the
  /// past it takes what is there and does not block.
  [[nodiscard]] virtual std::optional<TransportEvent> receive(base::Instant deadline) = 0;

  /// Makes the current receive(), or the next one if none waits, return nothing. Any thread.
  virtual void interrupt() = 0;
};

}  // namespace lockstep::runtime
