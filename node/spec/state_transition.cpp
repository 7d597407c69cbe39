// Slots, headers, and the whole transition; the votes are in justification.cpp.
#include "node/spec/state_transition.h"

#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"

namespace lockstep::spec {
namespace {

std::size_t validator_count(const State& state) {
  return state.validators ? state.validators->size() : 0;
}

/// Whether history and flags have room up to the slot before `block`.
bool fits_history(const State& state, Slot finalized, const Block& block, std::uint64_t empty_slots) {
  const std::size_t known = state.historical_block_hashes.size();
  if (known >= HISTORICAL_ROOTS_LIMIT || empty_slots >= HISTORICAL_ROOTS_LIMIT - known) {
    return false;
  }
  const std::optional<std::uint64_t> last_flag = justified_index_after(block.slot - 1, finalized);
  return !last_flag || *last_flag < JustifiedSlots::kLimit;
}

}  // namespace

Verdict<ValidatorIndex> proposer_index(Slot slot, std::size_t validators) {
  if (validators == 0) {
    return RejectionReason::EMPTY_VALIDATOR_REGISTRY;
  }
  return ValidatorIndex(slot.value % validators);
}

Verdict<void> process_slots(State& state, Slot target) {
  if (state.slot >= target) {
    return RejectionReason::BLOCK_SLOT_NOT_IN_FUTURE;
  }
  if (state.latest_block_header.state_root.is_zero()) {
    state.latest_block_header.state_root = hash_tree_root(state);
  }
  state.slot = target;
  state.root_memo.known = false;
  return {};
}

Verdict<void> process_block_header(State& state, const Block& block) {
  const BlockHeader parent = state.latest_block_header;
  if (block.slot != state.slot) {
    return RejectionReason::BLOCK_SLOT_MISMATCH;
  }
  if (block.slot <= parent.slot) {
    return RejectionReason::BLOCK_OLDER_THAN_LATEST_HEADER;
  }
  const Verdict<ValidatorIndex> proposer = proposer_index(state.slot, validator_count(state));
  if (!proposer) {
    return proposer.error();
  }
  if (block.proposer_index != *proposer) {
    return RejectionReason::WRONG_PROPOSER;
  }
  const Root parent_root = hash_tree_root(parent);
  if (block.parent_root != parent_root) {
    return RejectionReason::PARENT_ROOT_MISMATCH;
  }
  // The anchor of the chain is justified and finalized by definition; its first child says so.
  const bool is_first = parent.slot == Slot(0);
  const Slot finalized = is_first ? Slot(0) : state.latest_finalized.slot;
  const std::uint64_t empty_slots = block.slot - parent.slot - 1;
  if (!fits_history(state, finalized, block, empty_slots)) {
    return RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE;
  }
  state.root_memo.known = false;
  if (is_first) {
    state.latest_justified = state.latest_finalized = {parent_root, Slot(0)};
  }
  state.historical_block_hashes.push_back(parent_root);
  state.historical_block_hashes.append_zeros(empty_slots);
  extend_to_slot(state.justified_slots, finalized, block.slot - 1);
  state.latest_block_header = {block.slot, block.proposer_index, block.parent_root, Root{},
                               hash_tree_root(block.body)};
  return {};
}

Verdict<void> process_block(State& state, const Block& block) {
  if (const Verdict<void> header = process_block_header(state, block); !header) {
    return header;
  }
  return process_attestations(state, block.body.attestations);
}

Verdict<State> state_transition(const State& pre, const Block& block) {
  State post = pre;
  if (const Verdict<void> advanced = process_slots(post, block.slot); !advanced) {
    return advanced.error();
  }
  if (const Verdict<void> processed = process_block(post, block); !processed) {
    return processed.error();
  }
  const Root root = compute_root(post);
  if (root != block.state_root) {
    return RejectionReason::STATE_ROOT_MISMATCH;
  }
  seal_root(post, root);
  return post;
}

}  // namespace lockstep::spec
