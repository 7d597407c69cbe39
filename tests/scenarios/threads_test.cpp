// What a node's threads are for shows when they are missing, many or dead.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/checkers/checkers.h"
#include "tellings.h"

namespace lockstep::scenarios {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMillisecond = 1'000'000;

cluster::Plan plan_with(std::string_view story, std::vector<std::pair<std::string, std::string>> settings,
                        std::uint64_t slots = 0) {
  cluster::Plan plan;
  plan.scenario = std::string(story);
  plan.seed = 1;
  plan.slots = slots;
  for (auto& [key, value] : settings) {
    plan.settings.insert_or_assign(std::move(key), std::move(value));
  }
  const auto completed = complete_plan(plan);
  EXPECT_TRUE(completed.has_value()) << completed.error();
  return *completed;
}

TEST(Threads, let_a_proof_of_70_seconds_delay_finality_alone) {
  const cluster::Outcome slow =
      run_plan(plan_with("a_slow_prover_delays_no_tick",
                         {{"cost.aggregate_us", "70000000"}, {"finalized", "100"}}, /*slots=*/200));
  EXPECT_FALSE(slow.failure.has_value()) << words(slow);
  EXPECT_LE(slow.tick_lateness.max, 50 * kMillisecond);
}

TEST(Threads, that_are_missing_cost_the_clock_as_much_as_a_proof_takes) {
  const cluster::Outcome sick = run_plan(
      plan_with("a_slow_prover_delays_no_tick",
                {{"cost.aggregate_us", "70000000"}, {"chain_worker", "off"}, {"aggregator_thread", "off"}}));
  EXPECT_TRUE(sick.failure.has_value());
  EXPECT_GT(sick.tick_lateness.max, 60 * kSecond);
}

TEST(Threads, that_verify_kept_votes_change_nothing_of_the_chain_however_many_they_are) {
  const auto flood_with = [](const char* threads) {
    return run_plan(plan_with("ticks_stay_on_time_under_the_flood_of_the_discussion",
                              {{"verify_threads", threads}, {"messages", "20"}}));
  };
  const cluster::Outcome alone = flood_with("0");
  EXPECT_FALSE(alone.failure.has_value()) << words(alone);
  for (const char* const threads : {"1", "2", "5"}) {
    const cluster::Outcome helped = flood_with(threads);
    EXPECT_FALSE(helped.failure.has_value()) << words(helped);
    for (std::size_t i = 0; i < alone.nodes.size(); ++i) {
      EXPECT_EQ(helped.nodes[i].head_slot, alone.nodes[i].head_slot);
      EXPECT_EQ(helped.nodes[i].justified_slot, alone.nodes[i].justified_slot);
      EXPECT_EQ(helped.nodes[i].finalized_slot, alone.nodes[i].finalized_slot);
    }
  }
}

TEST(Threads, that_verify_kept_votes_stop_the_node_loudly_when_they_die) {
  cluster::Plan plan = plan_with("gossip_flood_leaves_the_clock_alone", {{"per_second", "300"}});
  const cluster::Outcome outcome = cluster::tell(
      plan, {},
      [](cluster::Cluster& cluster) {
        const auto [ann, bob] = cluster.name<2>();
        cluster.run_until(cluster::slot(4));
        {
          const cluster::Fault pouring = cluster.flood(ann, {.per_second = 300, .unknown_percent = 74});
          cluster.run_until(cluster::slot(8).at_interval(1));
          cluster.kill_thread(bob, "verify-1");
          cluster.run_until(cluster::slot(8).at_interval(3));
        }
        cluster.expect(cluster::reached("thread died"));
        cluster.shut_down(bob);
      },
      checkers::all());
  EXPECT_FALSE(outcome.failure.has_value()) << words(outcome);
}

}  // namespace
}  // namespace lockstep::scenarios
