// Looking up what a peer asks for.
#include "node/sync/server.h"

#include <utility>
#include <variant>

#include "node/spec/slot.h"

namespace lockstep::sync {
namespace {

chain::Response answer_roots(const chain::ChainReader& chain, const spec::BlocksByRootRequest& request) {
  return chain::BlocksAnswer{.blocks = chain.signed_blocks("serve roots", request.roots)};
}

chain::Response answer_range(const chain::ChainReader& chain, const spec::BlocksByRangeRequest& request) {
  if (request.count == 0 || request.count > spec::MAX_REQUEST_BLOCKS) {
    return chain::RefusedAnswer{.code = chain::ResponseCode::kInvalidRequest, .text = "Invalid count"};
  }
  const std::uint64_t current = spec::slot_of(chain.view("serve range").time).value;
  if (current > kSlotsServed && request.start_slot.value < current - kSlotsServed) {
    return chain::RefusedAnswer{.code = chain::ResponseCode::kResourceUnavailable,
                                .text = "Range begins too far back"};
  }
  return chain::BlocksAnswer{.blocks =
                                 chain.canonical_blocks("serve range", request.start_slot, request.count)};
}

}  // namespace

spec::Status status_of(const chain::ChainReader& chain) {
  const chain::ChainView view = chain.view("status");
  return {.finalized = view.finalized, .head = view.head};
}

chain::Response answer(const chain::ChainReader& chain, const chain::Request& request) {
  if (const auto* roots = std::get_if<spec::BlocksByRootRequest>(&request)) {
    return answer_roots(chain, *roots);
  }
  if (const auto* range = std::get_if<spec::BlocksByRangeRequest>(&request)) {
    return answer_range(chain, *range);
  }
  return chain::StatusAnswer{.status = status_of(chain)};
}

}  // namespace lockstep::sync
