// Building a block: which known votes a proposer puts into it (leanSpec: forks/lstar/block_production.py).
#pragma once

#include <span>
#include <vector>

#include "node/crypto/aggregate.h"
#include "node/spec/containers.h"
#include "node/spec/rejection.h"
#include "node/spec/vote_pool.h"

namespace lockstep::spec {

/// A vote that a block may carry, and the proofs for it.
struct CandidateVote {
  AttestationData data;
  std::vector<ProofRef> proofs;
};

/// A block, the state after it, and the proof of each attestation of its body, in order.
struct BuiltBlock {
  Block block;
  State post_state;
  std::vector<SingleMessageAggregate> proofs;
};

/// Builds the block of `slot` on `state`, the state after the block `parent_root` (§9.3). `candidates` are in
/// the known pool's order and their heads are known to the proposer. A pure function. Rejects as
/// process_slots and process_block do, and with INVALID_BLOCK_PROOF if the prover cannot join the proofs of
/// one vote.
[[nodiscard]] Verdict<BuiltBlock> build_block(const State& state, Slot slot, ValidatorIndex proposer_index,
                                              const Root& parent_root,
                                              std::span<const CandidateVote> candidates,
                                              const crypto::AggregateProver& prover);

}  // namespace lockstep::spec
