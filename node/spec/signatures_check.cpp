// How the components of a block's proof are laid out and checked.
#include "node/spec/signatures_check.h"

#include <utility>

#include "node/base/assert.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::spec {

std::vector<crypto::PublicKey> attestation_keys(const AggregationBits& bits,
                                                const ValidatorRegistry& validators) {
  std::vector<crypto::PublicKey> keys;
  keys.reserve(bits.popcount());
  bits.for_each_set([&](std::size_t index) {
    LOCKSTEP_ASSERT(index < validators.size());
    keys.push_back(validators[index].attestation_public_key);
  });
  return keys;
}

void BlockBindings::add(std::vector<crypto::PublicKey> keys, const Root& message, Slot slot) {
  keys_.push_back(std::move(keys));
  bindings_.push_back({.keys = keys_.back(), .message = message, .slot = slot.value});
}

Verdict<BlockBindings> block_bindings(const Block& block, const Root& block_root,
                                      const ValidatorRegistry& validators) {
  BlockBindings out(block.body.attestations.size() + 1);
  for (const AggregatedAttestation& attestation : block.body.attestations) {
    if (!attestation.aggregation_bits.any()) {
      return RejectionReason::EMPTY_AGGREGATION_BITS;
    }
    if (attestation.aggregation_bits.span_of_set_bits() > validators.size()) {
      return RejectionReason::VALIDATOR_INDEX_OUT_OF_RANGE;
    }
    out.add(attestation_keys(attestation.aggregation_bits, validators), hash_tree_root(attestation.data),
            attestation.data.slot);
  }
  if (block.proposer_index.value >= validators.size()) {
    return RejectionReason::PROPOSER_INDEX_OUT_OF_RANGE;
  }
  out.add({validators[block.proposer_index.value].proposal_public_key}, block_root, block.slot);
  return out;
}

Verdict<void> verify_signatures(const SignedBlock& signed_block, const Root& block_root,
                                const ValidatorRegistry& validators, const crypto::AggregateProver& prover) {
  const Verdict<BlockBindings> claims = block_bindings(signed_block.block, block_root, validators);
  if (!claims) {
    return claims.error();
  }
  if (!prover.verify_multi(claims->bindings(), signed_block.proof.proof.data)) {
    return RejectionReason::INVALID_BLOCK_PROOF;
  }
  return {};
}

}  // namespace lockstep::spec
