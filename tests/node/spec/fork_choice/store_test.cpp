// The store does what leanSpec says, case by case.
#include "node/spec/store.h"

#include <gtest/gtest.h>

#include <limits>

#include "chain_builder.h"
#include "node/spec/genesis.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/store_snapshot.h"
#include "node/spec/validator_duties.h"

namespace lockstep::spec {
namespace {

using testing::aggregate_of;
using testing::bits_of;
using testing::checkpoint_of;
using testing::extend;
using testing::genesis_store;
using testing::gossip;
using testing::vote_for;

const testing::TrustingProver kProver;

/// A genesis store whose clock stands at the end of slot 20, so that votes of all slots up to there are
/// welcome.
Store store_at_slot_20(std::size_t validators) {
  Store store = genesis_store(validators);
  store.skip_to(Interval(104));
  return store;
}

std::vector<AttestationData> known_votes(const Store& store) {
  std::vector<AttestationData> votes;
  for (const auto& [position, entry] : store.latest_known_aggregated_payloads().entries()) {
    votes.push_back(entry.data);
  }
  return votes;
}

std::uint64_t weight_of(const Store& store, const Root& root) {
  return store.tree().weight(store.tree().find(root));
}

TEST(Store, is_not_made_from_a_state_that_the_anchor_does_not_name) {
  const State state = generate_genesis(1000, testing::made_up_validators(4));
  Block anchor = genesis_block(state);
  anchor.state_root.data[0] ^= 1;
  const Verdict<Store> store = Store::create(std::make_shared<const State>(state),
                                             std::make_shared<const Block>(anchor), std::nullopt);
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error(), RejectionReason::ANCHOR_STATE_ROOT_MISMATCH);
}

TEST(Store, begins_at_the_anchors_slot_and_trusts_nothing_but_the_anchor) {
  Store chain = genesis_store(4);
  const Root third = extend(chain, extend(chain, chain.head(), Slot(1)), Slot(3));
  const BlockIndex index = chain.tree().find(third);
  const Store store =
      Store::create(chain.tree().state(index), chain.tree().block(index), std::nullopt).value();
  EXPECT_EQ(store.time(), Interval(15));
  EXPECT_EQ(store.head(), third);
  EXPECT_EQ(store.safe_target(), third);
  EXPECT_EQ(store.latest_justified(), (Checkpoint{.root = third, .slot = Slot(3)}));
  EXPECT_EQ(store.latest_finalized(), store.latest_justified());
}

TEST(Store, keeps_a_fresh_anchor_finalized_while_its_states_name_a_slot_it_does_not_hold) {
  Store chain = genesis_store(4);
  const Root first = extend(chain, chain.head(), Slot(1));
  const BlockIndex index = chain.tree().find(first);
  Store store = Store::create(chain.tree().state(index), chain.tree().block(index), std::nullopt).value();
  extend(store, first, Slot(2));
  EXPECT_EQ(store.head_state().latest_finalized.slot, Slot(0));
  EXPECT_EQ(store.latest_finalized(), checkpoint_of(store, first));
}

TEST(Store, refuses_votes_in_leanspecs_order) {
  Store store = genesis_store(4);
  const Root genesis = store.head();
  const Root a = extend(store, genesis, Slot(1));
  const Root b = extend(store, a, Slot(2));
  const Root fork = extend(store, genesis, Slot(3));
  store.skip_to(Interval(13));
  const Checkpoint good_a = checkpoint_of(store, a);
  const Checkpoint good_b = checkpoint_of(store, b);
  const Checkpoint good_fork = checkpoint_of(store, fork);
  Root nowhere;
  nowhere.data[3] = 9;
  const auto reason = [&](Slot slot, Checkpoint head, Checkpoint target, Checkpoint source) {
    const Verdict<void> verdict =
        store.validate_attestation({.slot = slot, .head = head, .target = target, .source = source});
    return verdict ? std::nullopt : std::optional(verdict.error());
  };
  const Checkpoint lost{.root = nowhere, .slot = Slot(99)};
  using R = RejectionReason;
  EXPECT_EQ(reason(Slot(0), lost, lost, lost), R::UNKNOWN_SOURCE_BLOCK);
  EXPECT_EQ(reason(Slot(0), lost, lost, {b, Slot(9)}), R::UNKNOWN_TARGET_BLOCK);
  EXPECT_EQ(reason(Slot(0), lost, {a, Slot(8)}, {b, Slot(9)}), R::UNKNOWN_HEAD_BLOCK);
  EXPECT_EQ(reason(Slot(0), {a, Slot(7)}, {a, Slot(8)}, {b, Slot(9)}), R::SOURCE_AFTER_TARGET);
  EXPECT_EQ(reason(Slot(0), {a, Slot(7)}, {a, Slot(8)}, {b, Slot(8)}), R::HEAD_OLDER_THAN_TARGET);
  EXPECT_EQ(reason(Slot(0), {a, Slot(8)}, {a, Slot(8)}, {b, Slot(8)}), R::SOURCE_SLOT_MISMATCH);
  EXPECT_EQ(reason(Slot(0), {a, Slot(8)}, {a, Slot(8)}, good_b), R::TARGET_SLOT_MISMATCH);
  EXPECT_EQ(reason(Slot(0), {a, Slot(8)}, good_fork, good_b), R::HEAD_SLOT_MISMATCH);
  EXPECT_EQ(reason(Slot(0), good_fork, good_fork, good_b), R::SOURCE_NOT_ANCESTOR_OF_TARGET);
  EXPECT_EQ(reason(Slot(0), good_fork, good_b, good_a), R::TARGET_NOT_ANCESTOR_OF_HEAD);
  EXPECT_EQ(reason(Slot(1), good_b, good_b, good_a), R::ATTESTATION_SLOT_BEFORE_HEAD);
  EXPECT_EQ(reason(Slot(3), good_b, good_b, good_a), R::ATTESTATION_TOO_FAR_IN_FUTURE);
  EXPECT_EQ(reason(Slot(std::numeric_limits<std::uint64_t>::max()), good_b, good_b, good_a),
            R::ATTESTATION_TOO_FAR_IN_FUTURE);
  EXPECT_EQ(reason(Slot(2), good_b, good_b, good_a), std::nullopt);
  EXPECT_EQ(reason(Slot(2), good_b, good_b, good_b), std::nullopt);
  store.skip_to(Interval(14));
  EXPECT_EQ(reason(Slot(3), good_b, good_b, good_a), std::nullopt) << "one interval of clock skew is allowed";
}

TEST(Store, keeps_signatures_only_as_an_aggregator_and_never_counts_them_raw) {
  Store store = store_at_slot_20(3);
  const Root left = extend(store, store.head(), Slot(1));
  const Root right = extend(store, store.tree().root(BlockIndex{1}), Slot(2));
  const Root loser = store.head() == left ? right : left;
  const Root winner = store.head();
  const SignedAttestation vote = testing::signed_vote(vote_for(store, loser, Slot(3)), 1);
  ASSERT_TRUE(store.on_gossip_attestation(vote, false, testing::TrustingScheme()).has_value());
  EXPECT_TRUE(store.attestation_signatures().empty());
  ASSERT_TRUE(store.on_gossip_attestation(vote, true, testing::TrustingScheme()).has_value());
  ASSERT_TRUE(store.on_gossip_attestation(vote, true, testing::TrustingScheme()).has_value());
  ASSERT_EQ(store.attestation_signatures().size(), 1U);
  EXPECT_EQ(store.attestation_signatures().find(vote.data)->entries().size(), 1U);
  store.accept_new_attestations();
  EXPECT_EQ(store.head(), winner);
  EXPECT_EQ(store.aggregate(kProver).size(), 1U);
  EXPECT_TRUE(store.attestation_signatures().empty());
  EXPECT_EQ(store.head(), winner);
  store.accept_new_attestations();
  EXPECT_EQ(store.head(), loser);
}

TEST(Store, keeps_the_earlier_vote_on_equal_slots) {
  Store store = store_at_slot_20(3);
  const Root genesis = store.head();
  const Root left = extend(store, genesis, Slot(1));
  const Root right = extend(store, genesis, Slot(2));
  gossip(store, vote_for(store, left, Slot(3)), bits_of({0}));
  gossip(store, vote_for(store, right, Slot(3)), bits_of({0}));
  store.accept_new_attestations();
  EXPECT_EQ(weight_of(store, left), 1U);
  EXPECT_EQ(weight_of(store, right), 0U);
  gossip(store, vote_for(store, right, Slot(4)), bits_of({0}));
  store.accept_new_attestations();
  EXPECT_EQ(weight_of(store, left), 0U);
  EXPECT_EQ(weight_of(store, right), 1U);
}

// Not pinned by leanSpec's vectors: on_block puts its votes before all others.
TEST(Store, moves_the_votes_of_a_block_to_the_front_in_the_bodys_order) {
  Store store = store_at_slot_20(4);
  const Root genesis = store.head();
  const Root left = extend(store, genesis, Slot(1));
  const Root right = extend(store, genesis, Slot(2));
  const AttestationData a = vote_for(store, left, Slot(3));
  const AttestationData b = vote_for(store, right, Slot(3));
  const AttestationData c = vote_for(store, right, Slot(4));
  const AttestationData d = vote_for(store, left, Slot(5));
  gossip(store, a, bits_of({0, 1}));
  gossip(store, b, bits_of({0, 1, 2}));
  store.accept_new_attestations();
  EXPECT_EQ(known_votes(store), (std::vector<AttestationData>{a, b}));
  EXPECT_EQ(weight_of(store, left), 2U);
  extend(store, right, Slot(6),
         {{.aggregation_bits = bits_of({1}), .data = d},
          {.aggregation_bits = bits_of({0}), .data = b},
          {.aggregation_bits = bits_of({2}), .data = c}});
  EXPECT_EQ(known_votes(store), (std::vector<AttestationData>{d, b, c, a}));
  EXPECT_EQ(weight_of(store, left), 0U) << "of two votes of one slot the one in front counts";
  EXPECT_EQ(weight_of(store, right), 3U);
  EXPECT_TRUE(store.latest_known_aggregated_payloads().find(d)->empty())
      << "a block's own votes bring no proofs";
}

// Not pinned by leanSpec's vectors: what is known keeps its place before what is accepted.
TEST(Store, accepts_pending_votes_behind_the_known_ones) {
  Store store = store_at_slot_20(4);
  const Root genesis = store.head();
  const Root left = extend(store, genesis, Slot(1));
  const Root right = extend(store, genesis, Slot(2));
  const AttestationData a = vote_for(store, left, Slot(3));
  const AttestationData b = vote_for(store, right, Slot(3));
  const AttestationData c = vote_for(store, left, Slot(4));
  gossip(store, a, bits_of({0}));
  store.accept_new_attestations();
  gossip(store, c, bits_of({3}));
  gossip(store, b, bits_of({0, 1}));
  gossip(store, a, bits_of({1}));
  store.accept_new_attestations();
  EXPECT_EQ(known_votes(store), (std::vector<AttestationData>{a, c, b}));
  EXPECT_EQ(weight_of(store, left), 3U) << "validator 1 voted twice in slot 3; the known vote comes first";
  EXPECT_EQ(weight_of(store, right), 0U);
  EXPECT_TRUE(store.latest_new_aggregated_payloads().empty());
}

TEST(Store, aggregates_by_dropping_what_it_could_not_use) {
  Store store = store_at_slot_20(4);
  const Root left = extend(store, store.head(), Slot(1));
  const AttestationData lone = vote_for(store, left, Slot(2));
  const AttestationData pair = vote_for(store, left, Slot(3));
  const AttestationData mixed = vote_for(store, left, Slot(4));
  gossip(store, lone, bits_of({0, 1}));
  gossip(store, pair, bits_of({0}));
  gossip(store, pair, bits_of({2}));
  for (const std::uint64_t validator : {3U, 1U}) {
    ASSERT_TRUE(
        store.on_gossip_attestation(testing::signed_vote(mixed, validator), true, testing::TrustingScheme())
            .has_value());
  }
  const std::vector<SignedAggregatedAttestation> made = store.aggregate(kProver);
  ASSERT_EQ(made.size(), 2U);
  EXPECT_EQ(made[0].data, pair);
  EXPECT_EQ(made[0].proof.participants, bits_of({0, 2}));
  EXPECT_EQ(made[1].data, mixed);
  EXPECT_EQ(made[1].proof.participants, bits_of({1, 3}));
  EXPECT_EQ(store.latest_new_aggregated_payloads().find(lone), nullptr);
  EXPECT_EQ(store.latest_new_aggregated_payloads().size(), 2U);
  EXPECT_TRUE(store.attestation_signatures().empty());
}

TEST(Store, joins_a_round_proven_elsewhere_with_what_came_meanwhile) {
  Store store = store_at_slot_20(5);
  const Root left = extend(store, store.head(), Slot(1));
  const AttestationData signed_one = vote_for(store, left, Slot(2));
  const AttestationData lone = vote_for(store, left, Slot(3));
  const auto sign = [&](std::uint64_t validator) {
    ASSERT_TRUE(store
                    .on_gossip_attestation(testing::signed_vote(signed_one, validator), true,
                                           testing::TrustingScheme())
                    .has_value());
  };
  sign(0);
  gossip(store, lone, bits_of({1}));
  const AggregationRound round = store.begin_aggregation();
  sign(4);
  gossip(store, lone, bits_of({2}));
  store.adopt_aggregates(round, prove_all(round, kProver));
  ASSERT_NE(store.attestation_signatures().find(signed_one), nullptr);
  EXPECT_EQ(store.attestation_signatures().find(signed_one)->entries().size(), 1U);
  EXPECT_EQ(store.latest_new_aggregated_payloads().find(signed_one)->voters(), bits_of({0}));
  EXPECT_EQ(store.latest_new_aggregated_payloads().find(lone)->voters(), bits_of({2}));
}

TEST(Store, leaves_votes_alone_that_the_prover_refuses) {
  Store store = store_at_slot_20(4);
  const AttestationData data = vote_for(store, extend(store, store.head(), Slot(1)), Slot(2));
  ASSERT_TRUE(store.on_gossip_attestation(testing::signed_vote(data, 0), true, testing::TrustingScheme())
                  .has_value());
  testing::TrustingProver broken;
  broken.broken = true;
  EXPECT_TRUE(store.aggregate(broken).empty());
  EXPECT_EQ(store.attestation_signatures().size(), 1U);
}

TEST(Store, sets_the_safe_target_where_two_thirds_of_the_pending_votes_are_rounded_up) {
  Store store = store_at_slot_20(4);
  const Root genesis = store.head();
  const Root first = extend(store, genesis, Slot(1));
  const Root second = extend(store, first, Slot(2));
  gossip(store, vote_for(store, second, Slot(3)), bits_of({0, 1}));
  store.update_safe_target();
  EXPECT_EQ(store.safe_target(), genesis);
  gossip(store, vote_for(store, first, Slot(3)), bits_of({2}));
  store.update_safe_target();
  EXPECT_EQ(store.safe_target(), first)
      << "three of four validators stand behind the first block, two behind the second";
  gossip(store, vote_for(store, second, Slot(4)), bits_of({2}));
  store.update_safe_target();
  EXPECT_EQ(store.safe_target(), second);
  store.accept_new_attestations();
  store.update_safe_target();
  EXPECT_EQ(store.safe_target(), genesis) << "known votes do not count, so the safe target may go back";
}

TEST(Store, acts_at_the_intervals_of_a_slot) {
  Store store = genesis_store(3);
  const Root first = extend(store, store.head(), Slot(1));
  (void)store.on_tick(Interval(5), false, nullptr);
  const AttestationData data = vote_for(store, first, Slot(1));
  gossip(store, data, bits_of({0, 1}));
  (void)store.on_tick(Interval(7), false, nullptr);
  EXPECT_EQ(store.latest_new_aggregated_payloads().size(), 1U);
  EXPECT_NE(store.safe_target(), first);
  (void)store.on_tick(Interval(8), false, nullptr);
  EXPECT_EQ(store.safe_target(), first);
  EXPECT_EQ(store.latest_new_aggregated_payloads().size(), 1U);
  (void)store.on_tick(Interval(9), false, nullptr);
  EXPECT_TRUE(store.latest_new_aggregated_payloads().empty());
  gossip(store, data, bits_of({2}));
  Store proposer = store;
  (void)proposer.on_tick(Interval(10), true, nullptr);
  EXPECT_TRUE(proposer.latest_new_aggregated_payloads().empty());
  (void)store.on_tick(Interval(10), false, nullptr);
  EXPECT_EQ(store.latest_new_aggregated_payloads().size(), 1U);
  (void)store.on_tick(Interval(4), true, nullptr);
  EXPECT_EQ(store.time(), Interval(10)) << "time does not run backwards";
}

TEST(Store, takes_a_block_twice_without_looking_at_it_again) {
  Store store = genesis_store(4);
  const Block block = testing::block_on(store, store.head(), Slot(1));
  ASSERT_TRUE(store.on_block({.block = block, .proof = {{base::Bytes{1}}}}, kProver).has_value());
  const StoreSnapshot before = take_snapshot(store);
  EXPECT_TRUE(
      store.on_block({.block = block, .proof = {{base::Bytes{testing::kForged}}}}, kProver).has_value());
  EXPECT_EQ(take_snapshot(store), before);
}

TEST(Store, refuses_a_block_that_names_one_vote_twice_before_it_looks_at_the_proof) {
  Store store = genesis_store(4);
  const AttestationData data = vote_for(store, store.head(), Slot(0));
  const Block block = testing::block_on(
      store, store.head(), Slot(1),
      {{.aggregation_bits = bits_of({0}), .data = data}, {.aggregation_bits = bits_of({1}), .data = data}});
  const Verdict<void> verdict =
      store.on_block({.block = block, .proof = {{base::Bytes{testing::kForged}}}}, kProver);
  ASSERT_FALSE(verdict.has_value());
  EXPECT_EQ(verdict.error(), RejectionReason::DUPLICATE_ATTESTATION_DATA);
}

TEST(Store, refuses_blocks_whose_signers_do_not_exist) {
  Store store = genesis_store(4);
  const AttestationData data = vote_for(store, store.head(), Slot(0));
  const auto reason = [&](const Block& block) {
    return store.on_block({.block = block, .proof = {{base::Bytes{1}}}}, kProver).error();
  };
  Block block = testing::block_on(store, store.head(), Slot(1));
  block.body.attestations = {{.aggregation_bits = bits_of({4}), .data = data}};
  block.proposer_index = ValidatorIndex(9);
  EXPECT_EQ(reason(block), RejectionReason::VALIDATOR_INDEX_OUT_OF_RANGE);
  block.body.attestations[0].aggregation_bits = AggregationBits(4);
  EXPECT_EQ(reason(block), RejectionReason::EMPTY_AGGREGATION_BITS);
  block.body.attestations[0].aggregation_bits = bits_of({3});
  EXPECT_EQ(reason(block), RejectionReason::PROPOSER_INDEX_OUT_OF_RANGE);
  block.proposer_index = ValidatorIndex(2);
  EXPECT_EQ(reason(block), RejectionReason::WRONG_PROPOSER);
}

TEST(Store, puts_a_produced_block_in_without_moving_the_head) {
  Store store = genesis_store(4);
  const Root genesis = store.head();
  const Verdict<ProducedBlock> produced =
      produce_block_with_signatures(store, Slot(2), ValidatorIndex(2), kProver);
  ASSERT_TRUE(produced.has_value());
  EXPECT_EQ(store.head(), genesis);
  EXPECT_EQ(store.time(), Interval(10));
  EXPECT_TRUE(store.tree().contains(produced->root));
  store.update_head();
  EXPECT_EQ(store.head(), produced->root);
}

TEST(Store, prunes_votes_that_finality_has_left_behind_or_orphaned) {
  Store store = store_at_slot_20(3);
  const Root genesis = store.head();
  const auto justifying = [&](const Root& target, const Root& source) {
    const Checkpoint head = checkpoint_of(store, target);
    const AttestationData data{
        .slot = head.slot, .head = head, .target = head, .source = checkpoint_of(store, source)};
    return std::vector<AggregatedAttestation>{{.aggregation_bits = bits_of({0, 1}), .data = data}};
  };
  const Root first = extend(store, genesis, Slot(1));
  const Root orphan = extend(store, genesis, Slot(4));
  const AttestationData behind = vote_for(store, first, Slot(5));
  const AttestationData orphaned = vote_for(store, orphan, Slot(5));
  const Root second = extend(store, first, Slot(2), justifying(first, genesis));
  const AttestationData alive = vote_for(store, second, Slot(5));
  for (const AttestationData& data : {behind, orphaned, alive}) {
    gossip(store, data, bits_of({2}));
  }
  store.accept_new_attestations();
  for (const AttestationData& data : {behind, orphaned, alive}) {
    gossip(store, data, bits_of({0}));
    ASSERT_TRUE(store.on_gossip_attestation(testing::signed_vote(data, 1), true, testing::TrustingScheme())
                    .has_value());
  }
  const std::vector<AggregatedAttestation> last = justifying(second, first);
  extend(store, second, Slot(3), last);
  ASSERT_EQ(store.latest_finalized(), checkpoint_of(store, first));
  EXPECT_EQ(known_votes(store), (std::vector<AttestationData>{last[0].data, alive}));
  EXPECT_EQ(store.latest_new_aggregated_payloads().size(), 1U);
  EXPECT_NE(store.latest_new_aggregated_payloads().find(alive), nullptr);
  EXPECT_EQ(store.attestation_signatures().size(), 1U);
  EXPECT_NE(store.attestation_signatures().find(alive), nullptr);
  EXPECT_EQ(weight_of(store, orphan), 0U);
  EXPECT_EQ(weight_of(store, second), 1U) << "the vote for the orphan is gone, so the next one counts";
}

TEST(Store, takes_finality_back_when_a_later_justified_block_lies_on_another_branch) {
  Store store = genesis_store(3);
  const Root genesis = store.head();
  const auto votes = [&](const Root& target, const Root& source) {
    const Checkpoint head = checkpoint_of(store, target);
    const AttestationData data{
        .slot = head.slot, .head = head, .target = head, .source = checkpoint_of(store, source)};
    return std::vector<AggregatedAttestation>{{.aggregation_bits = bits_of({0, 1}), .data = data}};
  };
  const Root a1 = extend(store, genesis, Slot(1));
  const Root a2 = extend(store, a1, Slot(2), votes(a1, genesis));
  const Root a3 = extend(store, a2, Slot(3), votes(a2, a1));
  EXPECT_EQ(store.head(), a3);
  EXPECT_EQ(store.latest_finalized(), checkpoint_of(store, a1));
  const Root b4 = extend(store, genesis, Slot(4));
  const Root b5 = extend(store, b4, Slot(5), votes(b4, genesis));
  EXPECT_EQ(store.head(), b5);
  EXPECT_EQ(store.latest_justified(), checkpoint_of(store, b4));
  EXPECT_EQ(store.latest_finalized(), checkpoint_of(store, genesis));
  extend(store, b5, Slot(6), votes(b5, b4));
  EXPECT_EQ(store.latest_finalized(), checkpoint_of(store, b4));
}

TEST(Store, never_votes_for_a_target_before_its_source) {
  Store store = genesis_store(4);
  Root head = store.head();
  for (std::uint64_t slot = 1; slot <= 12; ++slot) {
    head = extend(store, head, Slot(slot));
    (void)store.on_tick(interval_from_slot(Slot(slot)), false, nullptr);
    const Verdict<AttestationData> data = produce_attestation_data(store, Slot(slot));
    ASSERT_TRUE(data.has_value());
    EXPECT_EQ(data->head.root, head);
    EXPECT_TRUE(is_justifiable_after(data->target.slot, Slot(0)));
    EXPECT_LE(data->source.slot, data->target.slot);
    EXPECT_TRUE(store.validate_attestation(*data).has_value());
  }
  EXPECT_EQ(get_attestation_target(store).slot, Slot(9))
      << "three blocks behind the head, and a perfect square";
}

}  // namespace
}  // namespace lockstep::spec
