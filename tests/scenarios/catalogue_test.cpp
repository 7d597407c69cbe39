// A plan that cannot be run is refused before anything happens, in one line that says what would be right.
#include "scenarios/catalogue.h"

#include <gtest/gtest.h>

#include "sim/cluster/turns.h"

namespace lockstep::scenarios {
namespace {

cluster::Plan devnet() {
  cluster::Plan plan;
  plan.scenario = "devnet";
  return plan;
}

std::string refusal(const cluster::Plan& plan) {
  const auto completed = complete_plan(plan);
  EXPECT_TRUE(completed.has_error());
  if (completed.has_value()) {
    return "";
  }
  EXPECT_EQ(completed.error().find('\n'), std::string::npos);
  return completed.error();
}

TEST(Catalogue, fills_in_what_a_plan_leaves_open) {
  const auto completed = complete_plan(devnet());
  ASSERT_TRUE(completed.has_value()) << completed.error();
  EXPECT_EQ(completed->nodes, 4U);
  EXPECT_EQ(completed->slots, 64U);
  EXPECT_EQ(completed->strategy, "random");
  EXPECT_TRUE(completed->settings.empty());
}

TEST(Catalogue, offers_defaults_that_it_accepts_itself) {
  for (const Scenario& scenario : catalogue()) {
    cluster::Plan plan;
    plan.scenario = std::string(scenario.name);
    for (const Setting& setting : scenario.settings) {
      plan.settings.emplace(setting.key, setting.default_value);
    }
    const auto completed = complete_plan(plan);
    EXPECT_TRUE(completed.has_value()) << completed.error();
    EXPECT_EQ(find_scenario(scenario.name), &scenario);
  }
}

TEST(Catalogue, guesses_which_scenario_was_meant) {
  cluster::Plan plan;
  plan.scenario = "devnett";
  EXPECT_EQ(refusal(plan), "there is no scenario 'devnett'; did you mean devnet? (lockstep list shows all)");
  EXPECT_EQ(find_scenario("devnett"), nullptr);
}

TEST(Catalogue, refuses_node_counts_out_of_range) {
  cluster::Plan plan = devnet();
  plan.nodes = 5000;
  EXPECT_EQ(refusal(plan), "nodes of devnet must be from 1 to 4096, not 5000");
  plan.scenario = "unheard_block_is_abandoned";
  plan.nodes = 3;
  EXPECT_NE(refusal(plan), "");
}

TEST(Catalogue, refuses_slot_counts_out_of_range) {
  cluster::Plan plan = devnet();
  plan.slots = 1'000'001;
  EXPECT_EQ(refusal(plan), "slots of devnet must be from 1 to 1000000, not 1000001");
}

TEST(Catalogue, refuses_unknown_settings_and_bad_values) {
  cluster::Plan plan = devnet();
  plan.settings = {{"colour", "red"}};
  EXPECT_EQ(refusal(plan).substr(0, 34), "devnet has no setting 'colour'; it");
  plan.settings = {{"latency_ms", "-1"}};
  EXPECT_EQ(refusal(plan), "setting latency_ms must be a whole number from 0 to 60000, not '-1'");
  plan.settings = {{"signatures", "none"}};
  EXPECT_EQ(refusal(plan), "setting signatures must be one of cheap|xmss, not 'none'");
  plan.settings = {{"aggregators", "5"}};
  EXPECT_NE(refusal(plan), "");
  plan.settings = {{"validators_per_node", "2000"}};
  EXPECT_NE(refusal(plan), "");
  plan.settings = {{"signatures", "xmss"}};
  plan.slots = 300;
  EXPECT_NE(refusal(plan), "");
}

TEST(Catalogue, refuses_unknown_strategies_and_impossible_faults) {
  cluster::Plan plan = devnet();
  plan.strategy = "lifo";
  EXPECT_EQ(refusal(plan), "strategy must be one of " + cluster::strategy_names() + ", not 'lifo'");
  plan = devnet();
  plan.faults = {{"crash", 5, 5, {4}, {}}};
  EXPECT_EQ(refusal(plan), "fault 1: node 4 does not exist; the last one is 3");
}

}  // namespace
}  // namespace lockstep::scenarios
