// Whole runs with something planted in them that a checker must catch: proof that none of them sleeps.
#include <gtest/gtest.h>

#include "passing_on.h"
#include "sim/checkers/checkers.h"
#include "sim/cluster/cluster.h"
#include "tellings.h"

namespace lockstep::scenarios {
namespace {

using cluster::Cluster;
using cluster::Design;
using cluster::Outcome;

/// Tells a story of which only the one checker hears.
Outcome tell_to(std::unique_ptr<cluster::Invariant> checker, cluster::Plan plan, const Design& design,
                const cluster::Story& story) {
  cluster::Invariants only;
  only.push_back(std::move(checker));
  return cluster::tell(plan, design, story, std::move(only));
}

void expect_caught(const Outcome& outcome, const std::string& checker) {
  ASSERT_TRUE(outcome.failure.has_value()) << checker << " caught nothing";
  EXPECT_EQ(outcome.failure->fingerprint, "checker: " + checker) << words(outcome);
  EXPECT_FALSE(outcome.failure->events.empty());
}

cluster::Plan small_devnet(std::uint64_t nodes = 4) {
  cluster::Plan plan = plan_of("devnet", 1);
  plan.nodes = nodes;
  plan.slots = 32;
  return plan;
}

void nothing_happens(Cluster& cluster) {
  cluster.run_to_the_end();
}

/// A design in which the reports of every node go through a `Liar`.
template <typename Liar>
Design reported_by() {
  Design design;
  design.listen_through = [](std::uint64_t, chain::Events& next) -> std::unique_ptr<chain::Events> {
    return std::make_unique<Liar>(next);
  };
  return design;
}

/// Eight nodes of which the last four sign for the same validators as the first four.
Design twins() {
  Design design;
  design.validators_in_all = 4;
  design.validators_of = [](std::uint64_t node) { return std::vector<std::uint64_t>{node % 4}; };
  return design;
}

/// One half has the validators 0 to 3 and so has the other: both finalize, and they never hear of one
/// another. One node of the second half is down, or both would do the same.
void two_whole_networks(Cluster& cluster) {
  cluster.crash(cluster.node(7));
  const cluster::Fault apart =
      cluster.partition(cluster::Group{cluster.node(0), cluster.node(1), cluster.node(2), cluster.node(3)});
  cluster.run_to_the_end();
}

TEST(Canary, two_networks_with_the_same_validators_finalize_a_fork) {
  const Outcome outcome =
      tell_to(checkers::finalized_chain_never_forks(), small_devnet(8), twins(), two_whole_networks);
  expect_caught(outcome, "finalized_chain_never_forks");
}

TEST(Canary, twins_of_one_validator_equivocate) {
  const Outcome outcome =
      tell_to(checkers::no_honest_validator_equivocates(), small_devnet(8), twins(), two_whole_networks);
  expect_caught(outcome, "no_honest_validator_equivocates");
}

TEST(Canary, provers_that_need_a_minute_stop_finality) {
  cluster::Plan plan = small_devnet();
  plan.settings = {{"cost.aggregate_us", "60000000"}};
  expect_caught(tell_to(checkers::head_and_finality_advance(), plan, {}, nothing_happens),
                "head_and_finality_advance");
}

/// Says that its justified block is the one that it has just left.
class ForgetsItsJustifiedBlock final : public PassingOn {
 public:
  using PassingOn::PassingOn;
  void head_changed(const chain::HeadChanged& event) override {
    chain::HeadChanged wrong = event;
    if (event.old_head.slot.value >= 5) {
      wrong.justified = event.new_head;
      wrong.new_head = event.old_head;
    }
    next_.head_changed(wrong);
  }
};

TEST(Canary, a_head_behind_its_justified_block_is_seen) {
  expect_caught(tell_to(checkers::head_descends_from_justified(), small_devnet(),
                        reported_by<ForgetsItsJustifiedBlock>(), nothing_happens),
                "head_descends_from_justified");
}

/// Takes every vote that it accepts for rejected, though it has stored it.
class RejectsInWordsOnly final : public PassingOn {
 public:
  using PassingOn::PassingOn;
  void block_handled(const chain::BlockHandled& event) override {
    chain::BlockHandled wrong{event.root, event.block, event.origin, event.outcome, event.reason};
    if (event.outcome == chain::BlockOutcome::kImported && event.block.slot.value > 3) {
      wrong.outcome = chain::BlockOutcome::kRejected;
      wrong.reason = spec::RejectionReason::INVALID_BLOCK_PROOF;
    }
    next_.block_handled(wrong);
  }
};

TEST(Canary, a_rejected_block_that_is_in_the_store_all_the_same_is_seen) {
  expect_caught(tell_to(checkers::rejected_input_changes_nothing(), small_devnet(),
                        reported_by<RejectsInWordsOnly>(), nothing_happens),
                "rejected_input_changes_nothing");
}

/// Has one block more than it can keep.
class KeepsOneTooMany final : public PassingOn {
 public:
  using PassingOn::PassingOn;
  void buffer_level(const chain::BufferLevel& event) override {
    next_.buffer_level({event.buffer, event.size + event.bound, event.bound});
  }
};

TEST(Canary, a_queue_past_its_bound_is_seen) {
  expect_caught(tell_to(checkers::every_queue_stays_within_its_bound(), small_devnet(),
                        reported_by<KeepsOneTooMany>(), nothing_happens),
                "every_queue_stays_within_its_bound");
}

/// Forgets to say what became of one vote in the middle of the run.
class LosesOneVote final : public PassingOn {
 public:
  using PassingOn::PassingOn;
  void vote_handled(const chain::VoteHandled& event) override {
    if (event.outcome != chain::VoteOutcome::kAccepted || ++accepted_ != 20) {
      next_.vote_handled(event);
    }
  }

 private:
  int accepted_ = 0;
};

TEST(Canary, one_vote_among_many_that_has_no_outcome_is_seen_when_the_run_ends) {
  expect_caught(tell_to(checkers::every_input_has_one_outcome(), small_devnet(), reported_by<LosesOneVote>(),
                        nothing_happens),
                "every_input_has_one_outcome");
}

/// Loses every other vote, and crashes before it can be asked about them.
TEST(Canary, votes_that_a_node_has_lost_are_missed_when_it_crashes) {
  class LosesEveryOtherVote final : public PassingOn {
   public:
    using PassingOn::PassingOn;
    void vote_handled(const chain::VoteHandled& event) override {
      if (event.outcome != chain::VoteOutcome::kAccepted || ++accepted_ % 2 != 0) {
        next_.vote_handled(event);
      }
    }

   private:
    int accepted_ = 0;
  };
  expect_caught(
      tell_to(checkers::every_input_has_one_outcome(), small_devnet(), reported_by<LosesEveryOtherVote>(),
              [](Cluster& cluster) {
                cluster.run_until(cluster::slot(20));
                cluster.crash(cluster.node(0));
              }),
      "every_input_has_one_outcome");
}

/// Sleeps through one interval and says nothing of it.
class SleepsThroughAnInterval final : public PassingOn {
 public:
  using PassingOn::PassingOn;
  void tick_happened(const chain::TickHappened& event) override {
    if (event.interval.value != 17) {
      next_.tick_happened(event);
    }
  }
};

TEST(Canary, an_interval_that_nobody_acted_upon_is_seen) {
  expect_caught(tell_to(checkers::reports_add_up(), small_devnet(), reported_by<SleepsThroughAnInterval>(),
                        nothing_happens),
                "reports_add_up");
}

/// Breaks an assertion in the middle of its work.
class TripsOverItself final : public PassingOn {
 public:
  using PassingOn::PassingOn;
  void tick_happened(const chain::TickHappened& event) override {
    LOCKSTEP_ASSERT_MSG(event.interval.value < 30, "thirty is more than it can count to");
    next_.tick_happened(event);
  }
};

TEST(Canary, an_assertion_of_the_node_fails_the_run_with_a_fingerprint_that_lasts) {
  const Outcome once =
      tell_to(checkers::reports_add_up(), small_devnet(), reported_by<TripsOverItself>(), nothing_happens);
  cluster::Plan other = small_devnet();
  other.seed = 99;
  const Outcome again =
      tell_to(checkers::reports_add_up(), other, reported_by<TripsOverItself>(), nothing_happens);
  ASSERT_TRUE(once.failure && again.failure);
  EXPECT_EQ(once.failure->fingerprint, again.failure->fingerprint);
  EXPECT_NE(once.failure->fingerprint.find("canary_test.cpp"), std::string::npos)
      << once.failure->fingerprint;
  EXPECT_NE(once.failure->sentence.find("thirty"), std::string::npos) << once.failure->sentence;
}

TEST(Canary, an_expectation_that_is_not_met_ends_the_story) {
  bool went_on = false;
  const Outcome outcome = tell_to(checkers::reports_add_up(), small_devnet(), {}, [&](Cluster& cluster) {
    cluster.run_until(cluster::slot(2));
    cluster.expect(cluster::finalized_at_least(9));
    went_on = true;
  });
  ASSERT_TRUE(outcome.failure.has_value());
  EXPECT_EQ(outcome.failure->fingerprint, "expectation: finality has come far enough");
  EXPECT_FALSE(went_on);
}

}  // namespace
}  // namespace lockstep::scenarios
