// How blocks enter the store.
#include <unordered_set>
#include <utility>

#include "node/base/assert.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/signatures_check.h"
#include "node/spec/state_transition.h"
#include "node/spec/store.h"

namespace lockstep::spec {
namespace {

bool repeats_a_vote(const BlockBody& body) {
  std::unordered_set<AttestationData, AttestationDataHash> seen;
  for (const AggregatedAttestation& attestation : body.attestations) {
    if (!seen.insert(attestation.data).second) {
      return true;
    }
  }
  return false;
}

}  // namespace

Verdict<std::shared_ptr<const State>> Store::check_block(const Block& block, const Root& root) const {
  if (tree_.contains(root)) {
    return std::shared_ptr<const State>();
  }
  const BlockIndex parent = tree_.find(block.parent_root);
  if (parent == kNoBlock) {
    return RejectionReason::UNKNOWN_PARENT_BLOCK;
  }
  if (repeats_a_vote(block.body)) {
    return RejectionReason::DUPLICATE_ATTESTATION_DATA;
  }
  return tree_.state(parent);
}

Verdict<void> Store::on_block(const SignedBlock& signed_block, const crypto::AggregateProver& prover) {
  const Root root = hash_tree_root(signed_block.block);
  const Verdict<std::shared_ptr<const State>> parent_state = check_block(signed_block.block, root);
  if (!parent_state) {
    return parent_state.error();
  }
  if (*parent_state == nullptr) {
    return {};
  }
  if (const auto valid = verify_signatures(signed_block, root, *(*parent_state)->validators, prover);
      !valid) {
    return valid.error();
  }
  Verdict<State> post_state = state_transition(**parent_state, signed_block.block);
  if (!post_state) {
    return post_state.error();
  }
  import(root, std::make_shared<const Block>(signed_block.block),
         std::make_shared<const State>(std::move(*post_state)));
  return {};
}

Verdict<void> Store::on_verified_block(const Block& block) {
  const Root root = hash_tree_root(block);
  const Verdict<std::shared_ptr<const State>> parent_state = check_block(block, root);
  if (!parent_state) {
    return parent_state.error();
  }
  if (*parent_state == nullptr) {
    return {};
  }
  Verdict<State> post_state = state_transition(**parent_state, block);
  if (!post_state) {
    return post_state.error();
  }
  import(root, std::make_shared<const Block>(block), std::make_shared<const State>(std::move(*post_state)));
  return {};
}

bool Store::import(const Root& root, std::shared_ptr<const Block> block,
                   std::shared_ptr<const State> post_state) {
  LOCKSTEP_ASSERT(block != nullptr && post_state != nullptr);
  if (tree_.contains(root)) {
    return false;
  }
  const Slot finalized_before = latest_finalized_.slot;
  tree_.insert(root, block, post_state);
  votes_.block_inserted(known_payloads_, tree_);
  advance_justified(post_state->latest_justified);
  // Backwards, each to the very front, so that the body's votes end up there in the body's order.
  const std::vector<AggregatedAttestation>& attestations = block->body.attestations;
  for (auto attestation = attestations.rbegin(); attestation != attestations.rend(); ++attestation) {
    const ProofPool::Place place = known_payloads_.move_to_front(attestation->data);
    votes_.added(attestation->data, place.position, place.entry->value.voters(), tree_);
  }
  update_head();
  if (latest_finalized_.slot > finalized_before) {
    prune_stale_attestation_data();
  }
  return true;
}

bool Store::add_produced_block(const Root& root, std::shared_ptr<const Block> block,
                               std::shared_ptr<const State> post_state) {
  LOCKSTEP_ASSERT(block != nullptr && post_state != nullptr);
  if (tree_.contains(root)) {
    return false;
  }
  tree_.insert(root, std::move(block), post_state);
  votes_.block_inserted(known_payloads_, tree_);
  advance_justified(post_state->latest_justified);
  return true;
}

std::vector<CandidateVote> Store::block_candidates() const {
  std::vector<CandidateVote> candidates;
  candidates.reserve(known_payloads_.size());
  for (const auto& [position, entry] : known_payloads_.entries()) {
    if (tree_.contains(entry.data.head.root)) {
      candidates.push_back({.data = entry.data, .proofs = entry.value.proofs()});
    }
  }
  return candidates;
}

}  // namespace lockstep::spec
