// Votes in a block are recovered from its proof, whatever they point at.
#include "node/spec/aggregation_recovery.h"

#include <gtest/gtest.h>

#include "chain_builder.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/store_recompute.h"

namespace lockstep::spec {
namespace {

using testing::bits_of;
using testing::checkpoint_of;
using testing::extend;
using testing::genesis_store;

const testing::TrustingProver kProver;

SignedBlock deliver(Store& store, const Root& parent, Slot slot,
                    std::vector<AggregatedAttestation> attestations) {
  const SignedBlock block{.block = testing::block_on(store, parent, slot, std::move(attestations)),
                          .proof = {{base::Bytes{1}}}};
  EXPECT_TRUE(store.on_block(block, kProver).has_value());
  return block;
}

/// A vote of slot 1 for the first block, from genesis.
AttestationData first_vote(const Store& store, const Root& genesis, const Root& first) {
  const Checkpoint target = checkpoint_of(store, first);
  return {.slot = Slot(1), .head = target, .target = target, .source = checkpoint_of(store, genesis)};
}

TEST(BlockRecovery, makes_a_blocks_votes_pending) {
  Store store = genesis_store(6);
  const Root genesis = store.head();
  const Root first = extend(store, genesis, Slot(1));
  const AttestationData data = first_vote(store, genesis, first);
  const SignedBlock block =
      deliver(store, first, Slot(2), {{.aggregation_bits = bits_of({0, 1}), .data = data}});
  const auto published = deconstruct_block_into_store(store, block, kProver);
  ASSERT_EQ(published.size(), 1U);
  EXPECT_EQ(published[0].data, data);
  EXPECT_EQ(published[0].proof.participants, bits_of({0, 1}));
  store.accept_new_attestations();
  EXPECT_EQ(store.tree().weight(store.tree().find(first)), 2U);
}

TEST(BlockRecovery, joins_local_proofs_and_gives_the_vote_the_last_place) {
  Store store = genesis_store(6);
  const Root genesis = store.head();
  const Root first = extend(store, genesis, Slot(1));
  store.skip_to(Interval(20));
  const AttestationData data = first_vote(store, genesis, first);
  AttestationData other = data;
  other.slot = Slot(2);
  testing::gossip(store, data, bits_of({3}));
  testing::gossip(store, other, bits_of({4}));
  const SignedBlock block =
      deliver(store, first, Slot(2), {{.aggregation_bits = bits_of({0, 3}), .data = data}});
  ASSERT_EQ(deconstruct_block_into_store(store, block, kProver).size(), 1U);
  const ProofPool& pending = store.latest_new_aggregated_payloads();
  ASSERT_EQ(pending.size(), 2U);
  EXPECT_EQ(pending.entries().begin()->second.data, other);
  EXPECT_EQ(pending.find(data)->proofs().size(), 1U);
  EXPECT_EQ(pending.find(data)->voters(), bits_of({0, 3}));
}

TEST(BlockRecovery, passes_over_what_is_held_and_what_cannot_justify) {
  Store store = genesis_store(6);
  const Root genesis = store.head();
  const Root first = extend(store, genesis, Slot(1));
  store.skip_to(Interval(20));
  const AttestationData held = first_vote(store, genesis, first);
  testing::gossip(store, held, bits_of({0, 1, 2}));
  const AttestationData useless = testing::vote_for(store, first, Slot(1));
  const SignedBlock block = deliver(store, first, Slot(2),
                                    {{.aggregation_bits = bits_of({0, 1}), .data = held},
                                     {.aggregation_bits = bits_of({0, 1}), .data = useless}});
  EXPECT_TRUE(deconstruct_block_into_store(store, block, kProver).empty());
  EXPECT_EQ(store.latest_new_aggregated_payloads().size(), 1U);
}

TEST(BlockRecovery, passes_over_what_the_prover_refuses) {
  Store store = genesis_store(6);
  const Root genesis = store.head();
  const Root first = extend(store, genesis, Slot(1));
  const SignedBlock block = deliver(
      store, first, Slot(2), {{.aggregation_bits = bits_of({0}), .data = first_vote(store, genesis, first)}});
  testing::TrustingProver broken;
  broken.broken = true;
  EXPECT_TRUE(deconstruct_block_into_store(store, block, broken).empty());
  EXPECT_TRUE(store.latest_new_aggregated_payloads().empty());
}

// A body may name a head that is not known here: the transition passes over it, and recovery does not
// validate.
TEST(BlockRecovery, counts_a_vote_for_an_unknown_head_once_the_head_arrives) {
  Store store = genesis_store(6);
  const Root genesis = store.head();
  const Root first = extend(store, genesis, Slot(1));
  const Block secret = testing::block_on(store, first, Slot(2));
  AttestationData data = first_vote(store, genesis, first);
  data.slot = Slot(2);
  data.head = {.root = hash_tree_root(secret), .slot = secret.slot};
  store.skip_to(Interval(20));
  testing::gossip(store, first_vote(store, genesis, first), bits_of({0}));
  store.accept_new_attestations();
  EXPECT_EQ(store.tree().weight(store.tree().find(first)), 1U);
  const SignedBlock block =
      deliver(store, first, Slot(3), {{.aggregation_bits = bits_of({0, 1}), .data = data}});
  ASSERT_EQ(deconstruct_block_into_store(store, block, kProver).size(), 1U);
  store.accept_new_attestations();
  EXPECT_EQ(store.tree().weight(store.tree().find(first)), 0U)
      << "the later vote counts, although for nothing";
  EXPECT_EQ(store.head(), recompute_head(store));
  ASSERT_TRUE(store.on_verified_block(secret).has_value());
  EXPECT_EQ(store.tree().weight(store.tree().find(first)), 2U);
  EXPECT_EQ(store.head(), hash_tree_root(secret));
  EXPECT_EQ(store.head(), recompute_head(store));
}

}  // namespace
}  // namespace lockstep::spec
