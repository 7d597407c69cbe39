// Checking the proof that a signed block carries, and what each of its components claims.
#pragma once

#include <vector>

#include "node/crypto/aggregate.h"
#include "node/spec/containers.h"
#include "node/spec/rejection.h"

namespace lockstep::spec {

/// The attestation keys of the validators set in `bits`, ascending. Requires: every index is in the registry.
[[nodiscard]] std::vector<crypto::PublicKey> attestation_keys(const AggregationBits& bits,
                                                              const ValidatorRegistry& validators);

/// What the components of a block's proof must say (§10.3): one for each attestation of the body, in order,
/// and the proposer's at the end. Owns the keys to which its bindings point, so it moves but does not copy.
class BlockBindings {
 public:
  explicit BlockBindings(std::size_t components) { keys_.reserve(components), bindings_.reserve(components); }
  BlockBindings(BlockBindings&&) = default;
  BlockBindings& operator=(BlockBindings&&) = default;
  BlockBindings(const BlockBindings&) = delete;
  BlockBindings& operator=(const BlockBindings&) = delete;
  ~BlockBindings() = default;

  void add(std::vector<crypto::PublicKey> keys, const Root& message, Slot slot);
  [[nodiscard]] const std::vector<crypto::Binding>& bindings() const { return bindings_; }

 private:
  std::vector<std::vector<crypto::PublicKey>> keys_;
  std::vector<crypto::Binding> bindings_;
};

/// The bindings of a block, whose own root is `block_root`, by the registry of its parent's state. Rejects,
/// in this order for each attestation and then the proposer, with EMPTY_AGGREGATION_BITS,
/// VALIDATOR_INDEX_OUT_OF_RANGE and PROPOSER_INDEX_OUT_OF_RANGE.
[[nodiscard]] Verdict<BlockBindings> block_bindings(const Block& block, const Root& block_root,
                                                    const ValidatorRegistry& validators);

/// verify_signatures (§10.3): the rejections of block_bindings, then INVALID_BLOCK_PROOF. A pure function
/// that may take long; `validators` is the registry of the parent's state.
[[nodiscard]] Verdict<void> verify_signatures(const SignedBlock& signed_block, const Root& block_root,
                                              const ValidatorRegistry& validators,
                                              const crypto::AggregateProver& prover);

}  // namespace lockstep::spec
