// The HTTP server against clients that behave, and clients that do not.
#include "node/real/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <string>
#include <thread>

namespace lockstep::real {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

/// A client that says what it is told to, and reads what it is told to.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(io_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }
  void say(const std::string& text) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(text), ignored);
  }
  /// Everything until the server closes the connection.
  std::string rest() {
    std::string text;
    boost::system::error_code end;
    asio::read(socket_, asio::dynamic_buffer(text), end);
    return text;
  }
  /// One response whose body ends with a line.
  std::string one_line_response() {
    std::string text;
    asio::read_until(socket_, asio::dynamic_buffer(text), "\r\n\r\n");
    while (text.back() != '\n' || text.ends_with("\r\n")) {
      char next = 0;
      asio::read(socket_, asio::buffer(&next, 1));
      text += next;
    }
    return text;
  }

 private:
  asio::io_context io_;
  tcp::socket socket_;
};

class HttpServerTest : public testing::Test {
 protected:
  void open(HttpOptions options = {}) {
    options.listen = "127.0.0.1:0";
    auto opened = HttpServer::open(options, [this](const api::Request& request) {
      ++asked;
      if (request.target == "/large") {
        return api::Response{.status = 200,
                             .content_type = "application/octet-stream",
                             .body = base::Bytes(64 * 1024 * 1024, 7),
                             .retry_after_seconds = {},
                             .allow = {}};
      }
      return api::complaint(200, std::string(request.method) + " " + std::string(request.target) + " " +
                                     std::string(request.body));
    });
    ASSERT_TRUE(opened) << opened.error().sentence;
    server = std::move(*opened);
  }
  [[nodiscard]] std::uint16_t port() const { return server->listen_port(); }
  std::string answer_to(const std::string& text) {
    Client client(port());
    client.say(text);
    return client.rest();
  }
  template <typename F>
  static bool comes_true(F condition) {
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    while (!condition() && std::chrono::steady_clock::now() < give_up) {
      std::this_thread::sleep_for(5ms);
    }
    return condition();
  }

  std::atomic<int> asked = 0;
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, hands_requests_over_and_writes_what_comes_back) {
  open();
  const std::string got =
      answer_to("POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
  EXPECT_NE(got.find("Content-Type: text/plain; charset=utf-8\r\n"), std::string::npos) << got;
  EXPECT_TRUE(got.ends_with("\r\n\r\nPOST /a?b=c body\n")) << got;
  EXPECT_EQ(server->figures().answered, 1);
}

TEST_F(HttpServerTest, keeps_a_connection_for_the_next_request) {
  open();
  Client client(port());
  for (int i = 0; i < 3; ++i) {
    client.say("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.one_line_response().ends_with("GET /again \n"));
  }
  client.say("GET /last HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(client.rest().ends_with("GET /last \n"));
}

TEST_F(HttpServerTest, garbage_gets_one_line_and_does_not_reach_the_handler) {
  open();
  for (const char* garbage :
       {"\x16\x03\x01\x02\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: minus\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n"}) {
    const std::string got = answer_to(garbage);
    EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ")) << garbage << got;
    EXPECT_TRUE(got.ends_with("\r\n\r\nthis is no HTTP request\n")) << got;
  }
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(server->figures().malformed, 5);
}

TEST_F(HttpServerTest, a_header_or_body_without_end_is_cut_short) {
  open();
  const std::string header = answer_to("GET / HTTP/1.1\r\nX: " + std::string(9'000, 'x'));
  EXPECT_TRUE(header.starts_with("HTTP/1.1 431 ")) << header;
  const std::string body = answer_to("POST / HTTP/1.1\r\nContent-Length: 1025\r\n\r\n");
  EXPECT_TRUE(body.starts_with("HTTP/1.1 413 ")) << body;
  EXPECT_EQ(asked, 0);
}

TEST_F(HttpServerTest, a_client_without_room_is_told_when_to_come_back) {
  open({.listen = {}, .connections_max = 2});
  Client first(port());
  Client second(port());
  first.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  second.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(first.one_line_response().starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(second.one_line_response().starts_with("HTTP/1.1 200 "));
  const std::string third = Client(port()).rest();
  EXPECT_TRUE(third.starts_with("HTTP/1.1 503 ")) << third;
  EXPECT_NE(third.find("Retry-After: 1\r\n"), std::string::npos) << third;
  EXPECT_EQ(server->figures().refused, 1);
  EXPECT_EQ(asked, 2);
}

TEST_F(HttpServerTest, whoever_is_slow_to_ask_is_closed_and_makes_room) {
  open({.listen = {}, .connections_max = 1, .read_timeout = 50ms});
  Client slow(port());
  slow.say("GET / HTTP/1.1\r\nHo");
  EXPECT_EQ(slow.rest(), "");
  EXPECT_EQ(server->figures().timed_out, 1);
  EXPECT_TRUE(answer_to("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 200 "));
}

TEST_F(HttpServerTest, whoever_is_slow_to_listen_keeps_nobody_waiting) {
  open({.listen = {}, .write_timeout = 300ms});
  Client slow(port());
  slow.say("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(comes_true([&] { return asked == 1; }));
  EXPECT_TRUE(answer_to("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 200 "));
  EXPECT_EQ(server->figures().timed_out, 0);
  EXPECT_TRUE(comes_true([&] { return server->figures().timed_out == 1; }));
}

TEST_F(HttpServerTest, ends_while_clients_are_connected) {
  open();
  Client silent(port());
  Client slow(port());
  slow.say("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(comes_true([&] { return asked == 1; }));
  server.reset();
  EXPECT_EQ(silent.rest(), "");
}

TEST_F(HttpServerTest, says_why_it_cannot_listen) {
  open();
  const auto nothing = [](const api::Request&) { return api::overloaded(); };
  const auto taken = HttpServer::open({.listen = "127.0.0.1:" + std::to_string(port())}, nothing);
  ASSERT_FALSE(taken);
  EXPECT_NE(taken.error().sentence.find("cannot serve on"), std::string::npos);
  const auto unreadable = HttpServer::open({.listen = "no port"}, nothing);
  ASSERT_FALSE(unreadable);
  EXPECT_NE(unreadable.error().sentence.find("wanted host:port"), std::string::npos);
}

}  // namespace
}  // namespace lockstep::real
