// What a node's threads are for shows when they are missing, many or dead.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/checkers/checkers.h"
#include "sim/cluster/cluster.h"
#include "tellings.h"

namespace lockstep::scenarios {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMillisecond = 1'000'000;

TEST(Threads, let_a_proof_of_70_seconds_delay_finality_alone) {
  // So late that the rules justify target after target and finalize none for hundreds of slots.
  const cluster::Outcome slow =
      run_plan(plan_with("a_slow_prover_delays_no_tick",
                         {{"cost.aggregate_us", "70000000"}, {"finalized", "0"}}, /*slots=*/200));
  EXPECT_FALSE(slow.failure.has_value()) << words(slow);
  EXPECT_LE(slow.tick_lateness.max, 50 * kMillisecond);
  for (const cluster::NodeOutcome& node : slow.nodes) {
    EXPECT_GE(node.head_slot, 197U);
    EXPECT_GE(node.justified_slot, 100U);
  }
}

TEST(Threads, that_are_missing_cost_the_clock_as_much_as_a_proof_takes) {
  const cluster::Outcome sick = run_plan(
      plan_with("a_slow_prover_delays_no_tick",
                {{"cost.aggregate_us", "70000000"}, {"chain_worker", "off"}, {"aggregator_thread", "off"}}));
  EXPECT_TRUE(sick.failure.has_value());
  EXPECT_GT(sick.tick_lateness.max, 60 * kSecond);
}

/// Bob's clock falls behind, so that he keeps the others' votes until their slot begins for him, too.
void bob_is_late(cluster::Cluster& cluster) {
  const auto [ann, bob] = cluster.name<2>();
  cluster.run_until(cluster::slot(6));
  {
    const cluster::Fault slow = cluster.skew(bob, std::chrono::seconds(-6));
    cluster.run_until(cluster::slot(10));
  }
  cluster.run_until(cluster::slot(16));
}

cluster::Outcome late_with(const char* threads, const cluster::Story& and_then) {
  const cluster::Plan plan =
      plan_with("devnet", {{"validators_per_node", "8"}, {"verify_threads", threads}}, /*slots=*/24);
  return cluster::tell(
      plan, {},
      [&](cluster::Cluster& cluster) {
        bob_is_late(cluster);
        and_then(cluster);
      },
      checkers::all());
}

TEST(Threads, that_verify_kept_votes_change_nothing_of_the_chain_however_many_they_are) {
  const auto to_the_end = [](cluster::Cluster& cluster) { cluster.run_to_the_end(); };
  const cluster::Outcome alone = late_with("0", to_the_end);
  EXPECT_FALSE(alone.failure.has_value()) << words(alone);
  for (const char* const threads : {"1", "2", "5"}) {
    const cluster::Outcome helped = late_with(threads, to_the_end);
    EXPECT_FALSE(helped.failure.has_value()) << words(helped);
    for (std::size_t i = 0; i < alone.nodes.size(); ++i) {
      EXPECT_EQ(helped.nodes[i].head_slot, alone.nodes[i].head_slot);
      EXPECT_EQ(helped.nodes[i].justified_slot, alone.nodes[i].justified_slot);
      EXPECT_EQ(helped.nodes[i].finalized_slot, alone.nodes[i].finalized_slot);
    }
  }
}

TEST(Threads, that_verify_kept_votes_stop_the_node_loudly_when_they_die) {
  const auto kill_one = [](cluster::Cluster& cluster) {
    const auto [ann, bob] = cluster.name<2>();
    cluster.kill_thread(bob, "verify-1");
    cluster.run_until(cluster::slot(16).at_interval(2));
    cluster.expect(cluster::reached("thread died"));
    cluster.shut_down(bob);
  };
  const cluster::Outcome outcome = late_with("2", kill_one);
  EXPECT_FALSE(outcome.failure.has_value()) << words(outcome);
}

}  // namespace
}  // namespace lockstep::scenarios
