// The proof of a block of our own (leanSpec: validator/service.py, _sign_block).
#pragma once

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/crypto/aggregate.h"
#include "node/spec/block_production.h"
#include "node/spec/containers.h"

namespace lockstep::validator {

/// Merges the proofs of the block's attestations, in the body's order, with a proof of the proposer's
/// signature over the block's root (§10.4). Pure; may take very long. `validators` is the registry of the
/// block's chain.
[[nodiscard]] base::Result<base::Bytes, crypto::AggregationError> prove_block(
    const spec::BuiltBlock& built, const spec::Root& block_root, base::ByteView proposer_signature,
    const spec::ValidatorRegistry& validators, const crypto::AggregateProver& prover);

}  // namespace lockstep::validator
