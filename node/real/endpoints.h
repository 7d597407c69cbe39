// The HTTP endpoints of a running node: metrics and API, each on a port of its own.
#pragma once

#include <memory>
#include <vector>

#include "node/api/handlers.h"
#include "node/real/http_server.h"
#include "node/real/options.h"
#include "node/real/user_error.h"

namespace lockstep::real {

using Endpoints = std::vector<std::unique_ptr<HttpServer>>;

/// Opens the ports that the user asked for. What `sources` names outlives the endpoints.
[[nodiscard]] OrUserError<Endpoints> open_endpoints(const RunOptions& options, const api::Sources& sources);

}  // namespace lockstep::real
