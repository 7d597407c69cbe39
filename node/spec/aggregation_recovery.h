// Taking the proof of a block apart, so that the votes in its body count before they arrive by gossip
// (§15.3).
#pragma once

#include <memory>
#include <vector>

#include "node/crypto/aggregate.h"
#include "node/spec/containers.h"
#include "node/spec/store.h"

namespace lockstep::spec {

/// One attestation of a block that speaks for validators of whom no pending proof speaks.
struct RecoverableVote {
  std::size_t component = 0;    ///< Its place in the body, and so in the block's proof.
  std::vector<ProofRef> local;  ///< The pending proofs for the same vote, to be joined with it.
};

/// What is worth recovering from a block, found in a store; holds all that the work outside needs.
struct BlockRecovery {
  Root block_root;
  std::vector<RecoverableVote> votes;
  std::shared_ptr<const ValidatorRegistry> validators;
};

/// The attestations of an imported block whose target is later than the justified slot and that name
/// validators whom the pending proofs for the same vote do not.
[[nodiscard]] BlockRecovery plan_recovery(const Store& store, const Block& block, const Root& block_root);

/// Splits each planned component out of the block's proof and joins it with the local proofs. Pure; may take
/// very long. Components that the prover refuses are left out.
[[nodiscard]] std::vector<RecoveredAggregate> recover(const BlockRecovery& plan,
                                                      const SignedBlock& signed_block,
                                                      const crypto::AggregateProver& prover);

/// leanSpec's _deconstruct_block_into_store: plans, recovers, and puts the outcome among the pending proofs.
/// Returns the aggregates for an aggregator to publish. Requires: the block was imported, or its parent is
/// known and its indices are in the registry.
std::vector<SignedAggregatedAttestation> deconstruct_block_into_store(Store& store,
                                                                      const SignedBlock& signed_block,
                                                                      const crypto::AggregateProver& prover);

}  // namespace lockstep::spec
