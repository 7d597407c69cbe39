// Every story of the catalogue comes to its good end, the same one whenever it is told again.
#include <gtest/gtest.h>

#include <set>

#include "tellings.h"

namespace lockstep::scenarios {
namespace {

class Story : public testing::TestWithParam<std::string_view> {};

TEST_P(Story, ends_well_for_a_handful_of_seeds) {
  for (std::uint64_t seed = 1; seed <= 1 + 4 * LOCKSTEP_SCHEDULES_PERCENT / 100; ++seed) {
    const cluster::Outcome outcome = run_plan(plan_of(GetParam(), seed));
    EXPECT_FALSE(outcome.failure.has_value()) << "seed " << seed << ": " << words(outcome);
  }
}

TEST_P(Story, ends_well_also_where_waits_end_before_their_time) {
  cluster::Plan plan = plan_of(GetParam(), 1);
  plan.settings.insert_or_assign("early_timers", "on");
  const cluster::Outcome outcome = run_plan(plan);
  EXPECT_FALSE(outcome.failure.has_value()) << words(outcome);
}

TEST_P(Story, is_the_same_whenever_it_is_told) {
  const cluster::Plan plan = plan_of(GetParam(), 7);
  const cluster::Outcome once = run_plan(plan);
  const cluster::Outcome again = run_plan(plan);
  EXPECT_EQ(once.trace_hash, again.trace_hash);
  EXPECT_EQ(once.trace, again.trace);
  EXPECT_EQ(once.trace_hash, once.trace.total());
}

TEST_P(Story, differs_from_seed_to_seed) {
  std::set<std::uint64_t> hashes;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    hashes.insert(run_plan(plan_of(GetParam(), seed)).trace_hash);
  }
  EXPECT_EQ(hashes.size(), 3U);
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const Scenario& scenario : catalogue()) {
    names.push_back(scenario.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Of, Story, testing::ValuesIn(all_names()),
                         [](const testing::TestParamInfo<std::string_view>& story) {
                           return std::string(story.param);
                         });

}  // namespace
}  // namespace lockstep::scenarios
