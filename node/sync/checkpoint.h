// Starting from a served checkpoint: what is asked of it before it is trusted.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/chain/anchor.h"
#include "node/spec/containers.h"

namespace lockstep::sync {

/// leanSpec's verify_checkpoint_state (sync/checkpoint_sync.py): a state without validators cannot drive fork
/// choice, and one with more than VALIDATOR_REGISTRY_LIMIT came from nowhere. Nothing else is looked at.
[[nodiscard]] bool verify_checkpoint_state(const spec::State& state);

/// What a source serves, still as SSZ: the finalized signed block, and the state after it. The block is to be
/// got first: it is small, and a source that cannot serve it is found out soon.
struct CheckpointBytes {
  base::Bytes signed_block;
  base::Bytes state;
};

/// The anchor that such bytes make (leanSpec: node/anchor.py, from_checkpoint), or a sentence for the user:
/// bytes that are no block or no state, a state that verify_checkpoint_state refuses, another chain's
/// `genesis_time` (Unix seconds), or a block that does not commit to the state. The last happens when the
/// source finalized between two answers, and goes away when both are got again. Nor is a state taken that no
/// transition leaves behind, which the next one could not build upon (leanSpec would fail there). The source
/// is trusted otherwise: neither signatures nor roots are checked.
[[nodiscard]] base::Result<std::shared_ptr<const chain::Anchor>, std::string> anchor_from_checkpoint(
    const CheckpointBytes& served, std::uint64_t genesis_time);

}  // namespace lockstep::sync
