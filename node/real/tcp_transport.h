// Frames between nodes over TCP.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/runtime/transport.h"

namespace lockstep::real {

/// Whom to talk to, and how much to hold for them. Addresses are `host:port` or `[ipv6]:port`.
struct TcpOptions {
  /// Transports talk only within one network. At most 64 bytes.
  std::string network;
  /// Nothing is listened on when empty. Port 0 lets the system choose (TcpTransport::listen_port).
  std::string listen;
  /// Dialled, and dialled again with a growing pause, for as long as the transport lives. A node's own
  /// address among them is noticed and left alone.
  std::vector<std::string> dial;

  std::size_t send_frames_max = 4096;                ///< Per peer, queued and not yet written.
  std::size_t send_bytes_max = 32 * 1024 * 1024;     ///< Per peer; one frame always fits an empty queue.
  std::size_t inbound_events_max = 8192;             ///< Over all peers; beyond it sockets are not read.
  std::size_t inbound_bytes_max = 64 * 1024 * 1024;  ///< The same, in bytes of frames.
  std::size_t connections_max = 256;                 ///< More are closed as soon as they are accepted.
  base::Duration redial_min = std::chrono::milliseconds(100);
  base::Duration redial_max = std::chrono::seconds(10);
  base::Duration handshake_timeout = std::chrono::seconds(5);
  /// A peer that takes longer to accept a batch of frames (at most 1 MiB or one frame) is dropped.
  base::Duration write_timeout = std::chrono::seconds(60);
  /// A peer that has begun a frame and takes longer to end it is dropped. Only the time in which we read
  /// counts.
  base::Duration frame_timeout = std::chrono::seconds(60);
};

/// What happened to a transport's connections so far.
struct TcpFigures {
  std::uint64_t established = 0;
  std::uint64_t duplicates_refused = 0;
  std::uint64_t handshakes_failed = 0;  ///< Bad hello, other network, time-out, closed half-way.
  std::uint64_t oversize_frames = 0;    ///< Each cost the peer its connection.
  std::uint64_t timed_out = 0;          ///< Peers that were too slow to take frames, or to end one.
  std::uint64_t connections_refused = 0;
};

class TcpSwitchboard;

/// runtime::Transport on Boost.Asio with one thread of its own. Frames are length-prefixed; a handshake makes
/// sure that both ends speak this protocol for the same network, and leaves one connection between any two
/// nodes however often they dial one another. A dialled peer that is disconnected is dialled again, under a
/// new PeerId. Destroying it closes every connection without flushing.
class TcpTransport final : public runtime::Transport {
 public:
  /// Listens and begins to dial. The error is a sentence for the user: an address that cannot be read or
  /// listened on, or a network name that is too long.
  static base::Result<std::unique_ptr<TcpTransport>, std::string> open(const TcpOptions& options);

  ~TcpTransport() override;
  TcpTransport(const TcpTransport&) = delete;
  TcpTransport& operator=(const TcpTransport&) = delete;

  runtime::SendOutcome send(runtime::PeerId peer, runtime::Frame frame) override;
  void disconnect(runtime::PeerId peer) override;
  [[nodiscard]] std::optional<runtime::TransportEvent> receive(base::Instant deadline) override;
  void interrupt() override;

  /// The port that is listened on; 0 when none is.
  [[nodiscard]] std::uint16_t listen_port() const;
  [[nodiscard]] TcpFigures figures() const;

 private:
  explicit TcpTransport(std::unique_ptr<TcpSwitchboard> switchboard);

  std::unique_ptr<TcpSwitchboard> switchboard_;
};

}  // namespace lockstep::real
