// The HTTP API, held against what leanSpec's own server answers.
#include <memory>
#include <string>

#include "node/api/handlers.h"
#include "node/api/store_source.h"
#include "node/crypto/binding_prover.h"
#include "node/crypto/cheap.h"
#include "node/metrics/exposition.h"
#include "node/metrics/node_metrics.h"
#include "node/runtime/clock.h"
#include "node/spec/block_production.h"
#include "node/spec/genesis.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/state_transition.h"
#include "tools/vectors/json_read.h"
#include "tools/vectors/test_keys.h"

namespace lockstep::vectors {
namespace {

/// The clock of a server that is asked once, at genesis.
class StoppedClock final : public runtime::Clock {
 public:
  [[nodiscard]] base::Instant now() const override { return {}; }
  [[nodiscard]] base::WallTime wall() const override { return {}; }
};

/// A store on the anchor that the fixture describes: genesis, and an empty block in every slot up to the
/// anchor's.
spec::Store make_store(const Json& params) {
  const auto validators = read<std::uint64_t>(params, "numValidators");
  const auto anchor_slot = params.contains("anchorSlot") ? read<std::uint64_t>(params, "anchorSlot") : 0;
  constexpr std::uint64_t kSlotsMax = 4096;
  if (validators == 0 || validators > kTestKeys || anchor_slot > kSlotsMax) {
    throw Malformed("genesisParams ask for what cannot be made");
  }
  spec::State state =
      spec::generate_genesis(read<std::uint64_t>(params, "genesisTime"), test_registry(validators));
  spec::Block block = spec::genesis_block(state);
  const crypto::CheapScheme scheme;
  const crypto::BindingProver prover(scheme);
  for (std::uint64_t slot = 1; slot <= anchor_slot; ++slot) {
    spec::Verdict<spec::BuiltBlock> built =
        spec::build_block(state, spec::Slot(slot), *spec::proposer_index(spec::Slot(slot), validators),
                          spec::hash_tree_root(block), {}, prover);
    if (!built) {
      throw Mismatch("no empty block can be built at slot " + std::to_string(slot));
    }
    block = std::move(built->block);
    state = std::move(built->post_state);
  }
  spec::Verdict<spec::Store> store =
      spec::Store::create(std::make_shared<const spec::State>(std::move(state)),
                          std::make_shared<const spec::Block>(std::move(block)), {});
  if (!store) {
    throw Mismatch("no store can be made of the anchor: " + std::string(to_string(store.error())));
  }
  return std::move(*store);
}

void compare_json(const std::string& actual, const Json& expected) {
  const Json parsed = Json::parse(actual, nullptr, /*allow_exceptions=*/false);
  if (parsed != expected) {
    throw Mismatch("the body is " + actual + ", expected " + expected.dump());
  }
}

void compare_metrics(const std::string& actual, const Json& expected) {
  for (const Json& name : member(expected, "required_metric_names")) {
    if (actual.find("# TYPE " + read_string(name) + " ") == std::string::npos) {
      throw Mismatch("there is no metric " + read_string(name));
    }
  }
}

void compare_body(const api::Response& response, const Json& expected) {
  const std::string actual(response.body.begin(), response.body.end());
  if (expected.is_string()) {
    if (response.body != read_bytes(expected)) {
      throw Mismatch("the body has other octets than expected");
    }
  } else if (expected.is_object() && expected.contains("required_metric_names")) {
    compare_metrics(actual, expected);
  } else {
    compare_json(actual, expected);
  }
}

api::Response ask(const Json& fixture) {
  const spec::Store store = make_store(member(fixture, "genesisParams"));
  api::StoreSource chain(store);
  const bool is_aggregator =
      fixture.contains("initialIsAggregator") && read<bool>(fixture, "initialIsAggregator");
  runtime::Atomic<bool> role(nullptr, "aggregator", is_aggregator);
  metrics::Registry registry;
  const metrics::NodeFacts facts{.name = "vectors",
                                 .version = "0",
                                 .validators = 0,
                                 .is_aggregator = is_aggregator,
                                 .anchor_slot = store.latest_finalized().slot};
  chain::Events nobody;
  const StoppedClock clock;
  const metrics::NodeMetrics listener(registry, clock, facts, nobody);
  const metrics::Exposition exposition(registry, facts);
  const std::string method = read_string(member(fixture, "method"));
  const std::string endpoint = read_string(member(fixture, "endpoint"));
  const std::string body = fixture.contains("requestBody") ? fixture["requestBody"].dump() : "";
  return api::handle({.method = method, .target = endpoint, .body = body},
                     {.chain = &chain, .is_aggregator = &role, .metrics = &exposition});
}

}  // namespace

void check_api_endpoint(const Json& fixture) {
  const api::Response response = ask(fixture);
  const auto status = read<std::uint64_t>(fixture, "expectedStatusCode");
  if (response.status != status) {
    throw Mismatch("the status is " + std::to_string(response.status) + ", expected " +
                   std::to_string(status));
  }
  const std::string content_type = read_string(member(fixture, "expectedContentType"));
  if (response.content_type != content_type) {
    throw Mismatch("the content type is " + std::string(response.content_type) + ", expected " +
                   content_type);
  }
  if (fixture.contains("expectedBody")) {
    compare_body(response, fixture["expectedBody"]);
  }
}

}  // namespace lockstep::vectors
