// Where a chain begins for a node: a state and the block that it belongs to.
#pragma once

#include <memory>

#include "node/spec/containers.h"

namespace lockstep::chain {

/// A trusted starting point. Immutable, so that any number of nodes in one process may share one.
struct Anchor {
  spec::State state;
  spec::Block block;
};

/// The anchor of a fresh chain: leanSpec's genesis state for these validators and the block made from it
/// (`GENESIS_TIME` in Unix seconds; validators[i].index == i).
[[nodiscard]] std::shared_ptr<const Anchor> genesis_anchor(
    std::uint64_t genesis_time, std::shared_ptr<const spec::ValidatorRegistry> validators);

}  // namespace lockstep::chain
