// The first state and the first block (leanSpec: state_transition.py, node/node.py).
#pragma once

#include <memory>

#include "node/spec/containers.h"

namespace lockstep::spec {

/// The state at slot 0, with zero checkpoints and no history. `genesis_time` in Unix seconds. The state
/// shares the registry and remembers its root.
[[nodiscard]] State generate_genesis(std::uint64_t genesis_time,
                                     std::shared_ptr<const ValidatorRegistry> validators);

/// The block at slot 0 that commits to `genesis`, with an empty body.
[[nodiscard]] Block genesis_block(const State& genesis);

}  // namespace lockstep::spec
