// Looking up what a peer asks for.
#include "node/sync/server.h"

#include <utility>
#include <variant>

#include "node/spec/slot.h"

namespace lockstep::sync {
namespace {

chain::Response answer_roots(const chain::Chain& chain, const spec::BlocksByRootRequest& request) {
  chain::BlocksAnswer answer;
  for (const spec::Root& root : request.roots) {
    if (chain::SignedBlockPointer block = chain.signed_block(root)) {
      answer.blocks.push_back(std::move(block));
    }
  }
  return answer;
}

chain::Response answer_range(const chain::Chain& chain, const spec::BlocksByRangeRequest& request) {
  if (request.count == 0 || request.count > spec::MAX_REQUEST_BLOCKS) {
    return chain::RefusedAnswer{.code = chain::ResponseCode::kInvalidRequest, .text = "Invalid count"};
  }
  const std::uint64_t current = spec::slot_of(chain.store().time()).value;
  if (current > kSlotsServed && request.start_slot.value < current - kSlotsServed) {
    return chain::RefusedAnswer{.code = chain::ResponseCode::kResourceUnavailable,
                                .text = "Range begins too far back"};
  }
  chain::BlocksAnswer answer;
  const spec::Slot head = chain.head().slot;
  spec::Slot slot = request.start_slot;
  for (std::uint64_t left = request.count; left > 0 && slot <= head; --left, ++slot) {
    if (chain::SignedBlockPointer block = chain.canonical_block(slot)) {
      answer.blocks.push_back(std::move(block));
    }
  }
  return answer;
}

}  // namespace

spec::Status status_of(const chain::Chain& chain) {
  return {.finalized = chain.store().latest_finalized(), .head = chain.head()};
}

chain::Response answer(const chain::Chain& chain, const chain::Request& request) {
  if (const auto* roots = std::get_if<spec::BlocksByRootRequest>(&request)) {
    return answer_roots(chain, *roots);
  }
  if (const auto* range = std::get_if<spec::BlocksByRangeRequest>(&request)) {
    return answer_range(chain, *range);
  }
  return chain::StatusAnswer{.status = status_of(chain)};
}

}  // namespace lockstep::sync
