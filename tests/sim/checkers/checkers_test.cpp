// Every invariant is shown histories that it must accept and histories that it must reject.
#include <gtest/gtest.h>

#include "court.h"

namespace lockstep::checkers {
namespace {

using chain::BlockOutcome;
using chain::Buffer;
using chain::Origin;
using spec::RejectionReason;

// ---- finalized_chain_never_forks

TEST(FinalizedChainNeverForks, accepts_nodes_that_finalize_one_chain_at_different_times) {
  Court court;
  const auto invariant = finalized_chain_never_forks();
  invariant->finalized_changed(court, change(checkpoint(0, 0), checkpoint(0x03, 3)));
  invariant->finalized_changed(court.as(1, "Bob"), change(checkpoint(0, 0), checkpoint(0x01, 1)));
  invariant->finalized_changed(court.as(1, "Bob"), change(checkpoint(0x01, 1), checkpoint(0x04, 4)));
  invariant->finalized_changed(court.as(0, "Ann"), change(checkpoint(0x03, 3), checkpoint(0x02, 2)));
  EXPECT_TRUE(court.is_content());
}

TEST(FinalizedChainNeverForks, rejects_two_nodes_that_finalize_both_branches) {
  Court court;
  const auto invariant = finalized_chain_never_forks();
  invariant->finalized_changed(court, change(checkpoint(0, 0), checkpoint(0x03, 3)));
  invariant->finalized_changed(court.as(1, "Bob"), change(checkpoint(0, 0), checkpoint(0x14, 4)));
  ASSERT_EQ(court.complaints.size(), 1U);
  EXPECT_NE(court.complaints[0].find("Bob finalized 0x14141414 at slot 4"), std::string::npos);
}

TEST(FinalizedChainNeverForks, rejects_a_node_that_leaves_its_own_finalized_past) {
  Court court;
  const auto invariant = finalized_chain_never_forks();
  invariant->finalized_changed(court, change(checkpoint(0, 0), checkpoint(0x04, 4)));
  invariant->finalized_changed(court, change(checkpoint(0x04, 4), checkpoint(0x13, 3)));
  EXPECT_EQ(court.complaints.size(), 1U);
}

TEST(FinalizedChainNeverForks, rejects_a_finalized_block_that_nobody_ever_held) {
  Court court;
  const auto invariant = finalized_chain_never_forks();
  invariant->finalized_changed(court, change(checkpoint(0, 0), checkpoint(0x01, 1)));
  invariant->finalized_changed(court, change(checkpoint(0x01, 1), checkpoint(0x77, 7)));
  EXPECT_EQ(court.complaints.size(), 1U);
}

// ---- no_honest_validator_equivocates

TEST(NoHonestValidatorEquivocates, accepts_signing_the_same_twice_and_different_things_for_different_slots) {
  Court court;
  const auto invariant = no_honest_validator_equivocates();
  const spec::AttestationData first{spec::Slot(1), checkpoint(1, 1), checkpoint(1, 1), checkpoint(0, 0)};
  const spec::AttestationData second{spec::Slot(2), checkpoint(2, 2), checkpoint(1, 1), checkpoint(0, 0)};
  invariant->attested(court, {spec::ValidatorIndex(3), first});
  invariant->attested(court, {spec::ValidatorIndex(3), first});
  invariant->attested(court, {spec::ValidatorIndex(3), second});
  const spec::Block one = block(1, 0);
  const spec::Block two = block(2, 1);
  invariant->block_proposed(court, {root(1), one});
  invariant->block_proposed(court, {root(1), one});
  invariant->block_proposed(court, {root(2), two});
  EXPECT_TRUE(court.is_content());
}

TEST(NoHonestValidatorEquivocates, rejects_two_votes_for_one_slot_even_from_different_nodes) {
  Court court;
  const auto invariant = no_honest_validator_equivocates();
  const spec::AttestationData first{spec::Slot(1), checkpoint(1, 1), checkpoint(1, 1), checkpoint(0, 0)};
  spec::AttestationData second = first;
  second.head = checkpoint(2, 2);
  invariant->attested(court, {spec::ValidatorIndex(3), first});
  invariant->attested(court.as(1, "Bob"), {spec::ValidatorIndex(3), second});
  ASSERT_EQ(court.complaints.size(), 1U);
  EXPECT_EQ(court.complaints[0],
            "no_honest_validator_equivocates: validator 3 on Bob signed a second, different vote for slot 1");
}

TEST(NoHonestValidatorEquivocates, rejects_two_blocks_for_one_slot) {
  Court court;
  const auto invariant = no_honest_validator_equivocates();
  const spec::Block one = block(3, 2);
  const spec::Block two = block(3, 1);
  invariant->block_proposed(court, {root(0x03), one});
  invariant->block_proposed(court, {root(0x13), two});
  EXPECT_EQ(court.complaints.size(), 1U);
}

TEST(NoHonestValidatorEquivocates, rejects_a_signature_for_a_slot_that_nobody_remembers) {
  Court court;
  const auto invariant = no_honest_validator_equivocates();
  spec::AttestationData data{spec::Slot(0), checkpoint(1, 1), checkpoint(1, 1), checkpoint(0, 0)};
  for (std::uint64_t slot = 1; slot <= kSignedSlotsRemembered; ++slot) {
    data.slot = spec::Slot(slot);
    invariant->attested(court, {spec::ValidatorIndex(3), data});
  }
  EXPECT_TRUE(court.is_content());
  data.slot = spec::Slot(0);
  invariant->attested(court, {spec::ValidatorIndex(3), data});
  EXPECT_EQ(court.complaints.size(), 1U);
}

// ---- head_descends_from_justified

TEST(HeadDescendsFromJustified, accepts_heads_on_the_justified_branch) {
  Court court;
  const auto invariant = head_descends_from_justified();
  invariant->head_changed(court, {checkpoint(0, 0), checkpoint(0x02, 2), 0, checkpoint(0x02, 2)});
  invariant->head_changed(court, {checkpoint(0x02, 2), checkpoint(0x04, 4), 0, checkpoint(0x02, 2)});
  // Another node, which justified another branch.
  invariant->head_changed(court.as(1, "Bob"),
                          {checkpoint(0, 0), checkpoint(0x14, 4), 0, checkpoint(0x13, 3)});
  invariant->tick_happened(court, {spec::Interval(25), {}, 0});
  EXPECT_TRUE(court.is_content());
}

TEST(HeadDescendsFromJustified, rejects_a_head_on_another_branch) {
  Court court;
  const auto invariant = head_descends_from_justified();
  invariant->head_changed(court, {checkpoint(0, 0), checkpoint(0x14, 4), 0, checkpoint(0x02, 2)});
  EXPECT_EQ(court.complaints.size(), 1U);
}

TEST(HeadDescendsFromJustified, rejects_a_head_that_stays_behind_when_another_branch_is_justified) {
  Court court;
  const auto invariant = head_descends_from_justified();
  invariant->head_changed(court, {checkpoint(0, 0), checkpoint(0x14, 4), 0, checkpoint(0x01, 1)});
  invariant->justified_changed(court, change(checkpoint(0x01, 1), checkpoint(0x03, 3)));
  invariant->tick_happened(court, {spec::Interval(24), {}, 0});
  EXPECT_TRUE(court.is_content());
  invariant->tick_happened(court, {spec::Interval(25), {}, 0});
  EXPECT_EQ(court.complaints.size(), 1U);
}

// ---- rejected_input_changes_nothing

TEST(RejectedInputChangesNothing, accepts_accepted_input_that_changes_and_rejected_input_that_does_not) {
  Court court;
  const auto invariant = rejected_input_changes_nothing();
  const spec::Block what = block(1, 0);
  court.store_digest = 1;
  invariant->input_began(court);
  court.store_digest = 2;
  invariant->block_handled(court, {root(1), what, Origin::kGossip, BlockOutcome::kImported, {}});
  invariant->input_began(court);
  invariant->block_handled(
      court, {root(1), what, Origin::kGossip, BlockOutcome::kRejected, RejectionReason::STATE_ROOT_MISMATCH});
  EXPECT_TRUE(court.is_content());
}

TEST(RejectedInputChangesNothing, rejects_a_rejected_input_that_left_a_trace) {
  const spec::Block what = block(1, 0);
  const spec::AttestationData data;
  for (int kind = 0; kind < 3; ++kind) {
    Court court;
    const auto invariant = rejected_input_changes_nothing();
    court.store_digest = 1;
    invariant->input_began(court);
    court.as(1, "Bob").store_digest = 2;
    invariant->input_began(court);
    court.as(0, "Ann");
    const auto reason = RejectionReason::INVALID_SIGNATURE;
    if (kind == 0) {
      invariant->block_handled(court, {root(1), what, Origin::kGossip, BlockOutcome::kRejected, reason});
    } else if (kind == 1) {
      invariant->vote_handled(
          court, {spec::ValidatorIndex(0), data, Origin::kGossip, chain::VoteOutcome::kRejected, reason});
    } else {
      invariant->aggregate_handled(court, {data, 1, Origin::kGossip, chain::VoteOutcome::kRejected, reason});
    }
    ASSERT_EQ(court.complaints.size(), 1U) << kind;
    EXPECT_NE(court.complaints[0].find("INVALID_SIGNATURE"), std::string::npos);
  }
}

// ---- head_and_finality_advance

class HeadAndFinalityAdvance : public testing::Test {
 protected:
  /// Lets the node's clock reach the beginning of `slot`.
  void reach(std::uint64_t slot) {
    court_.at = std::chrono::seconds(slot * spec::SECONDS_PER_SLOT);
    invariant_->tick_happened(court_, {spec::Interval(slot * spec::INTERVALS_PER_SLOT), {}, 0});
  }
  void head(std::uint64_t slot) {
    invariant_->head_changed(court_, {checkpoint(0, 0), checkpoint(1, slot), 0, checkpoint(0, 0)});
  }
  void finalized(std::uint64_t slot) {
    invariant_->finalized_changed(court_, change(checkpoint(0, 0), checkpoint(1, slot)));
  }

  Court court_;
  std::unique_ptr<cluster::Invariant> invariant_ = head_and_finality_advance();
};

TEST_F(HeadAndFinalityAdvance, accepts_a_chain_that_keeps_up) {
  for (std::uint64_t slot = 1; slot < 60; ++slot) {
    reach(slot);
    head(slot - 1);
    finalized(slot > 4 ? slot - 4 : 0);
  }
  EXPECT_TRUE(court_.is_content());
}

TEST_F(HeadAndFinalityAdvance, accepts_a_standstill_while_a_fault_is_on_and_shortly_after) {
  court_.weather.calm_since.reset();
  reach(40);
  court_.weather.calm_since = court_.at;
  reach(40 + court_.weather.bounds.head_settles_within - 1);
  EXPECT_TRUE(court_.is_content());
}

TEST_F(HeadAndFinalityAdvance, accepts_a_node_that_was_only_just_started) {
  reach(1);
  court_.life_began = std::chrono::seconds(38 * spec::SECONDS_PER_SLOT);
  reach(40);
  EXPECT_TRUE(court_.is_content());
}

TEST_F(HeadAndFinalityAdvance, rejects_a_head_that_stands_still) {
  reach(court_.weather.bounds.head_settles_within);
  ASSERT_EQ(court_.complaints.size(), 1U);
  EXPECT_NE(court_.complaints[0].find("Ann's head slot is 0 when slot 8 begins"), std::string::npos);
}

TEST_F(HeadAndFinalityAdvance, rejects_finality_that_stands_still_under_an_advancing_head) {
  finalized(3);
  for (std::uint64_t slot = 1; slot < court_.weather.bounds.finality_settles_within; ++slot) {
    head(slot - 1);
    reach(slot);
  }
  EXPECT_TRUE(court_.is_content());
  head(30);
  reach(30);
  ASSERT_EQ(court_.complaints.size(), 1U);
  EXPECT_NE(court_.complaints[0].find("Ann's finalized slot is 3"), std::string::npos);
}

// ---- every_queue_stays_within_its_bound

TEST(EveryQueueStaysWithinItsBound, accepts_a_queue_that_is_full) {
  Court court;
  const auto invariant = every_queue_stays_within_its_bound();
  invariant->buffer_level(court, {Buffer::kPendingBlocks, 1, 1024});
  invariant->buffer_level(court, {Buffer::kPendingBlocks, 1024, 1024});
  invariant->buffer_level(court, {Buffer::kEarlyBlocks, 3, 64});
  EXPECT_TRUE(court.is_content());
}

TEST(EveryQueueStaysWithinItsBound, rejects_one_too_many) {
  Court court;
  const auto invariant = every_queue_stays_within_its_bound();
  invariant->buffer_level(court, {Buffer::kPendingBlocks, 1025, 1024});
  EXPECT_EQ(court.complaints.size(), 1U);
}

}  // namespace
}  // namespace lockstep::checkers
