// How blocks for tests are made valid.
#include "chain_builder.h"

#include <gtest/gtest.h>

#include <utility>

#include "node/spec/genesis.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/state_transition.h"

namespace lockstep::spec::testing {

std::shared_ptr<const ValidatorRegistry> made_up_validators(std::size_t count) {
  std::vector<Validator> validators(count);
  for (std::size_t i = 0; i < count; ++i) {
    base::store_le<std::uint64_t>(i + 1, validators[i].attestation_public_key.data.data());
    base::store_le<std::uint64_t>(i + 1, validators[i].proposal_public_key.data.data() + 8);
    validators[i].index = ValidatorIndex(i);
  }
  return std::make_shared<const ValidatorRegistry>(std::move(validators));
}

Store genesis_store(std::size_t validators) {
  auto state = std::make_shared<const State>(generate_genesis(1000, made_up_validators(validators)));
  auto block = std::make_shared<const Block>(genesis_block(*state));
  return Store::create(state, block, ValidatorIndex(0)).value();
}

Verdict<Block> try_block_on(const Store& store, const Root& parent, Slot slot,
                            std::vector<AggregatedAttestation> attestations) {
  State state = *store.tree().state(store.tree().find(parent));
  const std::size_t validators = state.validators->size();
  Block block{.slot = slot,
              .proposer_index = ValidatorIndex(slot.value % validators),
              .parent_root = parent,
              .state_root = {},
              .body = {std::move(attestations)}};
  if (const Verdict<void> done = process_slots(state, slot); !done) {
    return done.error();
  }
  if (const Verdict<void> done = process_block(state, block); !done) {
    return done.error();
  }
  block.state_root = hash_tree_root(state);
  return block;
}

Block block_on(const Store& store, const Root& parent, Slot slot,
               std::vector<AggregatedAttestation> attestations) {
  const Verdict<Block> block = try_block_on(store, parent, slot, std::move(attestations));
  EXPECT_TRUE(block.has_value()) << to_string(block.error());
  return block.has_value() ? *block : Block{};
}

Root extend(Store& store, const Root& parent, Slot slot, std::vector<AggregatedAttestation> attestations) {
  const Block block = block_on(store, parent, slot, std::move(attestations));
  EXPECT_TRUE(store.on_verified_block(block).has_value());
  return hash_tree_root(block);
}

Checkpoint checkpoint_of(const Store& store, const Root& root) {
  return {.root = root, .slot = store.tree().slot(store.tree().find(root))};
}

AttestationData vote_for(const Store& store, const Root& head, Slot slot) {
  const Checkpoint anchor = checkpoint_of(store, store.tree().root(BlockIndex{1}));
  return {.slot = slot, .head = checkpoint_of(store, head), .target = anchor, .source = anchor};
}

AggregationBits bits_of(std::initializer_list<std::size_t> indices) {
  return AggregationBits::of_indices(std::vector<std::size_t>(indices));
}

SignedAggregatedAttestation aggregate_of(const AttestationData& data, const AggregationBits& voters,
                                         std::uint8_t tag) {
  return {.data = data, .proof = {.participants = voters, .proof = {base::Bytes{1, tag}}}};
}

SignedAttestation signed_vote(const AttestationData& data, std::uint64_t validator) {
  return {.validator_index = ValidatorIndex(validator), .data = data, .signature = {base::Bytes(8, 1)}};
}

void gossip(Store& store, const AttestationData& data, const AggregationBits& voters, std::uint8_t tag) {
  const Verdict<void> verdict =
      store.on_gossip_aggregated_attestation(aggregate_of(data, voters, tag), TrustingProver());
  EXPECT_TRUE(verdict.has_value()) << to_string(verdict.error());
}

}  // namespace lockstep::spec::testing
