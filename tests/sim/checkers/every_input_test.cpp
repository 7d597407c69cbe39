// The ledger of inputs is shown nodes that lose something, and nodes that do not.
#include <gtest/gtest.h>

#include "court.h"

namespace lockstep::checkers {
namespace {

using chain::BlockOutcome;
using chain::Origin;

TEST(EveryInputHasOneOutcome, accepts_what_waits_and_ends_once) {
  Court court;
  const auto invariant = every_input_has_one_outcome();
  const spec::Block one = block(1, 0);
  invariant->input_entered(court, {chain::Input::kBlock, Origin::kGossip});
  invariant->block_handled(court, {root(1), one, Origin::kGossip, BlockOutcome::kUnknownParent, {}});
  invariant->block_handled(court, {root(1), one, Origin::kBuffered, BlockOutcome::kImported, {}});
  invariant->input_entered(court, {chain::Input::kCommand, Origin::kOwn});
  invariant->command_handled(court, {chain::Command::kRequest, chain::CommandOutcome::kQueueFull});
  invariant->node_ended(court);
  EXPECT_TRUE(court.is_content());
}

TEST(EveryInputHasOneOutcome, rejects_an_outcome_of_nothing_and_an_input_without_one) {
  Court court;
  const auto invariant = every_input_has_one_outcome();
  const spec::AttestationData data;
  invariant->input_entered(court, {chain::Input::kAttestation, Origin::kGossip});
  invariant->vote_handled(court, {{}, data, Origin::kGossip, chain::VoteOutcome::kBuffered, {}});
  invariant->node_ended(court);
  EXPECT_EQ(court.complaints.size(), 1U);
  invariant->vote_handled(court, {{}, data, Origin::kBuffered, chain::VoteOutcome::kEvicted, {}});
  invariant->node_ended(court);
  EXPECT_EQ(court.complaints.size(), 1U);
  invariant->aggregate_handled(court, {data, 1, Origin::kGossip, chain::VoteOutcome::kAccepted, {}});
  EXPECT_EQ(court.complaints.size(), 2U);
}

TEST(EveryInputHasOneOutcome, rejects_a_message_that_gossip_delivered_and_that_never_entered) {
  Court court;
  const auto invariant = every_input_has_one_outcome();
  const spec::Block one = block(1, 0);
  invariant->input_entered(court, {chain::Input::kBlock, Origin::kGossip});
  invariant->block_handled(court, {root(1), one, Origin::kGossip, BlockOutcome::kDuplicate, {}});
  const auto delivered = [&](std::uint64_t messages) {
    chain::GossipCounted counted{};
    counted.messages = counted.delivered = messages;
    invariant->gossip_counted(court, counted);
  };
  delivered(1);
  invariant->node_ended(court);
  EXPECT_TRUE(court.is_content());
  delivered(2);
  invariant->node_ended(court);
  EXPECT_EQ(court.complaints.size(), 1U);
}

TEST(EveryInputHasOneOutcome, lets_a_thread_that_dies_take_along_what_it_holds_and_no_more) {
  Court court;
  const auto invariant = every_input_has_one_outcome();
  invariant->thread_died(court, {.name = "network"});
  invariant->input_entered(court, {chain::Input::kAttestation, Origin::kGossip});
  invariant->node_ended(court);
  EXPECT_TRUE(court.is_content());
  for (int i = 0; i < 2; ++i) {
    invariant->input_entered(court, {chain::Input::kAttestation, Origin::kGossip});
  }
  invariant->node_ended(court);
  EXPECT_EQ(court.complaints.size(), 1U);
}

TEST(EveryInputHasOneOutcome, asks_of_a_life_that_is_cut_short_that_what_had_no_outcome_was_kept) {
  Court court;
  const auto invariant = every_input_has_one_outcome();
  for (int i = 0; i < 100; ++i) {
    invariant->input_entered(court, {chain::Input::kBlock, Origin::kSync});
  }
  invariant->node_crashed(court, {95, 0, 0, 0});
  EXPECT_TRUE(court.is_content());
  invariant->node_crashed(court, {60, 0, 0, 0});
  EXPECT_EQ(court.complaints.size(), 1U) << "forty blocks are more than threads have in their hands";
  invariant->node_crashed(court, {101, 0, 0, 0});
  EXPECT_EQ(court.complaints.size(), 2U) << "more than had entered";
  invariant->node_started(court);
  invariant->node_crashed(court, {});
  EXPECT_EQ(court.complaints.size(), 2U);
}

}  // namespace
}  // namespace lockstep::checkers
