// Slots and headers: what a block must say to be linked in, and that a refusal changes nothing.
#include "node/spec/state_transition.h"

#include <gtest/gtest.h>

#include "node/spec/slot.h"
#include "node/spec/ssz.h"
#include "tests/node/spec/chain_builder.h"

namespace lockstep::spec {
namespace {

using tests::extend;
using tests::make_block;
using tests::make_chain;
using tests::make_registry;
using tests::vote;

constexpr std::uint64_t kLargest = ~std::uint64_t{0};

RejectionReason refusal(const State& pre, const Block& block) {
  const base::Bytes before = encode(pre);
  const Verdict<State> post = state_transition(pre, block);
  EXPECT_EQ(encode(pre), before) << "a refusal must leave the state alone";
  return post ? throw std::logic_error("the block was accepted") : post.error();
}

TEST(Genesis, is_committed_to_by_its_block) {
  const State genesis = generate_genesis(1234, make_registry(3));
  const Block block = genesis_block(genesis);
  EXPECT_EQ(block.state_root, compute_root(genesis));
  EXPECT_EQ(genesis.latest_block_header.body_root, hash_tree_root(BlockBody{}));
  // The child names the genesis block by the header's root.
  EXPECT_EQ(make_block(genesis, Slot(1)).parent_root, hash_tree_root(block));
}

TEST(Proposer, takes_turns) {
  EXPECT_EQ(proposer_index(Slot(7), 3).value(), ValidatorIndex(1));
  EXPECT_EQ(proposer_index(Slot(kLargest), 3).value(), ValidatorIndex(kLargest % 3));
  EXPECT_EQ(proposer_index(Slot(7), 0).error(), RejectionReason::EMPTY_VALIDATOR_REGISTRY);
}

TEST(ProcessSlots, fills_the_state_root_once) {
  State state = generate_genesis(0, make_registry(3));
  const Root root = compute_root(state);
  ASSERT_TRUE(process_slots(state, Slot(1)).has_value());
  EXPECT_EQ(state.latest_block_header.state_root, root);
  ASSERT_TRUE(process_slots(state, Slot(kLargest)).has_value());
  EXPECT_EQ(state.latest_block_header.state_root, root);
  EXPECT_EQ(state.slot, Slot(kLargest));
}

TEST(ProcessSlots, goes_forward_only) {
  State state = make_chain(3, 4);
  const State before = state;
  EXPECT_EQ(process_slots(state, Slot(4)).error(), RejectionReason::BLOCK_SLOT_NOT_IN_FUTURE);
  EXPECT_EQ(process_slots(state, Slot(0)).error(), RejectionReason::BLOCK_SLOT_NOT_IN_FUTURE);
  EXPECT_EQ(state, before);
}

TEST(BlockHeader, links_the_parent_and_the_slots_in_between) {
  const State genesis = generate_genesis(0, make_registry(3));
  const State first = extend(genesis, Slot(1));
  const State second = extend(first, Slot(4));
  ASSERT_EQ(second.historical_block_hashes.size(), 4U);
  EXPECT_EQ(second.historical_block_hashes[0], hash_tree_root(genesis_block(genesis)));
  EXPECT_EQ(second.historical_block_hashes[1], tests::head_root(first));
  EXPECT_TRUE(second.historical_block_hashes[2].is_zero());
  EXPECT_TRUE(second.historical_block_hashes[3].is_zero());
  EXPECT_EQ(second.justified_slots.size(), 3U);
  EXPECT_TRUE(second.latest_block_header.state_root.is_zero());
  EXPECT_EQ(second.latest_finalized, (Checkpoint{hash_tree_root(genesis_block(genesis)), Slot(0)}));
  EXPECT_EQ(second.latest_justified, second.latest_finalized);
}

TEST(BlockHeader, is_refused_for_its_first_fault) {
  State state = make_chain(3, 4);
  const Block right = make_block(state, Slot(5));
  ASSERT_TRUE(process_slots(state, Slot(5)).has_value());
  Block block = right;
  block.parent_root = {};
  const State before = state;
  EXPECT_EQ(process_block_header(state, block).error(), RejectionReason::PARENT_ROOT_MISMATCH);
  ++block.proposer_index;
  EXPECT_EQ(process_block_header(state, block).error(), RejectionReason::WRONG_PROPOSER);
  ++block.slot;
  EXPECT_EQ(process_block_header(state, block).error(), RejectionReason::BLOCK_SLOT_MISMATCH);
  EXPECT_EQ(state, before);
  ASSERT_TRUE(process_block_header(state, right).has_value());
  EXPECT_EQ(process_block_header(state, right).error(), RejectionReason::BLOCK_OLDER_THAN_LATEST_HEADER);
}

TEST(BlockHeader, is_refused_where_there_are_no_validators) {
  const State genesis = generate_genesis(0, make_registry(0));
  Block block;
  block.slot = Slot(1);
  EXPECT_EQ(refusal(genesis, block), RejectionReason::EMPTY_VALIDATOR_REGISTRY);
  State without = genesis;
  without.validators = nullptr;
  EXPECT_EQ(refusal(without, block), RejectionReason::EMPTY_VALIDATOR_REGISTRY);
}

TEST(StateTransition, checks_the_state_root_last) {
  const State state = make_chain(3, 4);
  Block block = make_block(state, Slot(6), {vote(state, Slot(0), Slot(3), 1)});
  EXPECT_TRUE(state_transition(state, block).has_value());
  block.state_root.data[0] ^= 1;
  EXPECT_EQ(refusal(state, block), RejectionReason::STATE_ROOT_MISMATCH);
  block.parent_root.data[0] ^= 1;
  EXPECT_EQ(refusal(state, block), RejectionReason::PARENT_ROOT_MISMATCH);
}

TEST(StateTransition, leaves_a_sealed_state) {
  const State state = make_chain(3, 4);
  EXPECT_TRUE(state.root_memo.known);
  EXPECT_EQ(hash_tree_root(state), compute_root(state));
}

TEST(StateTransition, works_from_a_state_that_is_not_sealed) {
  const State sealed = make_chain(3, 4);
  const State loaded = decode<State>(encode(sealed)).value();
  EXPECT_FALSE(loaded.root_memo.known);
  const Block block = make_block(sealed, Slot(5));
  EXPECT_EQ(state_transition(loaded, block).value(), state_transition(sealed, block).value());
}

Block far_block(const State& state, std::uint64_t slot) {
  Block block = make_block(state, state.slot + 1);
  block.slot = Slot(slot);
  block.proposer_index = proposer_index(block.slot, state.validators->size()).value();
  return block;
}

TEST(StateTransition, refuses_gaps_that_the_history_cannot_hold) {
  const State state = make_chain(3, 4);
  for (const std::uint64_t slot :
       {std::uint64_t{HISTORICAL_ROOTS_LIMIT} + 1, std::uint64_t{1} << 32, kLargest}) {
    EXPECT_EQ(refusal(state, far_block(state, slot)), RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE) << slot;
  }
  // The last slot that fits is fine up to here; the state root of this block was made for another slot.
  EXPECT_EQ(refusal(state, far_block(state, HISTORICAL_ROOTS_LIMIT)), RejectionReason::STATE_ROOT_MISMATCH);
}

TEST(StateTransition, stops_where_the_history_is_full) {
  const State state = extend(make_chain(3, 1), Slot(HISTORICAL_ROOTS_LIMIT));
  ASSERT_EQ(state.historical_block_hashes.size(), HISTORICAL_ROOTS_LIMIT);
  EXPECT_EQ(refusal(state, far_block(state, HISTORICAL_ROOTS_LIMIT + 1)),
            RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE);
}

TEST(Tallies, are_asked_for_consistency_before_a_state_is_trusted) {
  const State chain = make_chain(4, 5);
  State state = extend(chain, Slot(6), {vote(chain, Slot(0), Slot(3), 1)});
  ASSERT_EQ(state.justifications_roots.size(), 1U);
  EXPECT_TRUE(has_consistent_tallies(state));
  State broken = state;
  broken.justifications_validators.push_back(false);
  EXPECT_FALSE(has_consistent_tallies(broken));
  broken = state;
  broken.justifications_roots[0] = Root{};
  EXPECT_FALSE(has_consistent_tallies(broken));
  broken.justifications_roots[0] = tests::root_of(99);
  EXPECT_FALSE(has_consistent_tallies(broken));
  broken = state;
  broken.latest_finalized.slot = Slot(3);
  EXPECT_FALSE(has_consistent_tallies(broken));
  broken = state;
  broken.justifications_roots.push_back(broken.justifications_roots[0]);
  broken.justifications_validators.resize(8);
  EXPECT_FALSE(has_consistent_tallies(broken));
}

TEST(Rejections, have_the_names_of_the_specification) {
  for (int i = 0; i <= static_cast<int>(RejectionReason::DECODE_ERROR); ++i) {
    const auto reason = static_cast<RejectionReason>(i);
    EXPECT_EQ(rejection_from_string(to_string(reason)), reason);
  }
  EXPECT_EQ(to_string(RejectionReason::TOO_MANY_ATTESTATION_DATA), "TOO_MANY_ATTESTATION_DATA");
  EXPECT_EQ(rejection_from_string("too_many"), std::nullopt);
}

}  // namespace
}  // namespace lockstep::spec
