// How targets are chosen and blocks proposed.
#include "node/spec/validator_duties.h"

#include <algorithm>
#include <utility>

#include "node/base/assert.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/state_transition.h"

namespace lockstep::spec {

Checkpoint get_attestation_target(const Store& store) {
  const BlockTree& tree = store.tree();
  const Slot finalized = store.latest_finalized().slot;
  const Slot lower_bound = std::max(tree.slot(store.safe_target_block()), finalized);
  BlockIndex target = store.head_block();
  for (std::uint64_t step = 0; step < JUSTIFICATION_LOOKBACK_SLOTS && tree.slot(target) > lower_bound;
       ++step) {
    target = tree.parent(target);
  }
  while (tree.slot(target) > finalized && !is_justifiable_after(tree.slot(target), finalized)) {
    target = tree.parent(target);
  }
  LOCKSTEP_ASSERT_MSG(target != kNoBlock, "the finalized slot is not before the anchor's");
  return {.root = tree.root(target), .slot = tree.slot(target)};
}

Verdict<AttestationData> produce_attestation_data(const Store& store, Slot slot) {
  // The head state's own justified checkpoint: the store's may come from a fork that the head never extended.
  Checkpoint source = store.head_state().latest_justified;
  if (source.root.is_zero()) {
    source.root = store.head();
  }
  const Checkpoint target = get_attestation_target(store);
  if (source.slot > target.slot) {
    return RejectionReason::SOURCE_AFTER_TARGET;
  }
  return AttestationData{.slot = slot,
                         .head = {.root = store.head(), .slot = store.tree().slot(store.head_block())},
                         .target = target,
                         .source = source};
}

Verdict<ProducedBlock> produce_block_with_signatures(Store& store, Slot slot, ValidatorIndex validator_index,
                                                     const crypto::AggregateProver& prover) {
  Store next = store;
  next.on_tick(interval_from_slot(slot), true, nullptr);
  next.accept_new_attestations();
  const Verdict<ValidatorIndex> proposer = proposer_index(slot, next.head_state().validators->size());
  if (!proposer) {
    return proposer.error();
  }
  if (*proposer != validator_index) {
    return RejectionReason::WRONG_PROPOSER;
  }
  const std::vector<CandidateVote> candidates = next.block_candidates();
  Verdict<BuiltBlock> built =
      build_block(next.head_state(), slot, validator_index, next.head(), candidates, prover);
  if (!built) {
    return built.error();
  }
  ProducedBlock produced{
      .root = hash_tree_root(built->block), .block = built->block, .proofs = std::move(built->proofs)};
  next.add_produced_block(produced.root, std::make_shared<const Block>(std::move(built->block)),
                          std::make_shared<const State>(std::move(built->post_state)));
  store = std::move(next);
  return produced;
}

}  // namespace lockstep::spec
