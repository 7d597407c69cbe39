// Listens, dials, resolves duplicate connections, and runs the io thread.
#include "node/real/tcp_switchboard.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sstream>
#include <utility>

#include "node/base/assert.h"
#include "node/real/system_random.h"

namespace lockstep::real {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// How long accept pauses after a failure such as running out of file descriptors.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

TransportIdentity random_identity() {
  TransportIdentity out;
  SystemRandom random;
  random.fill(out.data);
  return out;
}

std::string to_text(const tcp::socket& socket) {
  boost::system::error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) {
    return "unknown";
  }
  std::ostringstream out;
  out << endpoint;
  return out.str();
}

}  // namespace

TcpSwitchboard::TcpSwitchboard(const TcpOptions& options)
    : options_(options),
      identity_(random_identity()),
      keep_running_(io_.get_executor()),
      inbox_(options.inbound_events_max, options.inbound_bytes_max,
             [this] {
               asio::post(io_, [this] {
                 for (const auto& connection : connections_) {
                   connection->resume();
                 }
               });
             }),
      acceptor_(io_) {}

TcpSwitchboard::~TcpSwitchboard() {
  if (thread_.joinable()) {
    asio::post(io_, [this] { stop(); });
    thread_.join();
  }
}

std::optional<std::string> TcpSwitchboard::start() {
  for (const auto& text : options_.dial) {
    auto address = parse_address(text);
    if (!address) {
      return "cannot read the address to dial: '" + text + "' (wanted host:port)";
    }
    targets_.emplace_back(*std::move(address), io_);
  }
  if (auto failure = options_.listen.empty() ? std::nullopt : listen()) {
    return failure;
  }
  if (acceptor_.is_open()) {
    spawn(keep_accepting());
  }
  for (auto& target : targets_) {
    spawn(keep_dialling(target));
  }
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "tcp-io");
    io_.run();
  });
  return std::nullopt;
}

std::optional<std::string> TcpSwitchboard::listen() {
  const auto address = parse_address(options_.listen);
  if (!address) {
    return "cannot read the address to listen on: '" + options_.listen + "' (wanted host:port)";
  }
  boost::system::error_code error;
  const auto found = tcp::resolver(io_).resolve(address->host, address->port, error);
  if (error || found.empty()) {
    return "cannot resolve the address to listen on: '" + options_.listen + "': " + error.message();
  }
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor_.open(endpoint.protocol(), error);
  if (!error) {
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error) {
    acceptor_.bind(endpoint, error);
  }
  if (!error) {
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    return "cannot listen on '" + options_.listen + "': " + error.message();
  }
  listen_port_ = acceptor_.local_endpoint().port();
  return std::nullopt;
}

void TcpSwitchboard::spawn(asio::awaitable<void> work) {
  asio::co_spawn(io_, std::move(work), [](const std::exception_ptr& failure) {
    if (failure) {
      std::rethrow_exception(failure);
    }
  });
}

void TcpSwitchboard::stop() {
  stopping_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (auto& target : targets_) {
    target.resolver.cancel();
    target.socket.close(ignored);
    target.timer.cancel();
  }
  const auto connections = connections_;
  for (const auto& connection : connections) {
    connection->close();
  }
  keep_running_.reset();
}

asio::awaitable<void> TcpSwitchboard::keep_accepting() {
  asio::steady_timer pause(io_);
  while (!stopping_) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (stopping_) {
      break;
    }
    if (error) {
      pause.expires_after(kAcceptPause);
      co_await pause.async_wait(kAwait);
      continue;
    }
    if (connections_.size() >= options_.connections_max) {
      ++connections_refused_;
      continue;
    }
    std::string address = to_text(socket);
    const auto connection = std::make_shared<TcpConnection>(
        *this, std::move(socket), TcpConnection::Side::kAcceptor, std::move(address));
    connections_.insert(connection);
    spawn(connection->run());
  }
}

asio::awaitable<void> TcpSwitchboard::keep_dialling(DialTarget& target) {
  base::Duration pause = options_.redial_min;
  while (!stopping_) {
    if (connected_to(target.identity) == nullptr) {
      const bool was_connected = co_await dial_once(target);
      if (target.identity == identity_) {
        co_return;
      }
      pause = was_connected ? options_.redial_min : std::min(2 * pause, options_.redial_max);
    }
    if (!stopping_) {
      target.timer.expires_after(pause);
      co_await target.timer.async_wait(kAwait);
    }
  }
}

asio::awaitable<bool> TcpSwitchboard::connect(DialTarget& target) {
  const auto [error, found] =
      co_await target.resolver.async_resolve(target.address.host, target.address.port, kAwait);
  if (error || stopping_) {
    co_return false;
  }
  target.timer.expires_after(options_.handshake_timeout);
  target.timer.async_wait([&target](const boost::system::error_code& cancelled) {
    if (!cancelled) {
      boost::system::error_code ignored;
      target.socket.close(ignored);
    }
  });
  const auto [refused, endpoint] = co_await asio::async_connect(target.socket, found, kAwait);
  target.timer.cancel();
  co_return !refused && target.socket.is_open();
}

asio::awaitable<bool> TcpSwitchboard::dial_once(DialTarget& target) {
  const bool reached = co_await connect(target);
  tcp::socket socket = std::exchange(target.socket, tcp::socket(io_));
  if (!reached || stopping_) {
    co_return false;
  }
  const auto connection =
      std::make_shared<TcpConnection>(*this, std::move(socket), TcpConnection::Side::kDialler,
                                      target.address.host + ":" + target.address.port);
  connections_.insert(connection);
  co_await connection->run();
  target.identity = connection->identity();
  co_return connection->peer.value != 0;
}

std::shared_ptr<TcpConnection> TcpSwitchboard::connected_to(const TransportIdentity& identity) const {
  const auto found = std::find_if(peers_.begin(), peers_.end(),
                                  [&](const auto& entry) { return entry.second->identity() == identity; });
  return found == peers_.end() ? nullptr : found->second;
}

bool TcpSwitchboard::may_confirm(const TcpConnection& connection) {
  const bool dialled_twice = std::any_of(connections_.begin(), connections_.end(), [&](const auto& other) {
    return other->confirmed() && other->identity() == connection.identity();
  });
  if (dialled_twice || connected_to(connection.identity()) != nullptr) {
    ++duplicates_refused_;
    return false;
  }
  return !inbox_.full();
}

bool TcpSwitchboard::accepts(const TcpConnection& connection) {
  const auto existing = connected_to(connection.identity());
  if (existing != nullptr && existing->side() == TcpConnection::Side::kDialler) {
    ++duplicates_refused_;
    return false;
  }
  const auto crossing = std::find_if(connections_.begin(), connections_.end(), [&](const auto& other) {
    return other->confirmed() && other->identity() == connection.identity();
  });
  if (crossing != connections_.end()) {
    // Both nodes confirmed at once: the connection that the lower identity dialled is the one that stays.
    ++duplicates_refused_;
    if (identity_ < connection.identity()) {
      return false;
    }
    (*crossing)->close();
  }
  if (existing != nullptr) {
    // A node confirms a second connection only after it has lost the first.
    existing->close();
  }
  return !inbox_.full();
}

void TcpSwitchboard::announce(const std::shared_ptr<TcpConnection>& connection) {
  connection->peer = {++peers_announced_};
  ++established_;
  {
    const std::lock_guard lock(peers_mutex_);
    peers_.emplace(connection->peer, connection);
  }
  connection->allow_offers();
  inbox_.push(runtime::PeerConnected{connection->peer, connection->address()});
}

void TcpSwitchboard::on_closed(const std::shared_ptr<TcpConnection>& connection) {
  connections_.erase(connection);
  bool was_peer = false;
  {
    const std::lock_guard lock(peers_mutex_);
    was_peer = peers_.erase(connection->peer) != 0;
  }
  if (was_peer) {
    inbox_.push(runtime::PeerDisconnected{connection->peer});
  }
}

std::shared_ptr<TcpConnection> TcpSwitchboard::find(runtime::PeerId peer) const {
  const std::lock_guard lock(peers_mutex_);
  const auto found = peers_.find(peer);
  return found == peers_.end() ? nullptr : found->second;
}

void TcpSwitchboard::close_later(std::shared_ptr<TcpConnection> connection) {
  asio::post(io_, [connection = std::move(connection)] { connection->close(); });
}

TcpFigures TcpSwitchboard::figures() const {
  return {.established = established_,
          .duplicates_refused = duplicates_refused_,
          .handshakes_failed = handshakes_failed_,
          .oversize_frames = oversize_frames_,
          .timed_out = timed_out_,
          .connections_refused = connections_refused_};
}

}  // namespace lockstep::real
