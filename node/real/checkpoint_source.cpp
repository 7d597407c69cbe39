// A checkpoint by HTTP, or out of two files.
#include "node/real/checkpoint_source.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace lockstep::real {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Error = boost::system::error_code;

constexpr std::string_view kHttp = "http://";
constexpr auto kTimeout = std::chrono::seconds(60);
/// More than a state with all validators and a full history needs.
constexpr std::uint64_t kBodyBytesMax = 512ULL * 1024 * 1024;

struct Address {
  std::string host;
  std::string port;
};

/// What stands behind http://, without the slash at its end.
Address address_of(std::string_view authority) {
  while (authority.ends_with('/')) {
    authority.remove_suffix(1);
  }
  const std::size_t colon = authority.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  std::string_view host = authority.substr(0, has_port ? colon : authority.size());
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  return {std::string(host), has_port ? std::string(authority.substr(colon + 1)) : "80"};
}

using Response = http::response_parser<http::vector_body<std::uint8_t>>;

/// One exchange, every step of which the same deadline ends.
class Exchange {
 public:
  /// Empty when the whole response came; otherwise what went wrong.
  std::string get(const Address& address, const std::string& target, Response& response) {
    Error error;
    tcp::resolver resolver(io_);
    const auto places = resolver.resolve(address.host, address.port, error);
    if (error) {
      return error.message();
    }
    stream_.expires_after(kTimeout);
    stream_.async_connect(places, [&](Error how, const tcp::endpoint&) { error = how; });
    if (finish(); error) {
      return error.message();
    }
    http::request<http::empty_body> request{http::verb::get, target, 11};
    request.set(http::field::host, address.host);
    request.set(http::field::accept, "application/octet-stream");
    http::async_write(stream_, request, [&](Error how, std::size_t) { error = how; });
    if (finish(); error) {
      return error.message();
    }
    beast::flat_buffer buffer;
    response.body_limit(kBodyBytesMax);
    http::async_read(stream_, buffer, response, [&](Error how, std::size_t) { error = how; });
    finish();
    return error ? error.message() : "";
  }

 private:
  /// Runs what was begun to its end.
  void finish() {
    io_.restart();
    io_.run();
  }

  asio::io_context io_;
  beast::tcp_stream stream_{io_};
};

OrUserError<base::Bytes> get(const std::string& source, const std::string& target) {
  Response response;
  const std::string failure = Exchange().get(address_of(source.substr(kHttp.size())), target, response);
  if (!failure.empty()) {
    return UserError{source + target + ": " + failure};
  }
  if (response.get().result() != http::status::ok) {
    return UserError{source + target + ": answered " + std::to_string(response.get().result_int())};
  }
  return std::move(response.get().body());
}

OrUserError<base::Bytes> read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return UserError{path.string() + ": cannot be read"};
  }
  return base::Bytes(std::istreambuf_iterator<char>(in), {});
}

}  // namespace

OrUserError<sync::CheckpointBytes> get_checkpoint(const std::string& source) {
  const bool is_http = source.starts_with(kHttp);
  const auto part = [&](const std::string& target, const char* file) {
    return is_http ? get(source, target) : read(std::filesystem::path(source) / file);
  };
  OrUserError<base::Bytes> block = part("/lean/v0/blocks/finalized", "block.ssz");
  if (!block) {
    return block.error();
  }
  OrUserError<base::Bytes> state = part("/lean/v0/states/finalized", "state.ssz");
  if (!state) {
    return state.error();
  }
  return sync::CheckpointBytes{.signed_block = std::move(*block), .state = std::move(*state)};
}

}  // namespace lockstep::real
