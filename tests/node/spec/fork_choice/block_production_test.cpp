// A proposer's block is valid, carries what it can, and justifies as it goes.
#include "node/spec/block_production.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "chain_builder.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/state_transition.h"
#include "node/spec/validator_duties.h"
#include "property.h"
#include "random_play.h"

namespace lockstep::spec {
namespace {

using testing::bits_of;
using testing::extend;
using testing::genesis_store;
using testing::vote_for;

const testing::TrustingProver kProver;

Verdict<BuiltBlock> build_on_head(const Store& store, Slot slot) {
  return build_block(store.head_state(), slot,
                     ValidatorIndex(slot.value % store.head_state().validators->size()), store.head(),
                     store.block_candidates(), kProver);
}

TEST(BuildBlock, joins_the_proofs_of_one_vote_and_leaves_out_those_that_add_nobody) {
  Store store = genesis_store(6);
  const Root first = extend(store, store.head(), Slot(1));
  store.skip_to(Interval(20));
  AttestationData data = vote_for(store, first, Slot(1));
  data.target = data.head;
  testing::gossip(store, data, bits_of({0, 1}));
  testing::gossip(store, data, bits_of({1, 2}));
  testing::gossip(store, data, bits_of({1}));
  store.accept_new_attestations();
  const Verdict<BuiltBlock> built = build_on_head(store, Slot(2));
  ASSERT_TRUE(built.has_value());
  ASSERT_EQ(built->block.body.attestations.size(), 1U);
  EXPECT_EQ(built->block.body.attestations[0].aggregation_bits, bits_of({0, 1, 2}));
  EXPECT_EQ(built->proofs[0].participants, bits_of({0, 1, 2}));
}

TEST(BuildBlock, carries_at_most_eight_votes_and_counts_those_without_proofs) {
  Store store = genesis_store(6);
  const Root genesis = store.head();
  const Root first = extend(store, genesis, Slot(1));
  store.skip_to(Interval(100));
  const auto vote = [&](std::uint64_t slot) {
    AttestationData data = vote_for(store, first, Slot(slot));
    data.target = data.head;
    return data;
  };
  // Two votes arrive in a block on a fork only, so that they are known without a proof and stand in front.
  extend(store, genesis, Slot(2),
         {{.aggregation_bits = bits_of({0}), .data = vote(15)},
          {.aggregation_bits = bits_of({0}), .data = vote(16)}});
  for (std::uint64_t slot = 2; slot < 12; ++slot) testing::gossip(store, vote(slot), bits_of({0}));
  store.accept_new_attestations();
  ASSERT_EQ(store.head(), first);
  const Verdict<BuiltBlock> built = build_on_head(store, Slot(17));
  ASSERT_TRUE(built.has_value());
  EXPECT_EQ(built->block.body.attestations.size(), 6U);
}

TEST(BuildBlock, goes_on_from_what_its_own_votes_justify) {
  Store store = genesis_store(3);
  const Root genesis = store.head();
  const Root first = extend(store, genesis, Slot(1));
  const Root second = extend(store, first, Slot(2));
  store.skip_to(Interval(20));
  const auto at = [&](const Root& root) { return testing::checkpoint_of(store, root); };
  const AttestationData later{.slot = Slot(2), .head = at(second), .target = at(second), .source = at(first)};
  const AttestationData earlier{
      .slot = Slot(2), .head = at(second), .target = at(first), .source = at(genesis)};
  testing::gossip(store, later, bits_of({0, 1}));
  testing::gossip(store, earlier, bits_of({0, 1}));
  store.accept_new_attestations();
  const Verdict<BuiltBlock> built = build_on_head(store, Slot(3));
  ASSERT_TRUE(built.has_value());
  ASSERT_EQ(built->block.body.attestations.size(), 2U);
  EXPECT_EQ(built->block.body.attestations[0].data, earlier);
  EXPECT_EQ(built->post_state.latest_justified, at(second));
  EXPECT_EQ(built->post_state.latest_finalized, at(first));
}

TEST(BuildBlock, says_why_there_is_no_block) {
  Store store = genesis_store(3);
  const Root first = extend(store, store.head(), Slot(4));
  EXPECT_EQ(build_on_head(store, Slot(4)).error(), RejectionReason::BLOCK_SLOT_NOT_IN_FUTURE);
  store.skip_to(Interval(30));
  AttestationData data = vote_for(store, first, Slot(4));
  data.target = data.head;
  testing::gossip(store, data, bits_of({0}));
  testing::gossip(store, data, bits_of({1}));
  store.accept_new_attestations();
  testing::TrustingProver broken;
  broken.broken = true;
  const Verdict<BuiltBlock> built = build_block(store.head_state(), Slot(5), ValidatorIndex(2), store.head(),
                                                store.block_candidates(), broken);
  EXPECT_EQ(built.error(), RejectionReason::INVALID_BLOCK_PROOF);
}

TEST(BuildBlock, refuses_a_slot_that_history_has_no_room_for) {
  const Store store = genesis_store(6);
  EXPECT_TRUE(build_on_head(store, Slot(HISTORICAL_ROOTS_LIMIT)).has_value());
  for (const std::uint64_t slot :
       {std::uint64_t{HISTORICAL_ROOTS_LIMIT} + 1, std::uint64_t{448'788'418}, ~std::uint64_t{0}}) {
    const Verdict<BuiltBlock> built = build_on_head(store, Slot(slot));
    ASSERT_FALSE(built.has_value()) << slot;
    EXPECT_EQ(built.error(), RejectionReason::JUSTIFIED_SLOT_OUT_OF_RANGE) << slot;
  }
}

TEST(BuildBlock, makes_blocks_that_the_transition_accepts) {
  EXPECT_TRUE(testing::holds("blocks are valid", 1000, [] {
    testing::RandomPlay play(6);
    for (const std::uint32_t number : *testing::histories(25)) {
      play.move(number);
    }
    const Store& store = play.store();
    const BlockIndex parent = play.some_block();
    const State& state = *store.tree().state(parent);
    const Slot slot = store.tree().slot(parent) + 1 + play.roll(4);
    const Verdict<BuiltBlock> built =
        build_block(state, slot, ValidatorIndex(slot.value % 6), store.tree().root(parent),
                    store.block_candidates(), kProver);
    RC_ASSERT(built.has_value());
    const Verdict<State> post_state = state_transition(state, built->block);
    RC_ASSERT(post_state.has_value());
    RC_ASSERT(hash_tree_root(*post_state) == hash_tree_root(built->post_state));
    RC_ASSERT(built->proofs.size() == built->block.body.attestations.size());
    RC_ASSERT(built->proofs.size() <= MAX_ATTESTATIONS_DATA);
    for (std::size_t i = 0; i < built->proofs.size(); ++i) {
      const AggregatedAttestation& attestation = built->block.body.attestations[i];
      RC_ASSERT(attestation.aggregation_bits == built->proofs[i].participants);
      RC_ASSERT(store.latest_known_aggregated_payloads()
                    .find(attestation.data)
                    ->voters()
                    .covers(attestation.aggregation_bits));
      for (std::size_t j = 0; j < i; ++j) {
        RC_ASSERT(!(built->block.body.attestations[j].data == attestation.data));
      }
    }
  }));
}

}  // namespace
}  // namespace lockstep::spec
