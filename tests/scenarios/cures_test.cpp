// Each cure that can be switched off shows, when it is, the disease that it is for.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "passing_on.h"
#include "sim/cluster/cluster.h"
#include "tellings.h"

namespace lockstep::scenarios {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kMillisecond = 1'000'000;

cluster::Outcome tell_with(SomeSettings settings) {
  return run_plan(plan_with("ticks_stay_on_time_under_the_flood_of_the_discussion", std::move(settings)));
}

/// What was seen of all nodes of a run.
struct Seen {
  std::array<std::size_t, chain::kBuffers> most{};
  std::uint64_t requests = 0;               ///< For blocks by root.
  std::uint64_t requests_while_behind = 0;  ///< The same, of nodes that were behind then.
  [[nodiscard]] std::size_t most_in(chain::Buffer buffer) const {
    return most[static_cast<std::size_t>(buffer)];
  }
};

class Watching final : public PassingOn {
 public:
  Watching(chain::Events& next, Seen& seen) : PassingOn(next), seen_(seen) {}
  void buffer_level(const chain::BufferLevel& event) override {
    std::size_t& most = seen_.most[static_cast<std::size_t>(event.buffer)];
    most = std::max(most, event.size);
    next_.buffer_level(event);
  }
  void sync_state_changed(const chain::SyncStateChanged& event) override {
    is_behind_ = event.new_state == chain::SyncState::kBehind;
    next_.sync_state_changed(event);
  }
  void request_sent(const chain::RequestSent& event) override {
    if (event.protocol == chain::Protocol::kBlocksByRoot) {
      ++seen_.requests;
      seen_.requests_while_behind += is_behind_ ? 1 : 0;
    }
    next_.request_sent(event);
  }

 private:
  Seen& seen_;
  bool is_behind_ = false;
};

/// Tells a story in which no checker stops what is to be seen.
Seen seen_in(const cluster::Plan& plan, const cluster::Story& story) {
  Seen seen;
  cluster::Design design;
  design.listen_through = [&seen](std::uint64_t, chain::Events& next) -> std::unique_ptr<chain::Events> {
    return std::make_unique<Watching>(next, seen);
  };
  const cluster::Outcome outcome = cluster::tell(plan, design, story, {});
  EXPECT_FALSE(outcome.failure.has_value()) << words(outcome);
  return seen;
}

/// Votes of which most name blocks that nobody has.
void unknown_blocks(cluster::Cluster& cluster) {
  cluster.run_until(cluster::slot(4));
  const cluster::Fault shouting = cluster.flood(cluster.node(0), {.per_second = 300, .unknown_percent = 74});
  cluster.run_until(cluster::slot(10));
}

/// The last node comes back a hundred slots later, into a flood, and needs a while to catch up.
void back_into_a_flood(cluster::Cluster& cluster) {
  cluster.run_until(cluster::slot(4));
  cluster.crash(cluster.last(1));
  cluster.run_until(cluster::slot(104));
  const cluster::Fault shouting = cluster.flood(cluster.node(0), {.per_second = 300, .unknown_percent = 74});
  cluster.restart(cluster.last(1));
  cluster.run_until(cluster::slot(108));
}

Seen unknown_blocks_with(SomeSettings settings) {
  return seen_in(plan_with("devnet", std::move(settings)), unknown_blocks);
}
Seen back_into_a_flood_with(SomeSettings settings) {
  settings.emplace_back("cost.state_transition_us", "50000");
  cluster::Plan plan = plan_with("devnet", std::move(settings));
  plan.slots = 110;
  return seen_in(plan, back_into_a_flood);
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

// A vote costs its node 20 ms here, so that the flood brings twice the work that can be done.
SomeSettings more_than_one_thread_can_do(SomeSettings more) {
  more.insert(more.end(),
              {{"chain_worker", "off"}, {"cost.verify_signature_us", "20000"}, {"messages", "300"}});
  return more;
}

TEST(Cures, whoever_drains_until_nothing_is_left_never_looks_at_the_clock_again) {
  const cluster::Outcome sick = tell_with(more_than_one_thread_can_do({{"bounded_drain", "off"}}));
  EXPECT_GT(sick.tick_lateness.max, 5 * kSecond);
  EXPECT_TRUE(sick.failure.has_value());
}

TEST(Cures, whoever_looks_at_the_clock_after_each_batch_is_on_time_under_the_same_load) {
  EXPECT_LE(tell_with(more_than_one_thread_can_do({})).tick_lateness.max, 50 * kMillisecond);
}

TEST(Cures, without_a_cap_fetches_run_away) {
  // Answers take two seconds, however little is in them.
  const Seen sick = unknown_blocks_with({{"fetch_cap", "off"}, {"latency_ms", "1000"}});
  const Seen cured = unknown_blocks_with({{"latency_ms", "1000"}});
  EXPECT_GT(sick.most_in(chain::Buffer::kBlockFetches), 24U);
  EXPECT_LE(cured.most_in(chain::Buffer::kBlockFetches), 8U);
  EXPECT_GT(sick.requests, 2 * cured.requests);
}

TEST(Cures, without_bounds_the_votes_that_wait_for_blocks_pile_up) {
  const Seen sick = unknown_blocks_with({{"bounded_buffers", "off"}});
  const Seen cured = unknown_blocks_with({});
  EXPECT_GT(sick.most_in(chain::Buffer::kPendingAttestations), 4 * 1024U);
  EXPECT_EQ(cured.most_in(chain::Buffer::kPendingAttestations), 1024U) << "the bound is reached, and kept";
}

TEST(Cures, without_the_gate_a_node_that_is_behind_chases_what_votes_name) {
  const Seen sick = back_into_a_flood_with({{"sync_gating", "off"}});
  const Seen cured = back_into_a_flood_with({});
  EXPECT_EQ(cured.requests_while_behind, 0U);
  EXPECT_GT(sick.requests_while_behind, 0U);
}

TEST(Cures, with_all_of_them_the_flood_and_the_proofs_leave_ticks_and_heads_alone) {
  const cluster::Outcome cured = tell_with({});
  EXPECT_FALSE(cured.failure.has_value()) << words(cured);
  EXPECT_LE(cured.tick_lateness.p999, 50 * kMillisecond);
}

}  // namespace
}  // namespace lockstep::scenarios
