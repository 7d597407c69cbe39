// What peers ask each other for, and what they answer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "node/spec/containers.h"
#include "node/spec/requests.h"

namespace lockstep::chain {

/// A signed block that many may hold and nobody changes.
using SignedBlockPointer = std::shared_ptr<const spec::SignedBlock>;

/// A request of one of leanSpec's protocols; which one is the alternative that it holds.
using Request = std::variant<spec::Status, spec::BlocksByRootRequest, spec::BlocksByRangeRequest>;

/// How a peer's answer begins (leanSpec: reqresp/codec.py).
enum class ResponseCode : std::uint8_t {
  kSuccess = 0,
  kInvalidRequest = 1,
  kServerError = 2,
  kResourceUnavailable = 3,
};

/// The answer to a Status request.
struct StatusAnswer {
  spec::Status status;
};

/// The answer to a request for blocks. May hold fewer than were asked for: what the peer does not have, or
/// what would not fit into one answer.
struct BlocksAnswer {
  std::vector<SignedBlockPointer> blocks;
};

/// The peer answered that it will not, or cannot.
struct RefusedAnswer {
  ResponseCode code = ResponseCode::kServerError;
  std::string text;
};

using Response = std::variant<StatusAnswer, BlocksAnswer, RefusedAnswer>;

/// A block that a peer sent because we had asked for it; its root was computed when it was checked.
struct FetchedBlock {
  spec::Root root;
  SignedBlockPointer block;
};

/// One piece of a peer's answer that keeps the rules of its request.
using ResponseChunk = std::variant<spec::Status, FetchedBlock>;

}  // namespace lockstep::chain
