// The routes, and what stands behind each.
#include "node/api/handlers.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "node/spec/ssz.h"

namespace lockstep::api {
namespace {

// In the order in which the specification writes the fields.
using Json = nlohmann::ordered_json;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kOctets = "application/octet-stream";
constexpr std::string_view kPlain = "text/plain; charset=utf-8";

base::Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

Response ok(std::string_view content_type, base::Bytes body) {
  return {.status = 200,
          .content_type = content_type,
          .body = std::move(body),
          .retry_after_seconds = {},
          .allow = {}};
}

Response ok(const Json& json) {
  return ok(kJson, bytes_of(json.dump()));
}

Response busy(std::string_view sentence) {
  Response out = complaint(503, sentence);
  out.retry_after_seconds = kRetryAfterSeconds;
  return out;
}

std::string hex(const spec::Root& root) {
  return base::to_hex(root.view());
}

Json json_of(const spec::Checkpoint& checkpoint) {
  return {{"slot", checkpoint.slot.value}, {"root", hex(checkpoint.root)}};
}

Response health(const Request&, const Sources&) {
  return ok({{"status", "healthy"}, {"service", "lean-rpc-api"}});
}

Response finalized_state(const Request&, const Sources& sources) {
  if (sources.chain == nullptr) {
    return busy("the chain is not up yet");
  }
  std::optional<chain::BorrowedState> state = sources.chain->finalized_state();
  if (!state) {
    return complaint(404, "the finalized state is not here");
  }
  // Encoding takes long, and nobody is to wait for that.
  return ok(kOctets, spec::encode(state->clone_and_release()));
}

Response finalized_block(const Request&, const Sources& sources) {
  if (sources.chain == nullptr) {
    return busy("the chain is not up yet");
  }
  std::optional<spec::Block> block = sources.chain->finalized_block();
  if (!block) {
    return complaint(404, "the finalized block is not here");
  }
  return ok(kOctets, spec::encode(spec::SignedBlock{.block = std::move(*block), .proof = {}}));
}

Response justified_checkpoint(const Request&, const Sources& sources) {
  if (sources.chain == nullptr) {
    return busy("the chain is not up yet");
  }
  return ok(json_of(sources.chain->view().justified));
}

Response fork_choice(const Request&, const Sources& sources) {
  const std::optional<chain::ForkChoiceView> tree =
      sources.chain == nullptr ? std::nullopt : sources.chain->fork_choice();
  if (!tree) {
    return busy("the chain has too much to do");
  }
  Json nodes = Json::array();
  for (const chain::ForkChoiceNode& node : tree->nodes) {
    nodes.push_back({{"root", hex(node.root)},
                     {"slot", node.slot.value},
                     {"parent_root", hex(node.parent_root)},
                     {"proposer_index", node.proposer_index.value},
                     {"weight", node.weight}});
  }
  return ok({{"nodes", std::move(nodes)},
             {"head", hex(tree->head)},
             {"justified", json_of(tree->justified)},
             {"finalized", json_of(tree->finalized)},
             {"safe_target", hex(tree->safe_target)},
             {"validator_count", tree->validator_count}});
}

Response metrics_text(const Request&, const Sources& sources) {
  if (sources.metrics == nullptr) {
    return busy("nothing is measured yet");
  }
  return ok(metrics::kTextFormat, bytes_of(sources.metrics->text()));
}

Response aggregator_role(const Request&, const Sources& sources) {
  if (sources.is_aggregator == nullptr) {
    return busy("the node has no role yet");
  }
  return ok({{"is_aggregator", sources.is_aggregator->load()}});
}

Response set_aggregator_role(const Request& request, const Sources& sources) {
  if (sources.is_aggregator == nullptr) {
    return busy("the node has no role yet");
  }
  const auto body = nlohmann::json::parse(request.body, nullptr, /*allow_exceptions=*/false);
  if (body.is_discarded() || !body.is_object()) {
    return complaint(400, "the body is no JSON object");
  }
  const auto enabled = body.find("enabled");
  if (enabled == body.end() || !enabled->is_boolean()) {
    return complaint(400, "enabled is to be true or false");
  }
  const bool wanted = enabled->get<bool>();
  const bool previous = sources.is_aggregator->exchange(wanted);
  return ok({{"is_aggregator", wanted}, {"previous", previous}});
}

struct Route {
  std::string_view path;
  std::string_view method;
  Response (*answer)(const Request&, const Sources&);
};

constexpr std::string_view kMetricsPath = "/metrics";
constexpr std::array kRoutes = {
    Route{"/lean/v0/health", "GET", health},
    Route{"/lean/v0/states/finalized", "GET", finalized_state},
    Route{"/lean/v0/blocks/finalized", "GET", finalized_block},
    Route{"/lean/v0/checkpoints/justified", "GET", justified_checkpoint},
    Route{"/lean/v0/fork_choice", "GET", fork_choice},
    Route{"/lean/v0/admin/aggregator", "GET", aggregator_role},
    Route{"/lean/v0/admin/aggregator", "POST", set_aggregator_role},
    Route{kMetricsPath, "GET", metrics_text},
};

std::string_view path_of(const Request& request) {
  return request.target.substr(0, request.target.find('?'));
}

/// What stands behind a path when the method is wrong.
std::string_view allowed_at(std::string_view path) {
  const auto methods = std::ranges::count(kRoutes, path, &Route::path);
  return methods > 1 ? "GET, POST" : "GET";
}

}  // namespace

Response complaint(std::uint32_t status, std::string_view sentence) {
  return {.status = status,
          .content_type = kPlain,
          .body = bytes_of(std::string(sentence) + "\n"),
          .retry_after_seconds = {},
          .allow = {}};
}

Response overloaded() {
  return busy("too many clients at once");
}

Response handle(const Request& request, const Sources& sources) {
  const std::string_view path = path_of(request);
  bool is_known = false;
  for (const Route& route : kRoutes) {
    if (route.path == path && route.method == request.method) {
      return route.answer(request, sources);
    }
    is_known = is_known || route.path == path;
  }
  if (!is_known) {
    return complaint(404, "there is no such route");
  }
  Response out = complaint(405, "this route does not take that method");
  out.allow = allowed_at(path);
  return out;
}

Response handle_metrics_only(const Request& request, const Sources& sources) {
  return path_of(request) == kMetricsPath ? handle(request, sources)
                                          : complaint(404, "only /metrics is served here");
}

}  // namespace lockstep::api
