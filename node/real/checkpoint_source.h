// Where a node that does not start from genesis gets its checkpoint.
#pragma once

#include <string>

#include "node/real/user_error.h"
#include "node/sync/checkpoint.h"

namespace lockstep::real {

/// Gets the finalized block and then its state. `source` is `http://host[:port]`, whose
/// `/lean/v0/blocks/finalized` and `/lean/v0/states/finalized` are asked (60 s each), or a directory that
/// holds both as `block.ssz` and `state.ssz`. Blocks.
[[nodiscard]] OrUserError<sync::CheckpointBytes> get_checkpoint(const std::string& source);

}  // namespace lockstep::real
