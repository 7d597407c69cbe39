// Who is connected: listens, dials, and decides which connections stay.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "node/real/inbox.h"
#include "node/real/tcp_connection.h"
#include "node/real/tcp_transport.h"
#include "node/real/tcp_wire.h"

namespace lockstep::real {

/// Owns the io thread of a TcpTransport and everything that lives on it.
class TcpSwitchboard {
 public:
  explicit TcpSwitchboard(const TcpOptions& options);
  /// Closes everything and waits for the io thread.
  ~TcpSwitchboard();
  TcpSwitchboard(const TcpSwitchboard&) = delete;
  TcpSwitchboard& operator=(const TcpSwitchboard&) = delete;

  /// Listens and starts to dial; returns the sentence that says why it cannot. Called once.
  std::optional<std::string> start();

  // Any thread.
  std::shared_ptr<TcpConnection> find(runtime::PeerId peer) const;
  void close_later(std::shared_ptr<TcpConnection> connection);
  [[nodiscard]] TcpFigures figures() const;
  [[nodiscard]] std::uint16_t listen_port() const { return listen_port_; }
  Inbox& inbox() { return inbox_; }

  // The io thread, for connections.
  boost::asio::io_context& io() { return io_; }
  [[nodiscard]] const TcpOptions& options() const { return options_; }
  [[nodiscard]] const TransportIdentity& identity() const { return identity_; }
  /// Whether a dialler may confirm `connection`: false when it leads to a node that is connected already, or
  /// is about to be through another dialled connection.
  bool may_confirm(const TcpConnection& connection);
  /// Whether an acceptor takes a confirmed `connection`. Closes the connection that it supersedes, if any.
  bool accepts(const TcpConnection& connection);
  void announce(const std::shared_ptr<TcpConnection>& connection);
  void on_closed(const std::shared_ptr<TcpConnection>& connection);
  void count_failed_handshake() { ++handshakes_failed_; }
  void count_oversize_frame() { ++oversize_frames_; }
  void count_time_out() { ++timed_out_; }

 private:
  struct DialTarget {
    DialTarget(TcpAddress where, boost::asio::io_context& io)
        : address(std::move(where)), resolver(io), socket(io), timer(io) {}
    TcpAddress address;
    boost::asio::ip::tcp::resolver resolver;
    boost::asio::ip::tcp::socket socket;
    boost::asio::steady_timer timer;
    /// Who answered there last; zeros before anybody did.
    TransportIdentity identity;
  };

  std::optional<std::string> listen();
  boost::asio::awaitable<void> keep_accepting();
  boost::asio::awaitable<void> keep_dialling(DialTarget& target);
  boost::asio::awaitable<bool> dial_once(DialTarget& target);
  boost::asio::awaitable<bool> connect(DialTarget& target);
  [[nodiscard]] std::shared_ptr<TcpConnection> connected_to(const TransportIdentity& identity) const;
  void spawn(boost::asio::awaitable<void> work);
  void stop();

  const TcpOptions options_;
  const TransportIdentity identity_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> keep_running_;
  Inbox inbox_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t listen_port_ = 0;
  std::list<DialTarget> targets_;
  std::set<std::shared_ptr<TcpConnection>> connections_;
  bool stopping_ = false;
  std::uint64_t peers_announced_ = 0;

  mutable std::mutex peers_mutex_;
  /// Announced and not yet closed. Written on the io thread only.
  std::map<runtime::PeerId, std::shared_ptr<TcpConnection>> peers_;

  std::atomic<std::uint64_t> duplicates_refused_{0};
  std::atomic<std::uint64_t> handshakes_failed_{0};
  std::atomic<std::uint64_t> oversize_frames_{0};
  std::atomic<std::uint64_t> timed_out_{0};
  std::atomic<std::uint64_t> connections_refused_{0};
  std::atomic<std::uint64_t> established_{0};
  std::thread thread_;
};

}  // namespace lockstep::real
