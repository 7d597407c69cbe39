// How the filler's hidden side channel is played again.
#include "tools/vectors/fork_choice_filler.h"

#include <algorithm>
#include <utility>

#include "node/crypto/mocked_proof.h"
#include "node/crypto/sha256.h"
#include "node/spec/block_production.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/signatures_check.h"
#include "node/spec/slot.h"

namespace lockstep::vectors {
namespace {

using crypto::AggregationError;

base::Bytes mocked_proof(const crypto::Sha256& inputs) {
  base::Bytes proof = crypto::sentinel_bytes();
  const base::Bytes32 digest = inputs.digest();
  proof.insert(proof.end(), digest.data.begin(), digest.data.end());
  return proof;
}

void add_keys(crypto::Sha256& inputs, std::span<const crypto::PublicKey> keys) {
  inputs.update_le(keys.size());
  for (const crypto::PublicKey& key : keys) {
    inputs.update(key.view());
  }
}

bool covers(const spec::ProofSet* proofs, std::size_t validator) {
  return proofs != nullptr && validator < proofs->voters().size() && proofs->voters()[validator];
}

/// Gossips those votes of one attestation that no proof in the store covers. False if the store refuses the
/// vote.
bool gossip_votes(spec::Store& clone, const spec::AggregatedAttestation& attestation) {
  if (!clone.validate_attestation(attestation.data).has_value()) {
    return false;
  }
  const spec::ProofSet* pending = clone.latest_new_aggregated_payloads().find(attestation.data);
  const spec::ProofSet* known = clone.latest_known_aggregated_payloads().find(attestation.data);
  attestation.aggregation_bits.for_each_set([&](std::size_t validator) {
    if (!covers(pending, validator) && !covers(known, validator)) {
      clone.record_attestation(
          {.validator_index = spec::ValidatorIndex(validator), .data = attestation.data, .signature = {}});
    }
  });
  return true;
}

/// The clone after the filler's steps with the first `honest` attestations of the block, if it would have
/// gossiped them and build_block makes the fixture's block of it.
std::optional<spec::Store> run_ahead(const spec::Store& store, const spec::Block& block, std::size_t honest,
                                     const ReplayProver& prover) {
  spec::Store clone = store;
  (void)clone.on_tick(spec::interval_from_slot(block.slot), true, &prover);
  const std::vector<spec::AggregatedAttestation>& body = block.body.attestations;
  for (std::size_t i = 0; i < honest; ++i) {
    if (!gossip_votes(clone, body[i])) {
      return std::nullopt;
    }
  }
  (void)clone.aggregate(prover);
  clone.accept_new_attestations();
  const spec::State& parent_state = *clone.tree().state(clone.tree().find(block.parent_root));
  const spec::Verdict<spec::BuiltBlock> built = spec::build_block(
      parent_state, block.slot, block.proposer_index, block.parent_root, clone.block_candidates(), prover);
  if (!built) {
    return std::nullopt;
  }
  const std::vector<spec::AggregatedAttestation>& made = built->block.body.attestations;
  const bool is_same = honest == body.size() ? built->block == block
                                             : std::equal(made.begin(), made.end(), body.begin(),
                                                          body.begin() + static_cast<std::ptrdiff_t>(honest));
  return is_same ? std::optional(std::move(clone)) : std::nullopt;
}

}  // namespace

base::Result<base::Bytes, AggregationError> ReplayProver::aggregate(
    std::span<const crypto::PublicKey> keys, std::span<const base::ByteView> signatures,
    std::span<const crypto::ProvenKeys> children, std::span<const crypto::PublicKey>,
    const base::Bytes32& message, std::uint64_t slot) const {
  if (keys.size() != signatures.size()) {
    return AggregationError::kCountMismatch;
  }
  crypto::Sha256 inputs;
  inputs.update(message.view()).update_le(slot);
  add_keys(inputs, keys);
  for (const crypto::ProvenKeys& child : children) {
    add_keys(inputs, child.keys);
    inputs.update(child.proof);
  }
  return mocked_proof(inputs);
}

bool ReplayProver::verify(const crypto::Binding&, base::ByteView proof) const {
  return crypto::has_sentinel(proof);
}

base::Result<base::Bytes, AggregationError> ReplayProver::merge(std::span<const crypto::Binding>,
                                                                std::span<const base::ByteView>) const {
  return AggregationError::kInvalidInput;  // Fixtures hold unsigned blocks.
}

base::Result<base::Bytes, AggregationError> ReplayProver::split(std::span<const crypto::Binding>,
                                                                base::ByteView, std::size_t) const {
  return AggregationError::kUnknownComponent;
}

bool ReplayProver::verify_multi(std::span<const crypto::Binding>, base::ByteView proof) const {
  return crypto::has_sentinel(proof);
}

spec::SignedAggregatedAttestation as_replayed(const spec::Store& store,
                                              const spec::SignedAggregatedAttestation& aggregate,
                                              const ReplayProver& prover) {
  const spec::BlockIndex target = store.tree().find(aggregate.data.target.root);
  const spec::AggregationBits& participants = aggregate.proof.participants;
  if (!crypto::has_sentinel(aggregate.proof.proof.data) || target == spec::kNoBlock ||
      participants.span_of_set_bits() > store.tree().state(target)->validators->size()) {
    return aggregate;
  }
  const auto keys = spec::attestation_keys(participants, *store.tree().state(target)->validators);
  const std::vector<base::ByteView> signatures(keys.size());
  auto proof = prover.aggregate(keys, signatures, {}, keys, spec::hash_tree_root(aggregate.data),
                                aggregate.data.slot.value);
  spec::SignedAggregatedAttestation replayed = aggregate;
  if (proof) {
    replayed.proof.proof.data = *std::move(proof);
  }
  return replayed;
}

std::optional<std::string> fill_known_payloads(spec::Store& store, const spec::Block& block,
                                               const ReplayProver& prover) {
  if (!store.tree().contains(block.parent_root)) {
    return std::nullopt;
  }
  const std::size_t all = block.body.attestations.size();
  std::optional<spec::Store> clone = run_ahead(store, block, all, prover);
  for (std::size_t honest = 0; !clone && honest < all; ++honest) {
    clone = run_ahead(store, block, honest, prover);
  }
  if (clone) {
    store.merge_known_payloads(*clone);
    return std::nullopt;
  }
  return "build_block does not make the fixture's block";
}

}  // namespace lockstep::vectors
