// The containers that peers ask each other with (leanSpec: node/networking/reqresp/message.py).
#pragma once

#include <cstdint>
#include <vector>

#include "node/spec/containers.h"

namespace lockstep::spec {

/// What a peer says of its own chain.
struct Status {
  Checkpoint finalized;
  Checkpoint head;
  friend bool operator==(const Status&, const Status&) = default;
};

struct BlocksByRootRequest {
  std::vector<Root> roots;  ///< At most MAX_REQUEST_BLOCKS.
  friend bool operator==(const BlocksByRootRequest&, const BlocksByRootRequest&) = default;
};

struct BlocksByRangeRequest {
  Slot start_slot;
  std::uint64_t count = 0;
  friend bool operator==(const BlocksByRangeRequest&, const BlocksByRangeRequest&) = default;
};

}  // namespace lockstep::spec
