// Each cure that can be switched off shows, when it is, the disease that it is for.
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tellings.h"

namespace lockstep::scenarios {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMillisecond = 1'000'000;

cluster::Outcome tell_with(std::vector<std::pair<std::string, std::string>> settings) {
  cluster::Plan plan;
  plan.scenario = "ticks_stay_on_time_under_the_flood_of_the_discussion";
  plan.seed = 1;
  for (auto& [key, value] : settings) {
    plan.settings.insert_or_assign(std::move(key), std::move(value));
  }
  const auto completed = complete_plan(plan);
  EXPECT_TRUE(completed.has_value()) << completed.error();
  return run_plan(*completed);
}

TEST(Cures, without_threads_of_their_own_proofs_make_ticks_late_by_seconds) {
  const cluster::Outcome sick = tell_with({{"chain_worker", "off"}, {"aggregator_thread", "off"}});
  EXPECT_GT(sick.tick_lateness.max, 5 * kSecond);
  EXPECT_TRUE(sick.failure.has_value());
}

TEST(Cures, with_a_chain_thread_alone_ticks_are_on_time_but_heads_are_not) {
  const cluster::Outcome half = tell_with({{"aggregator_thread", "off"}});
  EXPECT_LE(half.tick_lateness.max, 50 * kMillisecond);
  ASSERT_TRUE(half.failure.has_value());
  EXPECT_NE(half.failure->fingerprint.find("head_and_finality_advance"), std::string::npos) << words(half);
}

TEST(Cures, with_all_of_them_the_flood_and_the_proofs_leave_ticks_and_heads_alone) {
  const cluster::Outcome cured = tell_with({});
  EXPECT_FALSE(cured.failure.has_value()) << words(cured);
  EXPECT_LE(cured.tick_lateness.p999, 50 * kMillisecond);
}

}  // namespace
}  // namespace lockstep::scenarios
