// How a chain treats votes and aggregates: valid, wrong, and for blocks that are not here yet.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "author.h"
#include "node/chain/chain.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::chain {
namespace {

class ChainVotes : public testing::Test {
 protected:
  ChainVotes() { products = author.run_slot(1); }

  void give_block() {
    chain.on_block(products.block, Origin::kGossip, {});
    test::settle(chain);
  }
  void expect_sums() const {
    const VoteCounts& votes = chain.attestation_counts();
    EXPECT_EQ(votes.entered, votes.accepted + votes.rejected + votes.evicted + chain.pending_attestations());
    const VoteCounts& aggregates = chain.aggregate_counts();
    EXPECT_EQ(aggregates.entered,
              aggregates.accepted + aggregates.rejected + aggregates.evicted + chain.pending_aggregates());
  }

  const test::Keys keys{4};
  const std::shared_ptr<const Anchor> anchor = keys.anchor(1000);
  test::Author author{keys, anchor};
  test::SlotProducts products;
  test::CountingMeter meter;
  test::Recorder events;
  test::LoneThread thread;
  Chain chain{anchor, true, spec::ValidatorIndex(0), thread.seams(), meter, keys.scheme, keys.prover, events};
};

TEST_F(ChainVotes, an_aggregator_keeps_valid_votes_and_aggregates_them_at_interval_2) {
  test::tick_to(chain, 6);
  give_block();
  for (const spec::SignedAttestation& vote : products.votes) {
    EXPECT_EQ(chain.on_gossip_attestation(vote, Origin::kGossip), VoteOutcome::kAccepted);
  }
  const auto made = chain.tick_interval();
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].proof.participants.popcount(), 4U);
  EXPECT_EQ(meter.count[runtime::Work::kVerifySignature], 4U);
  EXPECT_EQ(meter.count[runtime::Work::kAggregateProof], 1U);
  expect_sums();
}

TEST_F(ChainVotes, who_does_not_aggregate_checks_votes_and_keeps_none) {
  Chain follower(anchor, false, spec::ValidatorIndex(0), thread.seams(), meter, keys.scheme, keys.prover,
                 events);
  test::tick_to(follower, 6);
  follower.on_block(products.block, Origin::kGossip, {});
  EXPECT_EQ(follower.on_gossip_attestation(products.votes[0], Origin::kGossip), VoteOutcome::kAccepted);
  EXPECT_TRUE(follower.store().attestation_signatures().empty());
  EXPECT_TRUE(follower.tick_interval().empty());
}

TEST_F(ChainVotes, a_vote_for_an_unknown_block_waits_for_it) {
  test::tick_to(chain, 6);
  for (const spec::SignedAttestation& vote : products.votes) {
    EXPECT_EQ(chain.on_gossip_attestation(vote, Origin::kGossip), VoteOutcome::kBuffered);
  }
  EXPECT_EQ(chain.on_gossip_aggregated_attestation(products.aggregates.at(0), Origin::kGossip),
            VoteOutcome::kBuffered);
  EXPECT_EQ(chain.pending_attestations(), 4U);
  expect_sums();
  give_block();
  EXPECT_EQ(chain.pending_attestations(), 0U);
  EXPECT_EQ(chain.pending_aggregates(), 0U);
  EXPECT_EQ(chain.attestation_counts().accepted, 4U);
  EXPECT_EQ(chain.aggregate_counts().accepted, 1U);
  EXPECT_FALSE(chain.has_work());
  expect_sums();
}

TEST_F(ChainVotes, a_kept_vote_is_kept_on_through_imports_that_do_not_help_it) {
  test::tick_to(chain, 16);
  const test::SlotProducts later = author.run_slot(2);
  chain.on_gossip_attestation(later.votes[0], Origin::kGossip);
  give_block();
  EXPECT_EQ(chain.pending_attestations(), 1U);
  EXPECT_FALSE(chain.has_work());
  EXPECT_EQ(events.votes.size(), 1U) << "it was reported as kept once";
  EXPECT_EQ(events.kept_on[Input::kAttestation], 1U);
  chain.on_block(later.block, Origin::kGossip, {});
  test::settle(chain);
  EXPECT_EQ(chain.pending_attestations(), 0U);
  EXPECT_EQ(events.votes.back().first, VoteOutcome::kAccepted);
  expect_sums();
}

TEST_F(ChainVotes, only_unknown_blocks_and_slots_that_begin_soon_are_worth_waiting_for) {
  test::tick_to(chain, 6);
  give_block();
  spec::SignedAttestation future = products.votes[0];
  future.data.slot = spec::Slot(2 + kEarlySlotsMax);
  EXPECT_EQ(chain.on_gossip_attestation(future, Origin::kGossip), VoteOutcome::kRejected);
  EXPECT_EQ(events.votes.back().second, spec::RejectionReason::ATTESTATION_TOO_FAR_IN_FUTURE);
  spec::SignedAttestation forged = products.votes[0];
  forged.signature.data[50] ^= 1;
  EXPECT_EQ(chain.on_gossip_attestation(forged, Origin::kGossip), VoteOutcome::kRejected);
  EXPECT_EQ(events.votes.back().second, spec::RejectionReason::INVALID_SIGNATURE);
  spec::SignedAttestation stranger = products.votes[0];
  stranger.validator_index = spec::ValidatorIndex(99);
  EXPECT_EQ(chain.on_gossip_attestation(stranger, Origin::kGossip), VoteOutcome::kRejected);
  EXPECT_EQ(events.votes.back().second, spec::RejectionReason::VALIDATOR_NOT_IN_STATE);
  EXPECT_TRUE(chain.store().attestation_signatures().empty());
  EXPECT_EQ(chain.pending_attestations(), 0U);
  future.data.slot = spec::Slot(1 + kEarlySlotsMax);
  EXPECT_EQ(chain.on_gossip_attestation(future, Origin::kGossip), VoteOutcome::kBuffered);
  EXPECT_EQ(chain.pending_attestations(), 1U);
  expect_sums();
}

TEST_F(ChainVotes, what_came_while_a_round_was_proven_elsewhere_stays) {
  chain.prove_elsewhere();
  test::tick_to(chain, 6);
  give_block();
  EXPECT_EQ(chain.on_gossip_attestation(products.votes[0], Origin::kGossip), VoteOutcome::kAccepted);
  EXPECT_TRUE(chain.tick_interval().empty()) << "nothing is proven here";
  const std::optional<spec::AggregationRound> round = chain.take_round();
  ASSERT_TRUE(round);
  EXPECT_FALSE(chain.take_round());
  EXPECT_EQ(chain.on_gossip_attestation(products.votes[1], Origin::kGossip), VoteOutcome::kAccepted);
  const auto made = spec::prove_all(*round, keys.prover);
  ASSERT_EQ(made.size(), 1U);
  chain.adopt(*round, made);
  EXPECT_EQ(chain.store().latest_new_aggregated_payloads().size(), 1U);
  ASSERT_EQ(chain.store().attestation_signatures().size(), 1U) << "the vote that came meanwhile";
  EXPECT_EQ(chain.store().attestation_signatures().entries().begin()->second.value.entries().size(), 1U);
}

TEST_F(ChainVotes, what_is_still_kept_when_the_node_ends_is_reported) {
  test::tick_to(chain, 6);
  EXPECT_EQ(chain.on_gossip_attestation(products.votes[0], Origin::kGossip), VoteOutcome::kBuffered);
  EXPECT_EQ(chain.on_gossip_aggregated_attestation(products.aggregates[0], Origin::kGossip),
            VoteOutcome::kBuffered);
  chain.shut_down();
  EXPECT_EQ(events.votes.back().first, VoteOutcome::kShutDown);
  EXPECT_EQ(events.aggregates.back().first, VoteOutcome::kShutDown);
  EXPECT_EQ(chain.attestation_counts().shut_down, 1U);
  EXPECT_EQ(chain.aggregate_counts().shut_down, 1U);
  EXPECT_EQ(chain.pending_attestations() + chain.pending_aggregates(), 0U);
}

TEST_F(ChainVotes, kept_votes_stay_within_their_bound_and_the_oldest_goes) {
  test::tick_to(chain, 6);
  for (std::size_t i = 0; i < kPendingAttestationsMax + 7; ++i) {
    spec::SignedAttestation vote = products.votes[0];
    vote.validator_index = spec::ValidatorIndex(i);
    EXPECT_EQ(chain.on_gossip_attestation(vote, Origin::kGossip), VoteOutcome::kBuffered);
    chain.on_gossip_aggregated_attestation(products.aggregates.at(0), Origin::kGossip);
  }
  EXPECT_EQ(chain.pending_attestations(), kPendingAttestationsMax);
  EXPECT_EQ(chain.pending_aggregates(), kPendingAttestationsMax);
  EXPECT_EQ(chain.attestation_counts().evicted, 7U);
  EXPECT_EQ(chain.aggregate_counts().evicted, 7U);
  EXPECT_FALSE(events.over_bound);
  expect_sums();
}

TEST_F(ChainVotes, a_full_buffer_is_tried_again_in_bounded_steps) {
  test::tick_to(chain, 6);
  for (std::size_t i = 0; i < 3 * kRetriesPerStep; ++i) {
    chain.on_gossip_attestation(products.votes[i % 4], Origin::kGossip);
  }
  chain.on_block(products.block, Origin::kGossip, {});
  std::size_t steps = 0;
  while (chain.has_work()) {
    const std::uint64_t before = meter.count[runtime::Work::kVerifySignature];
    static_cast<void>(chain.step());
    EXPECT_LE(meter.count[runtime::Work::kVerifySignature] - before, kRetriesPerStep);
    ++steps;
  }
  EXPECT_EQ(steps, 3U);
  EXPECT_EQ(chain.attestation_counts().accepted, 3 * kRetriesPerStep);
}

TEST_F(ChainVotes, kept_votes_come_to_the_same_wherever_and_in_whichever_order_they_are_verified) {
  const test::SlotProducts later = author.run_slot(2);
  const auto tell = [&](Chain& told, test::Recorder& heard) {
    test::tick_to(told, 11);
    for (std::size_t i = 0; i < 40; ++i) {
      spec::SignedAttestation vote = (i % 5 == 4 ? later : products).votes[i % 4];
      vote.signature.data[50] ^= static_cast<std::uint8_t>(i % 3 == 0 ? 1 : 0);
      told.on_gossip_attestation(vote, Origin::kGossip);
      told.on_gossip_aggregated_attestation((i % 2 == 0 ? later : products).aggregates.at(0),
                                            Origin::kGossip);
    }
    told.on_block(products.block, Origin::kGossip, {});
    test::settle(told);
    EXPECT_EQ(heard.levels[Buffer::kPendingAttestations], told.pending_attestations());
    return std::make_tuple(told.digest(true), heard.votes, heard.aggregates,
                           told.attestation_counts().accepted, told.attestation_counts().rejected,
                           told.pending_attestations(), told.pending_aggregates());
  };
  const auto one_by_one = tell(chain, events);
  test::Recorder heard;
  Chain other(anchor, true, spec::ValidatorIndex(0), thread.seams(), meter, keys.scheme, keys.prover, heard);
  const Decider decider(meter, keys.scheme, keys.prover);
  std::size_t largest = 0;
  other.verify_elsewhere([&](std::vector<Check> checks) {
    largest = std::max(largest, checks.size());
    for (std::size_t i = checks.size(); i-- > 0;) {
      decider.decide(checks[i]);
    }
    return checks;
  });
  EXPECT_EQ(tell(other, heard), one_by_one);
  EXPECT_GT(largest, 20U) << "many were asked about at once";
  EXPECT_GT(std::get<4>(one_by_one), 0U) << "some were forged";
  EXPECT_GT(std::get<5>(one_by_one), 0U) << "some still wait";
}

TEST_F(ChainVotes, a_wrong_aggregate_is_rejected_by_name) {
  test::tick_to(chain, 6);
  give_block();
  spec::SignedAggregatedAttestation forged = products.aggregates.at(0);
  forged.proof.participants = spec::AggregationBits(4);
  EXPECT_EQ(chain.on_gossip_aggregated_attestation(forged, Origin::kGossip), VoteOutcome::kRejected);
  EXPECT_EQ(events.aggregates.back().second, spec::RejectionReason::EMPTY_AGGREGATION_BITS);
  forged.proof.participants.set(1);
  EXPECT_EQ(chain.on_gossip_aggregated_attestation(forged, Origin::kGossip), VoteOutcome::kRejected);
  EXPECT_EQ(events.aggregates.back().second, spec::RejectionReason::INVALID_SIGNATURE);
  expect_sums();
}

TEST_F(ChainVotes, the_root_of_a_vote_s_data_is_right_whichever_was_asked_for_before) {
  const spec::AttestationData& data = products.votes[0].data;
  spec::AttestationData other = data;
  other.slot = spec::Slot(7);
  EXPECT_EQ(chain.data_root(data), spec::hash_tree_root(data));
  EXPECT_EQ(chain.data_root(other), spec::hash_tree_root(other));
  EXPECT_EQ(chain.data_root(data), spec::hash_tree_root(data));
  EXPECT_EQ(chain.data_root({}), spec::hash_tree_root(spec::AttestationData{}));
}

}  // namespace
}  // namespace lockstep::chain
