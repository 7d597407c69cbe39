// What a plan adds to a story happens: its faults, its choices, its strategy.
#include <gtest/gtest.h>

#include "tellings.h"

namespace lockstep::scenarios {
namespace {

using cluster::Outcome;
using cluster::Plan;

Plan short_devnet() {
  Plan plan = plan_of("devnet", 3);
  plan.slots = 16;
  return plan;
}

Outcome with_fault(const cluster::PlannedFault& fault) {
  Plan plan = short_devnet();
  plan.faults.push_back(fault);
  const auto completed = complete_plan(plan);
  EXPECT_TRUE(completed.has_value()) << completed.error();
  return run_plan(plan);
}

TEST(PlannedFaults, of_every_kind_change_the_run) {
  const std::uint64_t untouched = run_plan(short_devnet()).trace_hash;
  const std::vector<cluster::PlannedFault> faults = {
      {"clock_step", 9000, 20'000, {1}, {{"by_ms", "300"}}},
      {"clog", 9000, 9500, {1}, {}},
      {"crash", 20'000, 28'000, {1}, {}},
      {"delay", 9000, 12'000, {1}, {{"by_ms", "50"}}},
      {"duplicate", 9000, 20'000, {1}, {{"percent", "50"}}},
      {"flood", 9000, 12'000, {1}, {{"per_second", "100"}}},
      {"lose", 9000, 12'000, {1}, {{"percent", "50"}}},
      {"one_way", 9000, 12'000, {1}, {}},
      {"partition", 9000, 12'000, {1}, {}},
  };
  for (const cluster::PlannedFault& fault : faults) {
    const Outcome outcome = with_fault(fault);
    EXPECT_NE(outcome.trace_hash, untouched) << fault.kind;
    EXPECT_EQ(outcome.trace_hash, with_fault(fault).trace_hash) << fault.kind;
  }
}

TEST(PlannedFaults, leave_everything_before_them_as_it_was) {
  const Outcome untouched = run_plan(short_devnet());
  const Outcome struck = with_fault({"partition", 30'000, 40'000, {1}, {}});
  const auto difference = sim::first_difference(untouched.trace, struck.trace);
  ASSERT_TRUE(difference.has_value());
  EXPECT_EQ(difference->epoch, 30'000U / 4000U);
}

TEST(PlannedFaults, can_break_a_story) {
  // Two of four are cut off for good: nobody has two thirds.
  const Outcome outcome = with_fault({"partition", 12'000, 90'000, {0, 1}, {}});
  ASSERT_TRUE(outcome.failure.has_value());
  EXPECT_EQ(outcome.failure->fingerprint.substr(0, 12), "expectation:") << words(outcome);
}

TEST(PlannedChoices, override_what_the_seed_says) {
  Plan plan = short_devnet();
  // Of the many choices about frames on their way, at least one of the first on some link must be met.
  const std::uint64_t untouched = run_plan(plan).trace_hash;
  plan.choices.push_back({.domain = 5, .object = 0, .purpose = 0, .counter = 0, .value = 0});
  EXPECT_NE(run_plan(plan).trace_hash, untouched);
}

TEST(Strategy, decides_who_runs_first_but_not_whether_it_ends_well) {
  Plan plan = short_devnet();
  plan.strategy = "fifo";
  const Outcome outcome = run_plan(plan);
  EXPECT_FALSE(outcome.failure.has_value()) << words(outcome);
}

}  // namespace
}  // namespace lockstep::scenarios
