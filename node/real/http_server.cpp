// Connections as coroutines on one io thread, by Boost.Beast.
#include "node/real/http_server.h"

#include <pthread.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "node/real/tcp_wire.h"

namespace lockstep::real {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;
using HttpResponse = http::response<http::vector_body<std::uint8_t>>;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// How long accept pauses after a failure such as running out of file descriptors.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
/// How long a client without room has to take its 503, and how many may be doing so.
constexpr auto kRefusalTimeout = std::chrono::seconds(1);
constexpr std::size_t kRefusalsMax = 16;
/// Requests by one connection before others get a chance to take its place.
constexpr int kRequestsPerConnection = 1000;

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

HttpResponse to_http(api::Response response, unsigned version, bool keep_alive) {
  HttpResponse out{static_cast<http::status>(response.status), version};
  out.set(http::field::content_type,
          beast::string_view(response.content_type.data(), response.content_type.size()));
  if (response.retry_after_seconds) {
    out.set(http::field::retry_after, std::to_string(*response.retry_after_seconds));
  }
  if (!response.allow.empty()) {
    out.set(http::field::allow, beast::string_view(response.allow.data(), response.allow.size()));
  }
  out.body() = std::move(response.body);
  out.keep_alive(keep_alive);
  out.prepare_payload();
  return out;
}

/// What to tell a client whose request could not be read; nothing when it is gone anyway.
std::optional<api::Response> complaint_about(const Error& error) {
  if (error == http::error::header_limit) {
    return api::complaint(431, "the header is too long");
  }
  if (error == http::error::body_limit) {
    return api::complaint(413, "the body is too long");
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message) {
    return std::nullopt;
  }
  static const Error kAnyHttpError = http::make_error_code(http::error::end_of_stream);
  if (error.category() == kAnyHttpError.category()) {
    return api::complaint(400, "this is no HTTP request");
  }
  return std::nullopt;
}

}  // namespace

/// Acceptor, connections and their thread.
class HttpServer::Core {
 public:
  Core(const HttpOptions& options, Handler handler)
      : options_(options), handler_(std::move(handler)), acceptor_(io_) {}
  ~Core() {
    io_.stop();
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  std::optional<UserError> start() {
    const auto address = parse_address(options_.listen);
    if (!address) {
      return UserError{"cannot read the address to serve on: '" + options_.listen + "' (wanted host:port)"};
    }
    Error error;
    const auto found = tcp::resolver(io_).resolve(address->host, address->port, error);
    if (!error && found.empty()) {
      error = asio::error::host_not_found;
    }
    if (!error) {
      acceptor_.open(found.begin()->endpoint().protocol(), error);
    }
    if (!error) {
      acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    }
    if (!error) {
      acceptor_.bind(found.begin()->endpoint(), error);
    }
    if (!error) {
      acceptor_.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
      return UserError{"cannot serve on '" + options_.listen + "': " + error.message()};
    }
    listen_port_ = acceptor_.local_endpoint().port();
    spawn(keep_accepting());
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "http");
      io_.run();
    });
    return std::nullopt;
  }

  [[nodiscard]] std::uint16_t listen_port() const { return listen_port_; }
  [[nodiscard]] HttpFigures figures() const {
    return {.answered = answered_, .refused = refused_, .malformed = malformed_, .timed_out = timed_out_};
  }

 private:
  /// Counts something while it lives.
  class Counted {
   public:
    explicit Counted(std::size_t& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

   private:
    std::size_t& count_;
  };

  void spawn(asio::awaitable<void> work) {
    asio::co_spawn(io_, std::move(work), [](const std::exception_ptr& failure) {
      if (failure) {
        std::rethrow_exception(failure);
      }
    });
  }

  asio::awaitable<void> keep_accepting() {
    asio::steady_timer pause(io_);
    while (true) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwait);
      if (error) {
        pause.expires_after(kAcceptPause);
        co_await pause.async_wait(kAwait);
      } else if (serving_ < options_.connections_max) {
        spawn(serve(beast::tcp_stream(std::move(socket))));
      } else {
        ++refused_;
        if (refusing_ < kRefusalsMax) {
          spawn(refuse(beast::tcp_stream(std::move(socket))));
        }
      }
    }
  }

  asio::awaitable<void> serve(beast::tcp_stream stream) {
    const Counted counted(serving_);
    beast::flat_buffer buffer;
    for (int i = 0; i < kRequestsPerConnection; ++i) {
      http::request_parser<http::string_body> parser;
      parser.header_limit(options_.header_bytes_max);
      parser.body_limit(api::kRequestBodyMax);
      stream.expires_after(options_.read_timeout);
      const auto [error, read] = co_await http::async_read(stream, buffer, parser, kAwait);
      if (error) {
        co_await give_up(stream, error);
        co_return;
      }
      const http::request<http::string_body>& request = parser.get();
      const bool keep_alive = request.keep_alive() && i + 1 < kRequestsPerConnection;
      const auto method = request.method_string();
      const auto target = request.target();
      ++answered_;
      const HttpResponse response =
          to_http(handler_({.method = view_of(method), .target = view_of(target), .body = request.body()}),
                  request.version(), keep_alive);
      if (!co_await write(stream, response, options_.write_timeout) || !keep_alive) {
        break;
      }
    }
    close(stream);
  }

  asio::awaitable<void> refuse(beast::tcp_stream stream) {
    const Counted counted(refusing_);
    const HttpResponse response = to_http(api::overloaded(), kHttp11, /*keep_alive=*/false);
    co_await write(stream, response, kRefusalTimeout);
    close(stream);
  }

  /// Ends a connection whose request could not be read.
  asio::awaitable<void> give_up(beast::tcp_stream& stream, const Error& error) {
    if (error == beast::error::timeout) {
      ++timed_out_;
    }
    if (std::optional<api::Response> complaint = complaint_about(error)) {
      ++malformed_;
      const HttpResponse response = to_http(*std::move(complaint), kHttp11, /*keep_alive=*/false);
      co_await write(stream, response, kRefusalTimeout);
    }
    close(stream);
  }

  /// Whether the whole response was taken in time.
  asio::awaitable<bool> write(beast::tcp_stream& stream, const HttpResponse& response,
                              std::chrono::milliseconds timeout) {
    stream.expires_after(timeout);
    const auto [error, written] = co_await http::async_write(stream, response, kAwait);
    if (error == beast::error::timeout) {
      ++timed_out_;
    }
    co_return !error;
  }

  static void close(beast::tcp_stream& stream) {
    Error ignored;
    stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream.socket().close(ignored);
  }

  static constexpr unsigned kHttp11 = 11;

  const HttpOptions options_;
  const Handler handler_;
  std::uint16_t listen_port_ = 0;
  // The io thread's.
  std::size_t serving_ = 0;
  std::size_t refusing_ = 0;
  std::atomic<std::uint64_t> answered_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> malformed_ = 0;
  std::atomic<std::uint64_t> timed_out_ = 0;
  /// Destroyed before what its coroutines refer to, as it destroys them.
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  std::thread thread_;
};

OrUserError<std::unique_ptr<HttpServer>> HttpServer::open(const HttpOptions& options, Handler handler) {
  auto core = std::make_unique<Core>(options, std::move(handler));
  if (std::optional<UserError> error = core->start()) {
    return *std::move(error);
  }
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

HttpServer::HttpServer(std::unique_ptr<Core> core) : core_(std::move(core)) {}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::listen_port() const {
  return core_->listen_port();
}

HttpFigures HttpServer::figures() const {
  return core_->figures();
}

}  // namespace lockstep::real
