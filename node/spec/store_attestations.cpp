// How votes enter the store: their checks, and the rounds of aggregation.
#include <utility>

#include "node/base/assert.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/signatures_check.h"
#include "node/spec/store.h"

namespace lockstep::spec {

Verdict<void> Store::validate_attestation(const AttestationData& data) const {
  const BlockIndex source = tree_.find(data.source.root);
  const BlockIndex target = tree_.find(data.target.root);
  const BlockIndex head = tree_.find(data.head.root);
  if (source == kNoBlock) return RejectionReason::UNKNOWN_SOURCE_BLOCK;
  if (target == kNoBlock) return RejectionReason::UNKNOWN_TARGET_BLOCK;
  if (head == kNoBlock) return RejectionReason::UNKNOWN_HEAD_BLOCK;
  if (data.source.slot > data.target.slot) return RejectionReason::SOURCE_AFTER_TARGET;
  if (data.head.slot < data.target.slot) return RejectionReason::HEAD_OLDER_THAN_TARGET;
  if (tree_.slot(source) != data.source.slot) return RejectionReason::SOURCE_SLOT_MISMATCH;
  if (tree_.slot(target) != data.target.slot) return RejectionReason::TARGET_SLOT_MISMATCH;
  if (tree_.slot(head) != data.head.slot) return RejectionReason::HEAD_SLOT_MISMATCH;
  if (tree_.ancestor_at_or_below(target, data.source.slot) != source) {
    return RejectionReason::SOURCE_NOT_ANCESTOR_OF_TARGET;
  }
  if (tree_.ancestor_at_or_below(head, data.target.slot) != target) {
    return RejectionReason::TARGET_NOT_ANCESTOR_OF_HEAD;
  }
  if (data.slot < data.head.slot) return RejectionReason::ATTESTATION_SLOT_BEFORE_HEAD;
  // In slots, since a slot from the wire may be too large to be counted in intervals.
  const std::uint64_t admissible = (time_.value + GOSSIP_DISPARITY_INTERVALS) / INTERVALS_PER_SLOT;
  if (data.slot.value > admissible) return RejectionReason::ATTESTATION_TOO_FAR_IN_FUTURE;
  return {};
}

Verdict<SignatureClaim> Store::check_attestation(const SignedAttestation& signed_attestation) const {
  return check_attestation(signed_attestation, hash_tree_root(signed_attestation.data));
}

Verdict<SignatureClaim> Store::check_attestation(const SignedAttestation& signed_attestation,
                                                 const Root& data_root) const {
  const AttestationData& data = signed_attestation.data;
  if (const Verdict<void> valid = validate_attestation(data); !valid) {
    return valid.error();
  }
  const ValidatorRegistry& validators = *tree_.state(tree_.find(data.target.root))->validators;
  const std::uint64_t index = signed_attestation.validator_index.value;
  if (index >= validators.size()) {
    return RejectionReason::VALIDATOR_NOT_IN_STATE;
  }
  return SignatureClaim{
      .key = validators[index].attestation_public_key, .message = data_root, .slot = data.slot};
}

void Store::record_attestation(const SignedAttestation& signed_attestation) {
  const SignaturePool::Place place = signatures_.find_or_append(signed_attestation.data);
  place.entry->value.add({.validator = signed_attestation.validator_index,
                          .signature = std::make_shared<const Signature>(signed_attestation.signature)});
}

Verdict<void> Store::on_gossip_attestation(const SignedAttestation& signed_attestation, bool is_aggregator,
                                           const crypto::SignatureScheme& scheme) {
  const Verdict<SignatureClaim> claim = check_attestation(signed_attestation);
  if (!claim) {
    return claim.error();
  }
  if (!scheme.verify(claim->key, claim->slot.value, claim->message, signed_attestation.signature.data)) {
    return RejectionReason::INVALID_SIGNATURE;
  }
  if (is_aggregator) {
    record_attestation(signed_attestation);
  }
  return {};
}

Verdict<AggregateClaim> Store::check_aggregated_attestation(
    const SignedAggregatedAttestation& signed_attestation) const {
  const AttestationData& data = signed_attestation.data;
  if (const Verdict<void> valid = validate_attestation(data); !valid) {
    return valid.error();
  }
  const AggregationBits& participants = signed_attestation.proof.participants;
  if (!participants.any()) {
    return RejectionReason::EMPTY_AGGREGATION_BITS;
  }
  const ValidatorRegistry& validators = *tree_.state(tree_.find(data.target.root))->validators;
  if (participants.span_of_set_bits() > validators.size()) {
    return RejectionReason::VALIDATOR_NOT_IN_STATE;
  }
  return AggregateClaim{
      .keys = attestation_keys(participants, validators), .message = hash_tree_root(data), .slot = data.slot};
}

void Store::record_aggregated_attestation(const SignedAggregatedAttestation& signed_attestation) {
  const ProofPool::Place place = new_payloads_.find_or_append(signed_attestation.data);
  place.entry->value.add(std::make_shared<const SingleMessageAggregate>(signed_attestation.proof));
}

Verdict<void> Store::on_gossip_aggregated_attestation(const SignedAggregatedAttestation& signed_attestation,
                                                      const crypto::AggregateProver& prover) {
  const Verdict<AggregateClaim> claim = check_aggregated_attestation(signed_attestation);
  if (!claim) {
    return claim.error();
  }
  if (!prover.verify(claim->binding(), signed_attestation.proof.proof.data)) {
    return RejectionReason::INVALID_SIGNATURE;
  }
  record_aggregated_attestation(signed_attestation);
  return {};
}

AggregationRound Store::begin_aggregation() const {
  return {.jobs = aggregation_jobs(new_payloads_, known_payloads_, signatures_),
          .new_payloads = new_payloads_,
          .signatures = signatures_,
          .validators = head_state().validators};
}

void Store::adopt_aggregates(const AggregationRound& round,
                             std::span<const SignedAggregatedAttestation> made) {
  const ProofPool before = std::exchange(new_payloads_, ProofPool());
  for (const SignedAggregatedAttestation& aggregate : made) {
    record_aggregated_attestation(aggregate);
    if (const SignatureSet* used = round.signatures.find(aggregate.data)) {
      const SignaturePool::Place place = signatures_.find_or_append(aggregate.data);
      place.entry->value.remove_all_of(*used);
      if (place.entry->value.empty()) {
        signatures_.erase(aggregate.data);
      }
    }
  }
  for (const auto& [position, entry] : before.entries()) {
    const ProofSet* held = round.new_payloads.find(entry.data);
    for (const ProofRef& proof : entry.value.proofs()) {
      if (held == nullptr || !held->contains(*proof)) {
        new_payloads_.find_or_append(entry.data).entry->value.add(proof);
      }
    }
  }
}

std::vector<SignedAggregatedAttestation> Store::aggregate(const crypto::AggregateProver& prover) {
  const AggregationRound round = begin_aggregation();
  std::vector<SignedAggregatedAttestation> made = prove_all(round, prover);
  adopt_aggregates(round, made);
  return made;
}

void Store::adopt_recovered(std::span<const RecoveredAggregate> recovered) {
  for (const RecoveredAggregate& one : recovered) {
    const AttestationData& data = one.aggregate.data;
    const ProofPool::Place place = new_payloads_.find_or_append(data);
    place.entry->value.remove_all_of(one.superseded);
    // A key that loses its last proof loses its place in the order as well.
    if (place.entry->value.empty()) {
      new_payloads_.erase(data);
    }
    record_aggregated_attestation(one.aggregate);
  }
}

}  // namespace lockstep::spec
