// leanSpec's HTTP API (node/api), without HTTP: from a request to a response.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/api/chain_source.h"
#include "node/base/bytes.h"
#include "node/metrics/exposition.h"
#include "node/runtime/atomic.h"

namespace lockstep::api {

/// What came in. The views are valid during the call.
struct Request {
  std::string_view method;  ///< As HTTP spells it: GET, POST …
  std::string_view target;  ///< Path, and query after a question mark, which is ignored.
  std::string_view body;
};

/// What goes out. Owns everything: writing it to a slow client keeps nobody waiting.
struct Response {
  std::uint32_t status = 0;
  std::string_view content_type;
  base::Bytes body;
  /// For 503: when to ask again.
  std::optional<std::uint32_t> retry_after_seconds;
  /// For 405: what is allowed.
  std::string_view allow;
};

/// How long a client is to wait when it is told 503.
inline constexpr std::uint32_t kRetryAfterSeconds = 1;
/// The longest body of a request that makes sense.
inline constexpr std::size_t kRequestBodyMax = 1024;

/// What a response is made from; whatever is null is answered with 503. All outlive the handlers' use of
/// them.
struct Sources {
  ChainSource* chain = nullptr;
  runtime::Atomic<bool>* is_aggregator = nullptr;
  const metrics::Exposition* metrics = nullptr;
};

/// Answers a request for anything. An error has one line of plain text that says what is wrong. Thread-safe;
/// never throws for what a client sent. A state is borrowed, serialised and released in here.
[[nodiscard]] Response handle(const Request& request, const Sources& sources);
/// The same where only /metrics is served.
[[nodiscard]] Response handle_metrics_only(const Request& request, const Sources& sources);

/// 503 with a hint when to come back, for servers that have no room for another client.
[[nodiscard]] Response overloaded();
/// An error with one line of plain text.
[[nodiscard]] Response complaint(std::uint32_t status, std::string_view sentence);

}  // namespace lockstep::api
