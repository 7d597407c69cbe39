// What a validator does with a store: choose a target, vote, propose (leanSpec:
// forks/lstar/validator_duties.py).
#pragma once

#include <vector>

#include "node/crypto/aggregate.h"
#include "node/spec/containers.h"
#include "node/spec/rejection.h"
#include "node/spec/store.h"

namespace lockstep::spec {

/// The checkpoint for which a vote should ask (§9.5): up to three blocks behind the head, towards the safe
/// target, then back to a slot that can be justified.
[[nodiscard]] Checkpoint get_attestation_target(const Store& store);

/// The vote of `slot` (§9.6). Rejects with SOURCE_AFTER_TARGET if the head's justified checkpoint is later
/// than the target, so that no vote can be made: leanSpec asserts that this does not happen.
[[nodiscard]] Verdict<AttestationData> produce_attestation_data(const Store& store, Slot slot);

/// A block of our own and the proofs of its attestations, in the body's order; they are yet to be merged with
/// the proposer's signature (§10.4).
struct ProducedBlock {
  Root root;
  Block block;
  std::vector<SingleMessageAggregate> proofs;
};

/// Lets time pass to the start of `slot`, accepts pending votes, builds on the head and puts the block into
/// the store without moving the head (§9.4). Rejects with WRONG_PROPOSER and as build_block does; the store
/// then is as before, its time included. Callers that build outside a lock do the same by on_tick,
/// accept_new_attestations, block_candidates, build_block and add_produced_block.
Verdict<ProducedBlock> produce_block_with_signatures(Store& store, Slot slot, ValidatorIndex validator_index,
                                                     const crypto::AggregateProver& prover);

}  // namespace lockstep::spec
