// Votes of several subnets come together in aggregates, whoever hears which of them.
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "node/spec/subnet.h"
#include "passing_on.h"
#include "scenarios/stories.h"
#include "scenarios/story_settings.h"
#include "sim/checkers/checkers.h"
#include "sim/cluster/cluster.h"
#include "tellings.h"

namespace lockstep::scenarios {
namespace {

constexpr std::uint64_t kSubnets = 4;

/// Votes that gossip brought, by node and subnet.
using Heard = std::map<std::uint64_t, std::map<std::uint64_t, std::uint64_t>>;

class Hearing final : public PassingOn {
 public:
  Hearing(chain::Events& next, std::map<std::uint64_t, std::uint64_t>& heard)
      : PassingOn(next), heard_(heard) {}
  void vote_handled(const chain::VoteHandled& event) override {
    if (event.origin == chain::Origin::kGossip) {
      ++heard_[spec::subnet_of(event.validator, kSubnets).value];
    }
    next_.vote_handled(event);
  }

 private:
  std::map<std::uint64_t, std::uint64_t>& heard_;
};

/// A devnet of four subnets.
cluster::Plan plan_of_four(std::uint64_t nodes, SomeSettings settings) {
  settings.emplace_back("subnets", std::to_string(kSubnets));
  cluster::Plan plan = plan_with("devnet", std::move(settings), /*slots=*/24);
  plan.nodes = nodes;
  return plan;
}

std::set<std::uint64_t> subnets_in(const std::map<std::uint64_t, std::uint64_t>& heard) {
  std::set<std::uint64_t> subnets;
  for (const auto& [subnet, votes] : heard) {
    subnets.insert(subnet);
  }
  return subnets;
}

/// What each node heard in a story, in which all went well.
Heard heard_in(const cluster::Plan& plan, cluster::Design design, const cluster::Story& story) {
  Heard heard;
  for (std::uint64_t i = 0; i < plan.nodes; ++i) {
    heard[i];
  }
  design.listen_through = [&heard](std::uint64_t node,
                                   chain::Events& next) -> std::unique_ptr<chain::Events> {
    return std::make_unique<Hearing>(next, heard.at(node));
  };
  const cluster::Outcome outcome = cluster::tell(plan, design, story, checkers::all());
  EXPECT_FALSE(outcome.failure.has_value()) << words(outcome);
  return heard;
}

TEST(Subnets, are_heard_by_their_own_validators_and_by_an_aggregator_alone) {
  const Heard heard = heard_in(plan_of_four(10, {{"aggregators", "1"}}), {}, devnet);
  for (std::uint64_t node = 0; node < 9; ++node) {
    EXPECT_EQ(subnets_in(heard.at(node)), std::set{node % kSubnets}) << node;
  }
  EXPECT_EQ(subnets_in(heard.at(9)), (std::set<std::uint64_t>{0, 1, 2, 3})) << "the aggregator";
}

TEST(Subnets, reach_finality_when_each_has_an_aggregator_of_its_own_that_hears_no_other) {
  // The aggregators are the nodes 2, 4, 7 and 9.
  const Heard heard = heard_in(plan_of_four(10, {{"aggregators_hear", "own"}}), {}, devnet);
  for (const auto& [node, subnets] : heard) {
    EXPECT_EQ(subnets_in(subnets), std::set{node % kSubnets}) << node;
  }
}

TEST(Subnets, reach_no_finality_when_nobody_aggregates_three_of_them) {
  // The aggregators are the nodes 3, 7, 11 and 15, whose validators are all of one subnet.
  const cluster::Outcome outcome = run_plan(plan_of_four(16, {{"aggregators_hear", "own"}}));
  ASSERT_TRUE(outcome.failure.has_value());
  EXPECT_NE(outcome.failure->fingerprint.find("head_and_finality_advance"), std::string::npos)
      << words(outcome);
}

TEST(Subnets, that_are_mixed_up_cost_the_one_who_does_it_its_peers) {
  const cluster::Plan plan =
      plan_with("garbage_costs_only_the_one_who_sends_it", {{"subnets", std::to_string(kSubnets)}});
  const cluster::Outcome outcome = run_plan(plan);
  EXPECT_FALSE(outcome.failure.has_value()) << words(outcome);
}

TEST(Subnets, pour_junk_upon_their_validators_and_all_of_it_upon_the_aggregator) {
  const Heard heard = heard_in(plan_with("ticks_stay_on_time_under_the_flood_of_the_discussion", {}),
                               {.settings = kDiscussionSettings, .bounds = kSlowProofs},
                               ticks_stay_on_time_under_the_flood_of_the_discussion);
  for (std::uint64_t node = 0; node < 3; ++node) {
    EXPECT_EQ(subnets_in(heard.at(node)), std::set{node}) << node;
  }
  for (std::uint64_t subnet = 0; subnet < kSubnets; ++subnet) {
    // True votes come 40 times.
    EXPECT_GT(heard.at(3).at(subnet), 1000U) << subnet;
  }
}

}  // namespace
}  // namespace lockstep::scenarios
