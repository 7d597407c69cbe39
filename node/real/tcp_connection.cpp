// Runs one TCP connection as coroutines on the io thread.
#include "node/real/tcp_connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <utility>

#include "node/real/tcp_switchboard.h"

namespace lockstep::real {
namespace {

namespace asio = boost::asio;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kBatchFramesMax = 64;
constexpr std::size_t kBatchBytesMax = 1024 * 1024;

// A peer that vanished without a word is noticed after 15 + 3 * 5 seconds, so that it can be dialled again.
constexpr int kKeepAliveIdleSeconds = 15;
constexpr int kKeepAliveProbeSeconds = 5;
constexpr int kKeepAliveProbes = 3;

/// Failure is of no consequence: the system's defaults stay.
void set_tcp_option(asio::ip::tcp::socket& socket, int option, int value) {
  static_cast<void>(::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value));
}

}  // namespace

TcpConnection::TcpConnection(TcpSwitchboard& switchboard, asio::ip::tcp::socket socket, Side side,
                             std::string address)
    : switchboard_(switchboard),
      socket_(std::move(socket)),
      watchdog_(switchboard.io()),
      frame_watchdog_(switchboard.io()),
      room_(switchboard.io()),
      side_(side),
      address_(std::move(address)) {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  set_tcp_option(socket_, TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  set_tcp_option(socket_, TCP_KEEPINTVL, kKeepAliveProbeSeconds);
  set_tcp_option(socket_, TCP_KEEPCNT, kKeepAliveProbes);
}

asio::awaitable<void> TcpConnection::run() {
  const auto self = shared_from_this();
  arm(watchdog_, switchboard_.options().handshake_timeout);
  bool agreed = false;
  if (side_ == Side::kDialler) {
    agreed = co_await shake_hands_as_dialler();
  } else {
    agreed = co_await shake_hands_as_acceptor();
  }
  if (agreed && !closed_) {
    watchdog_.cancel();
    start_writing();
    co_await read_frames();
  }
  close();
}

asio::awaitable<bool> TcpConnection::write_hello() {
  const HelloBytes own = encode_hello({switchboard_.identity(), switchboard_.options().network});
  const auto [error, count] = co_await asio::async_write(socket_, asio::buffer(own), kAwait);
  co_return !error;
}

asio::awaitable<bool> TcpConnection::read_hello() {
  HelloBytes bytes{};
  const auto [error, count] = co_await asio::async_read(socket_, asio::buffer(bytes), kAwait);
  const auto hello = error ? std::nullopt : decode_hello(bytes);
  if (!hello || hello->network != switchboard_.options().network) {
    switchboard_.count_failed_handshake();
    co_return false;
  }
  identity_ = hello->identity;
  co_return true;
}

asio::awaitable<bool> TcpConnection::write_byte(std::uint8_t byte) {
  const std::array<std::uint8_t, 1> bytes = {byte};
  const auto [error, count] = co_await asio::async_write(socket_, asio::buffer(bytes), kAwait);
  co_return !error;
}

asio::awaitable<bool> TcpConnection::expect_byte(std::uint8_t byte) {
  std::array<std::uint8_t, 1> bytes{};
  const auto [error, count] = co_await asio::async_read(socket_, asio::buffer(bytes), kAwait);
  // An end without a word is how a second connection between the same two is given up.
  if (timed_out_ || (!error && bytes[0] != byte)) {
    switchboard_.count_failed_handshake();
  }
  co_return !error && bytes[0] == byte;
}

// Each step of the handshakes is a statement of its own: g++ 12 miscompiles co_await in operands of || and
// ?:.

asio::awaitable<bool> TcpConnection::shake_hands_as_dialler() {
  bool going_well = co_await write_hello();
  if (going_well) {
    going_well = co_await read_hello();
  }
  if (!going_well || identity_ == switchboard_.identity() || !switchboard_.may_confirm(*this)) {
    co_return false;
  }
  confirmed_ = true;
  going_well = co_await write_byte(kConfirm);
  if (going_well) {
    going_well = co_await expect_byte(kAccept);
  }
  confirmed_ = false;
  if (!going_well || closed_) {
    co_return false;
  }
  switchboard_.announce(shared_from_this());
  co_return true;
}

asio::awaitable<bool> TcpConnection::shake_hands_as_acceptor() {
  bool going_well = co_await read_hello();
  if (going_well) {
    going_well = co_await write_hello();
  }
  if (going_well) {
    going_well = co_await expect_byte(kConfirm);
  }
  if (!going_well || closed_ || !switchboard_.accepts(*this)) {
    co_return false;
  }
  // Announced before the answer is on its way, so that what arrives meanwhile is weighed against it.
  switchboard_.announce(shared_from_this());
  co_return co_await write_byte(kAccept);
}

asio::awaitable<void> TcpConnection::read_frames() {
  std::vector<std::uint8_t> buffer(kReadBytes);
  while (!closed_) {
    watch_frame();
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer), kAwait);
    if (error) {
      co_return;
    }
    base::ByteView input(buffer.data(), count);
    while (!closed_) {
      co_await wait_for_room();
      auto frame = decoder_.take(input);
      if (!frame || closed_) {
        break;
      }
      stop_watching_frame();
      switchboard_.inbox().push(
          runtime::FrameReceived{peer, std::make_shared<const base::Bytes>(*std::move(frame))});
    }
    if (decoder_.oversize()) {
      switchboard_.count_oversize_frame();
      co_return;
    }
  }
}

void TcpConnection::watch_frame() {
  if (decoder_.has_begun() && !frame_is_watched_) {
    arm(frame_watchdog_, switchboard_.options().frame_timeout);
    frame_is_watched_ = true;
  }
}

void TcpConnection::stop_watching_frame() {
  frame_watchdog_.cancel();
  frame_is_watched_ = false;
}

asio::awaitable<void> TcpConnection::wait_for_room() {
  while (!closed_ && switchboard_.inbox().full()) {
    // While we do not read, nobody can end a frame.
    stop_watching_frame();
    room_.expires_at(asio::steady_timer::time_point::max());
    co_await room_.async_wait(kAwait);
  }
}

void TcpConnection::resume() {
  room_.cancel();
}

void TcpConnection::arm(asio::steady_timer& timer, base::Duration timeout) {
  timer.expires_after(timeout);
  timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
    if (!error && !self->closed_) {
      self->timed_out_ = true;
      if (self->peer.value != 0) {
        self->switchboard_.count_time_out();
      }
      self->close();
    }
  });
}

void TcpConnection::close() {
  if (std::exchange(closed_, true)) {
    return;
  }
  refuse_offers();
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
  watchdog_.cancel();
  frame_watchdog_.cancel();
  room_.cancel();
  switchboard_.on_closed(shared_from_this());
}

runtime::SendOutcome TcpConnection::offer(runtime::Frame frame) {
  const TcpOptions& options = switchboard_.options();
  const std::lock_guard lock(outbox_mutex_);
  if (refuses_) {
    return runtime::SendOutcome::kClosed;
  }
  const bool fits = outbox_.size() < options.send_frames_max &&
                    (outbox_bytes_ == 0 || outbox_bytes_ + frame->size() <= options.send_bytes_max);
  if (!fits) {
    return runtime::SendOutcome::kFull;
  }
  outbox_bytes_ += frame->size();
  outbox_.push_back(std::move(frame));
  if (!writing_) {
    writing_ = true;
    start_writing();
  }
  return runtime::SendOutcome::kQueued;
}

void TcpConnection::allow_offers() {
  const std::lock_guard lock(outbox_mutex_);
  refuses_ = false;
}

void TcpConnection::refuse_offers() {
  const std::lock_guard lock(outbox_mutex_);
  refuses_ = true;
}

void TcpConnection::start_writing() {
  asio::co_spawn(
      switchboard_.io(), [self = shared_from_this()] { return self->write_frames(); },
      [](const std::exception_ptr& failure) {
        if (failure) {
          std::rethrow_exception(failure);
        }
      });
}

bool TcpConnection::take_batch() {
  const std::lock_guard lock(outbox_mutex_);
  for (const auto& frame : batch_) {
    outbox_bytes_ -= frame->size();
  }
  batch_.clear();
  batch_headers_.clear();
  std::size_t bytes = 0;
  while (!outbox_.empty() && batch_.size() < kBatchFramesMax &&
         (batch_.empty() || bytes + outbox_.front()->size() <= kBatchBytesMax)) {
    bytes += outbox_.front()->size();
    batch_headers_.push_back(encode_frame_header(outbox_.front()->size()));
    batch_.push_back(std::move(outbox_.front()));
    outbox_.pop_front();
  }
  writing_ = !batch_.empty();
  return writing_;
}

asio::awaitable<void> TcpConnection::write_frames() {
  const auto self = shared_from_this();
  while (!closed_ && take_batch()) {
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(2 * batch_.size());
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      buffers.push_back(asio::buffer(batch_headers_[i]));
      buffers.push_back(asio::buffer(*batch_[i]));
    }
    arm(watchdog_, switchboard_.options().write_timeout);
    const auto [error, count] = co_await asio::async_write(socket_, buffers, kAwait);
    watchdog_.cancel();
    if (error) {
      close();
    }
  }
}

}  // namespace lockstep::real
