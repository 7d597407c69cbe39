// A small HTTP server for answers that are made in one go: limits on everything that a client can stretch.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "node/api/handlers.h"
#include "node/real/user_error.h"

namespace lockstep::real {

struct HttpOptions {
  /// host:port; port 0 lets the system choose.
  std::string listen;
  /// Clients beyond these are told 503 and when to come back.
  std::size_t connections_max = 32;
  /// For a whole request to arrive, and for a connection to be idle.
  std::chrono::milliseconds read_timeout = std::chrono::seconds(10);
  /// For a whole response to be taken.
  std::chrono::milliseconds write_timeout = std::chrono::seconds(30);
  std::uint32_t header_bytes_max = 8 * 1024;
};

/// What became of clients so far.
struct HttpFigures {
  std::uint64_t answered = 0;   ///< Requests that got to the handler.
  std::uint64_t refused = 0;    ///< Connections for which there was no room.
  std::uint64_t malformed = 0;  ///< Requests that could not be read, or were too long.
  std::uint64_t timed_out = 0;  ///< Connections that were closed because the client was too slow.
};

/// Serves on a thread of its own until it is destroyed. The handler is called on that thread, one request at
/// a time; its response is written afterwards, bytes that nobody else waits for.
class HttpServer {
 public:
  using Handler = std::function<api::Response(const api::Request&)>;

  /// Listens and begins to serve; the sentence says why it cannot.
  static OrUserError<std::unique_ptr<HttpServer>> open(const HttpOptions& options, Handler handler);
  /// Closes all connections and waits for the thread.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t listen_port() const;
  /// Thread-safe.
  [[nodiscard]] HttpFigures figures() const;

 private:
  class Core;
  explicit HttpServer(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace lockstep::real
