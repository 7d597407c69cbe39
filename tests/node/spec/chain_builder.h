// Chains for tests and benchmarks: registries, votes that count, and blocks that commit to the right state.
#pragma once

#include <memory>
#include <vector>

#include "node/base/assert.h"
#include "node/spec/genesis.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/state_transition.h"

namespace lockstep::spec::tests {

inline std::shared_ptr<const ValidatorRegistry> make_registry(std::size_t size) {
  std::vector<Validator> validators(size);
  for (std::size_t i = 0; i < size; ++i) {
    validators[i].index = ValidatorIndex(i);
    base::store_le<std::uint64_t>(i + 1, validators[i].attestation_public_key.data.data());
    base::store_le<std::uint64_t>(i + 1, validators[i].proposal_public_key.data.data() + 8);
  }
  return std::make_shared<const ValidatorRegistry>(std::move(validators));
}

/// A root that is like no other: `number`, marked.
inline Root root_of(std::uint64_t number) {
  Root out;
  base::store_le(number, out.data.data());
  out.data[31] = 0xee;
  return out;
}

/// The root of the block that `state` came out of.
inline Root head_root(const State& state) {
  BlockHeader header = state.latest_block_header;
  if (header.state_root.is_zero()) {
    header.state_root = hash_tree_root(state);
  }
  return hash_tree_root(header);
}

/// The checkpoint at `slot` as the child of `state` will see it.
inline Checkpoint checkpoint_at(const State& state, Slot slot) {
  if (slot == state.latest_block_header.slot) {
    return {head_root(state), slot};
  }
  return {state.historical_block_hashes[slot.value], slot};
}

inline AggregationBits first_validators(std::size_t count, std::size_t size) {
  AggregationBits bits(size);
  for (std::size_t i = 0; i < count; ++i) {
    bits.set(i);
  }
  return bits;
}

/// A vote of the first `voters` validators that moves from `source` to `target`, seen from the child of
/// `state`.
inline AggregatedAttestation vote(const State& state, Slot source, Slot target, std::size_t voters) {
  AggregatedAttestation out;
  out.aggregation_bits = first_validators(voters, state.validators->size());
  out.data.slot = target;
  out.data.head = checkpoint_at(state, state.latest_block_header.slot);
  out.data.target = checkpoint_at(state, target);
  out.data.source = checkpoint_at(state, source);
  return out;
}

/// A block on top of `parent` with everything right but, where the transition refuses it, the state root.
inline Block make_block(const State& parent, Slot slot,
                        std::vector<AggregatedAttestation> attestations = {}) {
  State state = parent;
  LOCKSTEP_ASSERT(process_slots(state, slot).has_value());
  Block block;
  block.slot = slot;
  block.proposer_index = ValidatorIndex(slot.value % parent.validators->size());
  block.parent_root = hash_tree_root(state.latest_block_header);
  block.body.attestations = std::move(attestations);
  if (process_block(state, block)) {
    block.state_root = hash_tree_root(state);
  }
  return block;
}

/// The state after such a block. Requires: the transition accepts it.
inline State extend(const State& parent, Slot slot, std::vector<AggregatedAttestation> attestations = {}) {
  Verdict<State> post = state_transition(parent, make_block(parent, slot, std::move(attestations)));
  LOCKSTEP_ASSERT(post.has_value());
  return *std::move(post);
}

/// Genesis and one empty block in each slot up to `slots`.
inline State make_chain(std::size_t validators, std::uint64_t slots) {
  State state = generate_genesis(0, make_registry(validators));
  for (std::uint64_t slot = 1; slot <= slots; ++slot) {
    state = extend(state, Slot(slot));
  }
  return state;
}

}  // namespace lockstep::spec::tests
