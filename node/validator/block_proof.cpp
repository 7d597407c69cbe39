// Joining the attestations' proofs with the proposer's.
#include "node/validator/block_proof.h"

#include <span>
#include <vector>

#include "node/base/assert.h"
#include "node/spec/signatures_check.h"

namespace lockstep::validator {

base::Result<base::Bytes, crypto::AggregationError> prove_block(const spec::BuiltBlock& built,
                                                                const spec::Root& block_root,
                                                                base::ByteView proposer_signature,
                                                                const spec::ValidatorRegistry& validators,
                                                                const crypto::AggregateProver& prover) {
  const spec::Verdict<spec::BlockBindings> claims = spec::block_bindings(built.block, block_root, validators);
  LOCKSTEP_ASSERT_MSG(claims.has_value(), "a block that we built names validators of its own registry");
  const crypto::Binding& proposer = claims->bindings().back();
  const auto proposer_proof = prover.aggregate(proposer.keys, std::span(&proposer_signature, 1), {},
                                               proposer.keys, block_root, proposer.slot);
  if (!proposer_proof) {
    return proposer_proof.error();
  }
  std::vector<base::ByteView> proofs;
  for (const spec::SingleMessageAggregate& proof : built.proofs) {
    proofs.emplace_back(proof.proof.data);
  }
  proofs.emplace_back(*proposer_proof);
  return prover.merge(claims->bindings(), proofs);
}

}  // namespace lockstep::validator
