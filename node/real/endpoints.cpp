// Which port gets which handler.
#include "node/real/endpoints.h"

#include <string>
#include <utility>

namespace lockstep::real {

OrUserError<Endpoints> open_endpoints(const RunOptions& options, const api::Sources& sources) {
  struct Wanted {
    std::uint16_t port;
    api::Response (*handler)(const api::Request&, const api::Sources&);
  };
  Endpoints endpoints;
  for (const Wanted& wanted :
       {Wanted{options.metrics_port, api::handle_metrics_only}, Wanted{options.api_port, api::handle}}) {
    if (wanted.port == 0) {
      continue;
    }
    HttpOptions http;
    http.listen = options.http_address + ":" + std::to_string(wanted.port);
    auto server = HttpServer::open(http, [sources, handler = wanted.handler](const api::Request& request) {
      return handler(request, sources);
    });
    if (!server) {
      return server.error();
    }
    endpoints.push_back(std::move(*server));
  }
  return endpoints;
}

}  // namespace lockstep::real
