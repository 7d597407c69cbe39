// One TCP connection: handshake, then frames both ways until it ends.
#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "node/real/tcp_wire.h"
#include "node/runtime/transport.h"

namespace lockstep::real {

class TcpSwitchboard;

/// Lives on the switchboard's io thread, except for offer() and refuse_offers(). Kept alive by its own
/// coroutines and by the switchboard.
class TcpConnection : public std::enable_shared_from_this<TcpConnection> {
 public:
  enum class Side { kDialler, kAcceptor };

  TcpConnection(TcpSwitchboard& switchboard, boost::asio::ip::tcp::socket socket, Side side,
                std::string address);

  /// The whole life of the connection; ends when it is closed.
  boost::asio::awaitable<void> run();

  /// Ends the connection. Idempotent.
  void close();

  /// Reads on after the inbox was full.
  void resume();

  /// As Transport::send. Any thread.
  runtime::SendOutcome offer(runtime::Frame frame);
  /// From here on offer() queues, or says kClosed. Any thread.
  void allow_offers();
  void refuse_offers();

  [[nodiscard]] Side side() const { return side_; }
  [[nodiscard]] const std::string& address() const { return address_; }
  /// Who is at the other end; zeros until its hello came.
  [[nodiscard]] const TransportIdentity& identity() const { return identity_; }
  /// The dialler has said kConfirm and waits for kAccept.
  [[nodiscard]] bool confirmed() const { return confirmed_; }
  /// Set by the switchboard when it announces the peer; value 0 before.
  runtime::PeerId peer{};

 private:
  boost::asio::awaitable<bool> shake_hands_as_dialler();
  boost::asio::awaitable<bool> shake_hands_as_acceptor();
  boost::asio::awaitable<bool> read_hello();
  boost::asio::awaitable<bool> write_hello();
  boost::asio::awaitable<bool> write_byte(std::uint8_t byte);
  boost::asio::awaitable<bool> expect_byte(std::uint8_t byte);
  boost::asio::awaitable<void> read_frames();
  boost::asio::awaitable<void> write_frames();
  boost::asio::awaitable<void> wait_for_room();
  bool take_batch();
  void start_writing();
  void arm(boost::asio::steady_timer& timer, base::Duration timeout);
  void watch_frame();
  void stop_watching_frame();

  TcpSwitchboard& switchboard_;
  boost::asio::ip::tcp::socket socket_;
  /// Over the handshake, and then over each write.
  boost::asio::steady_timer watchdog_;
  /// Over the frame that has begun to arrive.
  boost::asio::steady_timer frame_watchdog_;
  bool frame_is_watched_ = false;
  /// Never expires; resume() and close() cancel it.
  boost::asio::steady_timer room_;
  const Side side_;
  const std::string address_;
  TransportIdentity identity_;
  bool confirmed_ = false;
  bool closed_ = false;
  bool timed_out_ = false;
  FrameDecoder decoder_{runtime::kFrameBytesMax};

  std::mutex outbox_mutex_;
  std::deque<runtime::Frame> outbox_;
  std::size_t outbox_bytes_ = 0;  ///< Includes the batch that is being written.
  bool refuses_ = true;           ///< Until the peer is announced, and after the end.
  bool writing_ = true;           ///< A write is under way, or must not start yet.

  std::vector<runtime::Frame> batch_;
  std::vector<std::array<std::uint8_t, kFrameHeaderBytes>> batch_headers_;
};

}  // namespace lockstep::real
