// How a block's votes are found worth recovering, split out and joined with what is there.
#include "node/spec/aggregation_recovery.h"

#include <utility>

#include "node/base/assert.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/signatures_check.h"

namespace lockstep::spec {
namespace {

/// The proof of one component, joined with the local proofs for the same vote.
base::Result<SingleMessageAggregate, crypto::AggregationError> recover_one(
    const RecoverableVote& vote, const AggregatedAttestation& attestation, const BlockBindings& claims,
    const BlockRecovery& plan, base::ByteView block_proof, const crypto::AggregateProver& prover) {
  auto split = prover.split(claims.bindings(), block_proof, vote.component);
  if (!split) {
    return split.error();
  }
  SingleMessageAggregate component{.participants = attestation.aggregation_bits,
                                   .proof = {std::move(*split)}};
  if (vote.local.empty()) {
    return component;
  }
  AggregationJob job{.data = attestation.data,
                     .children = {std::make_shared<const SingleMessageAggregate>(std::move(component))},
                     .signatures = {}};
  job.children.insert(job.children.end(), vote.local.begin(), vote.local.end());
  return prove(job, *plan.validators, prover);
}

}  // namespace

BlockRecovery plan_recovery(const Store& store, const Block& block, const Root& block_root) {
  const BlockIndex parent = store.tree().find(block.parent_root);
  LOCKSTEP_ASSERT_MSG(parent != kNoBlock, "only blocks with a known parent are taken apart");
  BlockRecovery plan{
      .block_root = block_root, .votes = {}, .validators = store.tree().state(parent)->validators};
  const std::vector<AggregatedAttestation>& attestations = block.body.attestations;
  for (std::size_t i = 0; i < attestations.size(); ++i) {
    if (attestations[i].data.target.slot <= store.latest_justified().slot) {
      continue;
    }
    const ProofSet* local = store.latest_new_aggregated_payloads().find(attestations[i].data);
    if (local == nullptr) {
      plan.votes.push_back({.component = i, .local = {}});
    } else if (!local->voters().covers(attestations[i].aggregation_bits)) {
      plan.votes.push_back({.component = i, .local = local->proofs()});
    }
  }
  return plan;
}

std::vector<RecoveredAggregate> recover(const BlockRecovery& plan, const SignedBlock& signed_block,
                                        const crypto::AggregateProver& prover) {
  std::vector<RecoveredAggregate> recovered;
  if (plan.votes.empty()) {
    return recovered;
  }
  const Verdict<BlockBindings> claims = block_bindings(signed_block.block, plan.block_root, *plan.validators);
  LOCKSTEP_ASSERT_MSG(claims.has_value(), "only blocks whose indices are in the registry are taken apart");
  for (const RecoverableVote& vote : plan.votes) {
    const AggregatedAttestation& attestation = signed_block.block.body.attestations[vote.component];
    auto proof = recover_one(vote, attestation, *claims, plan, signed_block.proof.proof.data, prover);
    if (proof) {
      recovered.push_back(
          {.aggregate = {.data = attestation.data, .proof = std::move(*proof)}, .superseded = vote.local});
    }
  }
  return recovered;
}

std::vector<SignedAggregatedAttestation> deconstruct_block_into_store(Store& store,
                                                                      const SignedBlock& signed_block,
                                                                      const crypto::AggregateProver& prover) {
  const BlockRecovery plan = plan_recovery(store, signed_block.block, hash_tree_root(signed_block.block));
  std::vector<RecoveredAggregate> recovered = recover(plan, signed_block, prover);
  store.adopt_recovered(recovered);
  std::vector<SignedAggregatedAttestation> to_publish;
  to_publish.reserve(recovered.size());
  for (RecoveredAggregate& one : recovered) {
    to_publish.push_back(std::move(one.aggregate));
  }
  return to_publish;
}

}  // namespace lockstep::spec
