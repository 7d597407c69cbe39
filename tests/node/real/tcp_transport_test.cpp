// What TCP transports do beyond the contract of the seam: strangers, duplicates, bounds, bad addresses.
#include "node/real/tcp_transport.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

#include "node/real/system_clock.h"
#include "node/real/tcp_wire.h"

namespace lockstep::real {
namespace {

using namespace std::chrono_literals;

constexpr auto kLong = 20s;

TcpOptions local_options() {
  TcpOptions options;
  options.network = "test";
  options.listen = "127.0.0.1:0";
  options.redial_min = 10ms;
  options.redial_max = 100ms;
  return options;
}

std::string address_of(const TcpTransport& transport) {
  return "127.0.0.1:" + std::to_string(transport.listen_port());
}

std::unique_ptr<TcpTransport> open(const TcpOptions& options) {
  auto opened = TcpTransport::open(options);
  EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error());
  return *std::move(opened);
}

bool eventually(const std::function<bool()>& condition) {
  const auto give_up = std::chrono::steady_clock::now() + kLong;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up) {
      return false;
    }
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

std::optional<runtime::TransportEvent> receive_for(TcpTransport& transport, base::Duration patience) {
  return transport.receive(SystemClock().now() + patience);
}

/// A plain TCP client that can misbehave.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    EXPECT_EQ(::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void write(base::ByteView bytes) {
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  bool read(std::span<std::uint8_t> bytes) {
    return ::recv(socket_, bytes.data(), bytes.size(), MSG_WAITALL) == static_cast<ssize_t>(bytes.size());
  }
  /// Waits until the other end has closed.
  bool closed() {
    std::uint8_t byte = 0;
    ssize_t got = 0;
    while ((got = ::recv(socket_, &byte, 1, 0)) > 0) {
    }
    return got == 0 || errno == ECONNRESET;
  }
  /// The dialler's part of the handshake.
  bool shake_hands(std::uint8_t identity) {
    Hello hello;
    hello.network = "test";
    hello.identity.data.fill(identity);
    write(encode_hello(hello));
    HelloBytes theirs{};
    if (!read(theirs) || !decode_hello(theirs)) {
      return false;
    }
    const std::array<std::uint8_t, 1> confirm = {kConfirm};
    write(confirm);
    std::array<std::uint8_t, 1> answer{};
    return read(answer) && answer[0] == kAccept;
  }

 private:
  int socket_;
};

TEST(TcpTransport, says_in_a_sentence_why_it_cannot_open) {
  TcpOptions options = local_options();
  options.listen = "nonsense";
  EXPECT_NE(TcpTransport::open(options).error().find("'nonsense'"), std::string::npos);
  options = local_options();
  options.dial = {"127.0.0.1:99999"};
  EXPECT_NE(TcpTransport::open(options).error().find("'127.0.0.1:99999'"), std::string::npos);
  options = local_options();
  options.network = std::string(65, 'x');
  EXPECT_NE(TcpTransport::open(options).error().find("64"), std::string::npos);
  const auto holder = open(local_options());
  options = local_options();
  options.listen = address_of(*holder);
  EXPECT_NE(TcpTransport::open(options).error().find("cannot listen"), std::string::npos);
}

TEST(TcpTransport, drops_strangers_at_the_handshake) {
  const auto transport = open(local_options());
  RawClient noise(transport->listen_port());
  noise.write(base::Bytes(kHelloBytes, 0x55));
  EXPECT_TRUE(noise.closed());

  Hello foreign;
  foreign.network = "another";
  RawClient foreigner(transport->listen_port());
  foreigner.write(encode_hello(foreign));
  EXPECT_TRUE(foreigner.closed());
  EXPECT_TRUE(eventually([&] { return transport->figures().handshakes_failed == 2; }));
  EXPECT_EQ(transport->figures().established, 0U);
}

TEST(TcpTransport, drops_a_client_that_says_nothing_or_only_half) {
  TcpOptions options = local_options();
  options.handshake_timeout = 50ms;
  const auto transport = open(options);
  RawClient silent(transport->listen_port());
  EXPECT_TRUE(silent.closed());
  RawClient undecided(transport->listen_port());
  Hello hello;
  hello.network = "test";
  undecided.write(encode_hello(hello));
  EXPECT_TRUE(undecided.closed());
  EXPECT_TRUE(eventually([&] { return transport->figures().handshakes_failed == 2; }));
  EXPECT_EQ(transport->figures().established, 0U);
}

TEST(TcpTransport, drops_a_peer_that_announces_an_oversize_frame) {
  const auto transport = open(local_options());
  RawClient peer(transport->listen_port());
  ASSERT_TRUE(peer.shake_hands(1));
  peer.write(encode_frame_header(runtime::kFrameBytesMax + 1));
  EXPECT_TRUE(peer.closed());
  EXPECT_EQ(transport->figures().oversize_frames, 1U);
  const auto connected = receive_for(*transport, kLong);
  ASSERT_TRUE(connected && std::holds_alternative<runtime::PeerConnected>(*connected));
  const auto disconnected = receive_for(*transport, kLong);
  ASSERT_TRUE(disconnected && std::holds_alternative<runtime::PeerDisconnected>(*disconnected));
}

TEST(TcpTransport, drops_a_peer_that_does_not_end_its_frame_and_none_that_is_merely_silent) {
  TcpOptions options = local_options();
  options.frame_timeout = 100ms;
  const auto transport = open(options);
  RawClient silent(transport->listen_port());
  ASSERT_TRUE(silent.shake_hands(1));
  const auto frame = [&silent] {
    silent.write(encode_frame_header(3));
    silent.write(base::Bytes(3, 7));
  };
  frame();
  RawClient slow(transport->listen_port());
  ASSERT_TRUE(slow.shake_hands(2));
  slow.write(encode_frame_header(1000));
  slow.write(base::Bytes(10, 7));
  EXPECT_TRUE(slow.closed());
  EXPECT_EQ(transport->figures().timed_out, 1U);
  frame();
  std::size_t frames = 0;
  while (const auto event = frames < 2 ? receive_for(*transport, kLong) : std::nullopt) {
    frames += std::holds_alternative<runtime::FrameReceived>(*event) ? 1 : 0;
  }
  EXPECT_EQ(frames, 2U);
}

TEST(TcpTransport, keeps_a_peer_that_ends_each_frame_in_time_though_another_has_always_begun) {
  TcpOptions options = local_options();
  options.frame_timeout = 500ms;
  const auto transport = open(options);
  RawClient busy(transport->listen_port());
  ASSERT_TRUE(busy.shake_hands(1));
  // Each write ends a frame and begins the next.
  base::Bytes end_and_begin(3, 7);
  const auto header = encode_frame_header(3);
  end_and_begin.insert(end_and_begin.end(), header.begin(), header.end());
  busy.write(header);
  constexpr std::size_t kFrames = 20;
  std::size_t frames = 0;
  while (frames < kFrames) {
    busy.write(end_and_begin);
    std::this_thread::sleep_for(options.frame_timeout / 10);
    const auto event = receive_for(*transport, kLong);
    ASSERT_TRUE(event && !std::holds_alternative<runtime::PeerDisconnected>(*event));
    frames += std::holds_alternative<runtime::FrameReceived>(*event) ? 1 : 0;
  }
  EXPECT_EQ(transport->figures().timed_out, 0U);
}

TEST(TcpTransport, drops_a_peer_that_takes_nothing) {
  TcpOptions options = local_options();
  options.write_timeout = 100ms;
  const auto transport = open(options);
  RawClient deaf(transport->listen_port());
  ASSERT_TRUE(deaf.shake_hands(1));
  const auto connected = receive_for(*transport, kLong);
  ASSERT_TRUE(connected && std::holds_alternative<runtime::PeerConnected>(*connected));
  const auto peer = std::get<runtime::PeerConnected>(*connected).peer;
  const auto frame = std::make_shared<const base::Bytes>(base::Bytes(runtime::kFrameBytesMax, 3));
  // More than the system takes for whoever does not read.
  EXPECT_TRUE(eventually([&] { return transport->send(peer, frame) == runtime::SendOutcome::kClosed; }));
  EXPECT_EQ(transport->figures().timed_out, 1U);
}

TEST(TcpTransport, keeps_only_as_many_connections_as_it_may) {
  TcpOptions options = local_options();
  options.connections_max = 2;
  const auto transport = open(options);
  RawClient first(transport->listen_port());
  RawClient second(transport->listen_port());
  ASSERT_TRUE(first.shake_hands(1));
  ASSERT_TRUE(second.shake_hands(2));
  RawClient third(transport->listen_port());
  EXPECT_TRUE(third.closed());
  EXPECT_EQ(transport->figures().connections_refused, 1U);
}

TEST(TcpTransport, takes_the_later_connection_of_a_node_that_lost_the_first) {
  const auto transport = open(local_options());
  RawClient first(transport->listen_port());
  ASSERT_TRUE(first.shake_hands(1));
  RawClient second(transport->listen_port());
  ASSERT_TRUE(second.shake_hands(1));
  EXPECT_TRUE(first.closed());
  EXPECT_EQ(transport->figures().established, 2U);
}

TEST(TcpTransport, never_talks_to_itself) {
  TcpOptions options = local_options();
  auto probe = open(options);
  options.listen = address_of(*probe);
  probe.reset();
  options.dial = {options.listen};
  const auto transport = open(options);
  EXPECT_FALSE(receive_for(*transport, 300ms).has_value());
  EXPECT_EQ(transport->figures().established, 0U);
}

TEST(TcpTransport, leaves_one_connection_between_nodes_that_dial_one_another_over_and_over) {
  for (int round = 0; round < 10; ++round) {
    std::vector<std::uint16_t> ports;
    {
      const auto one = open(local_options());
      const auto other = open(local_options());
      ports = {one->listen_port(), other->listen_port()};
    }
    std::vector<std::unique_ptr<TcpTransport>> both;
    for (std::size_t i = 0; i < 2; ++i) {
      TcpOptions options = local_options();
      options.listen = "127.0.0.1:" + std::to_string(ports[i]);
      options.dial = {"127.0.0.1:" + std::to_string(ports[1 - i]),
                      "localhost:" + std::to_string(ports[1 - i])};
      both.push_back(open(options));
    }
    std::this_thread::sleep_for(100ms);
    for (const auto& transport : both) {
      int peers = 0;
      while (const auto event = receive_for(*transport, peers == 0 ? base::Duration(kLong) : 100ms)) {
        peers += std::holds_alternative<runtime::PeerConnected>(*event) ? 1 : -1;
      }
      EXPECT_EQ(peers, 1);
    }
  }
}

TEST(TcpTransport, dials_again_until_somebody_listens_and_after_he_restarted) {
  std::string address;
  {
    const auto probe = open(local_options());
    address = address_of(*probe);
  }
  TcpOptions dialling = local_options();
  dialling.dial = {address};
  const auto dialler = open(dialling);
  for (int life = 0; life < 2; ++life) {
    EXPECT_FALSE(receive_for(*dialler, 100ms).has_value());
    TcpOptions listening = local_options();
    listening.listen = address;
    auto listener = open(listening);
    const auto up = receive_for(*dialler, kLong);
    ASSERT_TRUE(up && std::holds_alternative<runtime::PeerConnected>(*up));
    listener.reset();
    const auto down = receive_for(*dialler, kLong);
    ASSERT_TRUE(down && std::holds_alternative<runtime::PeerDisconnected>(*down));
  }
}

TEST(TcpTransport, stops_reading_when_nobody_receives_and_then_says_full_to_the_sender) {
  TcpOptions narrow = local_options();
  narrow.inbound_events_max = 16;
  const auto receiver = open(narrow);
  TcpOptions dialling = local_options();
  dialling.dial = {address_of(*receiver)};
  dialling.send_frames_max = 32;
  const auto sender = open(dialling);
  const auto connected = receive_for(*sender, kLong);
  ASSERT_TRUE(connected.has_value());
  const auto peer = std::get<runtime::PeerConnected>(*connected).peer;
  const auto frame = std::make_shared<const base::Bytes>(base::Bytes(100'000, 3));
  std::size_t queued = 0;
  ASSERT_TRUE(eventually([&] {
    auto outcome = runtime::SendOutcome::kQueued;
    while ((outcome = sender->send(peer, frame)) == runtime::SendOutcome::kQueued) {
      ++queued;
    }
    // Full for a moment is not yet full for good.
    std::this_thread::sleep_for(50ms);
    return sender->send(peer, frame) == runtime::SendOutcome::kFull;
  }));
  for (std::size_t got = 0; got < queued;) {
    const auto event = receive_for(*receiver, kLong);
    ASSERT_TRUE(event.has_value()) << "after " << got << " of " << queued;
    got += std::holds_alternative<runtime::FrameReceived>(*event) ? 1 : 0;
  }
  EXPECT_EQ(sender->send(peer, frame), runtime::SendOutcome::kQueued);
}

TEST(TcpTransport, can_be_destroyed_at_any_moment) {
  const auto target = open(local_options());
  for (int round = 0; round < 50; ++round) {
    TcpOptions options = local_options();
    options.dial = {address_of(*target), "127.0.0.1:1"};
    const auto transport = open(options);
    if (round % 3 != 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(50 * round));
    }
  }
}

}  // namespace
}  // namespace lockstep::real
