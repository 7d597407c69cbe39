// Whatever happens to a store, its bookkeeping agrees with fork choice computed from scratch.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "node/spec/hash_tree_root.h"
#include "node/spec/store_recompute.h"
#include "node/spec/store_snapshot.h"
#include "node/spec/validator_duties.h"
#include "property.h"
#include "random_play.h"

namespace lockstep::spec {
namespace {

using testing::histories;
using testing::RandomPlay;

constexpr std::size_t kValidators = 6;
constexpr int kCases = 1000;

void expect_votes_agree(const Store& store) {
  const auto expected =
      recompute_latest_votes(store.latest_known_aggregated_payloads(), store.latest_finalized().slot);
  std::map<ValidatorIndex, AttestationData> kept;
  const std::vector<LatestVote>& votes = store.latest_known_votes();
  for (std::size_t i = 0; i < votes.size(); ++i) {
    if (votes[i].counts) {
      kept.emplace(ValidatorIndex(i),
                   store.latest_known_aggregated_payloads().entries().at(votes[i].position).data);
    }
  }
  RC_ASSERT(kept == expected);
}

void expect_weights_agree(const Store& store) {
  std::map<Root, std::uint64_t> weights;
  for (const auto& [root, weight] : store.compute_block_weights()) {
    if (weight > 0) weights.emplace(root, weight);
  }
  RC_ASSERT(weights == recompute_block_weights(store));
}

void expect_agreement(const Store& store) {
  expect_votes_agree(store);
  expect_weights_agree(store);
  const Root head = recompute_head(store);
  const Root safe_target = recompute_safe_target(store);
  Store copy = store;
  copy.update_safe_target();
  RC_ASSERT(copy.safe_target() == safe_target);
  copy.update_head();
  RC_ASSERT(copy.head() == head);
  expect_votes_agree(copy);
  expect_weights_agree(copy);
}

TEST(StoreProperty, the_incremental_head_is_the_recomputed_one) {
  std::size_t finalized = 0;
  std::size_t reverted = 0;
  EXPECT_TRUE(testing::holds("incremental head", kCases, [&] {
    RandomPlay play(*rc::gen::inRange<std::size_t>(1, 8));
    Slot highest;
    for (const std::uint32_t number : *histories(40)) {
      play.move(number);
      expect_agreement(play.store());
      const Slot now = play.store().latest_finalized().slot;
      reverted += now < highest ? 1 : 0;
      highest = std::max(highest, now);
    }
    finalized += highest > Slot(0) ? 1 : 0;
  }));
  // Otherwise the histories would be too tame to show anything.
  EXPECT_GT(finalized, 10U);
  EXPECT_GT(reverted, 0U) << "no history in which the finalized checkpoint went down";
}

TEST(StoreProperty, a_vote_for_the_head_never_moves_the_head_elsewhere) {
  EXPECT_TRUE(testing::holds("vote for the head", kCases, [] {
    RandomPlay play(kValidators);
    for (const std::uint32_t number : *histories(25)) play.move(number);
    Store& store = play.store();
    store.accept_new_attestations();
    store.update_head();
    // A vote for the head by a validator who has not voted yet, or whose vote was for the head's own subtree:
    // taking one away from another branch or adding one here can only strengthen the branch of the head.
    const Root head = store.head();
    const Slot slot = Slot(std::max(store.tree().slot(store.head_block()).value, store.time().value / 5 + 1));
    store.skip_to(Interval(slot.value * 5));
    const AttestationData data{.slot = slot,
                               .head = testing::checkpoint_of(store, head),
                               .target = store.latest_finalized(),
                               .source = store.latest_finalized()};
    RC_PRE(store.validate_attestation(data).has_value());
    const Slot finalized = store.latest_finalized().slot;
    testing::gossip(store, data, testing::bits_of({play.roll(kValidators)}), 7);
    store.accept_new_attestations();
    RC_ASSERT(store.latest_finalized().slot == finalized);
    RC_ASSERT(store.head() == head);
  }));
}

// The head descends from the justified block. A block that was finalized once therefore leaves the head's
// ancestry only when a later justified block lies on a branch without it, which takes a third of equivocating
// validators; the finalized checkpoint then follows the head to the other branch. The specification lets it.
TEST(StoreProperty, finalized_blocks_stay_under_the_head_unless_justification_left_them) {
  EXPECT_TRUE(testing::holds("finalized under head", kCases, [] {
    // Few validators, of whom many vote twice: branches then justify without one another.
    RandomPlay play(3);
    std::vector<Checkpoint> finalized;
    for (const std::uint32_t number : *histories(30)) {
      play.move(number);
      Store store = play.store();
      store.update_head();
      const Checkpoint head = testing::checkpoint_of(store, store.head());
      RC_ASSERT(store.is_ancestor(store.latest_finalized(), head));
      RC_ASSERT(store.is_ancestor(store.latest_justified(), head));
      for (const Checkpoint& once : finalized) {
        const bool stays = store.is_ancestor(once, head);
        RC_ASSERT(stays || !store.is_ancestor(once, store.latest_justified()));
      }
      finalized.push_back(store.latest_finalized());
    }
  }));
}

TEST(StoreProperty, pruning_takes_no_weight_from_any_block_under_finality) {
  EXPECT_TRUE(testing::holds("pruning", kCases, [] {
    RandomPlay play(kValidators);
    for (const std::uint32_t number : *histories(25)) play.move(number);
    Store store = play.store();
    store.update_head();
    Store pruned = store;
    pruned.prune_stale_attestation_data();
    expect_agreement(pruned);
    // Where a validator's latest vote goes to a branch that finality has orphaned, an older vote may come to
    // count in its place: leanSpec's words "never changes the chosen chain" hold while nobody has left for
    // such a branch.
    const bool all_under_finality = std::all_of(
        store.latest_known_votes().begin(), store.latest_known_votes().end(), [&](const LatestVote& vote) {
          return !vote.counts ||
                 store.is_ancestor(store.latest_finalized(),
                                   testing::checkpoint_of(store, store.tree().root(vote.head)));
        });
    if (all_under_finality) {
      RC_ASSERT(pruned.compute_block_weights() == store.compute_block_weights());
      pruned.update_head();
      store.update_head();
      RC_ASSERT(pruned.head() == store.head());
    }
  }));
}

TEST(StoreProperty, the_ancestor_test_is_a_climb_over_parents) {
  EXPECT_TRUE(testing::holds("ancestors", kCases, [] {
    RandomPlay play(kValidators);
    for (const std::uint32_t number : *histories(25)) play.move(number);
    const Store& store = play.store();
    for (int i = 0; i < 30; ++i) {
      Checkpoint a = testing::checkpoint_of(store, store.tree().root(play.some_block()));
      Checkpoint b = testing::checkpoint_of(store, store.tree().root(play.some_block()));
      RC_ASSERT(store.is_ancestor(a, b) == recompute_is_ancestor(store, a, b));
      a.slot = Slot(a.slot.value + play.roll(2));
      b.root.data[0] = static_cast<std::uint8_t>(b.root.data[0] + play.roll(2));
      RC_ASSERT(store.is_ancestor(a, b) == recompute_is_ancestor(store, a, b));
    }
  }));
}

TEST(StoreProperty, the_safe_target_has_two_thirds_of_the_pending_votes_or_is_justified) {
  EXPECT_TRUE(testing::holds("safe target", kCases, [] {
    RandomPlay play(kValidators);
    for (const std::uint32_t number : *histories(25)) {
      play.move(number);
      Store store = play.store();
      store.update_safe_target();
      const auto votes =
          recompute_latest_votes(store.latest_new_aggregated_payloads(), store.latest_finalized().slot);
      const auto weights = accumulate_ancestor_weights(store, votes, Slot(0));
      const auto found = weights.find(store.safe_target());
      const std::uint64_t support = found == weights.end() ? 0 : found->second;
      RC_ASSERT(store.safe_target() == store.latest_justified().root || 3 * support >= 2 * kValidators);
      RC_ASSERT(
          store.is_ancestor(store.latest_justified(), testing::checkpoint_of(store, store.safe_target())));
    }
  }));
}

TEST(StoreProperty, votes_of_different_slots_may_come_in_any_order) {
  EXPECT_TRUE(testing::holds("order of arrival", kCases, [] {
    RandomPlay play(kValidators);
    for (const std::uint32_t number : *histories(15)) play.move(number);
    // One vote for each slot: with equal slots the order of arrival decides, as the specification wants it.
    std::map<Slot, SignedAggregatedAttestation> votes;
    for (int i = 0; i < 8; ++i) {
      const AttestationData data = play.some_vote();
      votes.emplace(data.slot, testing::aggregate_of(
                                   data, testing::bits_of({play.roll(kValidators), play.roll(kValidators)})));
    }
    const auto deliver = [&](auto first, auto last) {
      Store store = play.store();
      store.accept_new_attestations();
      for (; first != last; ++first) {
        (void)store.on_gossip_aggregated_attestation(first->second, testing::TrustingProver());
      }
      store.update_safe_target();
      store.accept_new_attestations();
      return store;
    };
    const Store forwards = deliver(votes.begin(), votes.end());
    const Store backwards = deliver(votes.rbegin(), votes.rend());
    RC_ASSERT(forwards.safe_target() == backwards.safe_target());
    const auto equal_slots = [](const Store& store) {
      std::map<Slot, int> count;
      for (const auto& [position, entry] : store.latest_known_aggregated_payloads().entries()) {
        if (!entry.value.empty() && ++count[entry.data.slot] > 1) return true;
      }
      return false;
    };
    if (!equal_slots(forwards)) {
      RC_ASSERT(forwards.compute_block_weights() == backwards.compute_block_weights());
      RC_ASSERT(forwards.head() == backwards.head());
    }
  }));
}

TEST(StoreProperty, what_is_rejected_changes_nothing) {
  std::map<RejectionReason, int> reasons;
  EXPECT_TRUE(testing::holds("rejections", kCases, [&] {
    RandomPlay play(kValidators);
    for (const std::uint32_t number : *histories(12)) play.move(number);
    Store& store = play.store();
    const StoreSnapshot before = take_snapshot(store);
    const auto rejected = [&](const auto& verdict) {
      RC_ASSERT(!verdict.has_value());
      ++reasons[verdict.error()];
      RC_ASSERT(take_snapshot(store) == before);
      expect_agreement(store);
    };
    const testing::TrustingProver prover;
    SignedAggregatedAttestation forged = testing::aggregate_of(play.some_vote(), testing::bits_of({0}));
    forged.proof.proof.data[0] = testing::kForged;
    rejected(store.on_gossip_aggregated_attestation(forged, prover));
    rejected(store.on_gossip_aggregated_attestation(
        testing::aggregate_of(play.some_vote(), AggregationBits(3)), prover));
    rejected(store.on_gossip_aggregated_attestation(
        testing::aggregate_of(play.some_vote(), testing::bits_of({0, kValidators})), prover));
    SignedAttestation vote = testing::signed_vote(play.some_vote(), kValidators);
    rejected(store.on_gossip_attestation(vote, true, testing::TrustingScheme()));
    vote.validator_index = ValidatorIndex(0);
    vote.signature.data[0] = testing::kForged;
    rejected(store.on_gossip_attestation(vote, true, testing::TrustingScheme()));
    const Root parent = store.tree().root(play.some_block());
    const Block good = testing::block_on(store, parent, testing::checkpoint_of(store, parent).slot + 1);
    RC_PRE(!store.tree().contains(hash_tree_root(good)));
    rejected(store.on_block({.block = good, .proof = {{base::Bytes{testing::kForged}}}}, prover));
    Block bad = good;
    bad.state_root.data[5] ^= 1;
    rejected(store.on_verified_block(bad));
    bad.parent_root.data[5] ^= 1;
    rejected(store.on_verified_block(bad));
    const Slot slot = Slot(store.time().value / 5 + 1);
    rejected(
        produce_block_with_signatures(store, slot, ValidatorIndex((slot.value + 1) % kValidators), prover));
  }));
  for (const RejectionReason reason :
       {RejectionReason::INVALID_SIGNATURE, RejectionReason::EMPTY_AGGREGATION_BITS,
        RejectionReason::VALIDATOR_NOT_IN_STATE, RejectionReason::INVALID_BLOCK_PROOF,
        RejectionReason::STATE_ROOT_MISMATCH, RejectionReason::UNKNOWN_PARENT_BLOCK,
        RejectionReason::WRONG_PROPOSER}) {
    EXPECT_GT(reasons[reason], 0) << to_string(reason);
  }
}

}  // namespace
}  // namespace lockstep::spec
