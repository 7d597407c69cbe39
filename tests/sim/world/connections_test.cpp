// Connections end and come back: by request, by faults that show, by crashes.
#include <gtest/gtest.h>

#include <chrono>

#include "small_world.h"

namespace lockstep::sim {
namespace {

using namespace std::chrono_literals;
using News = std::vector<std::string>;
using Numbers = std::vector<std::uint32_t>;
using runtime::SendOutcome;

NetworkOptions options_for_test() {
  NetworkOptions options;
  options.latency = LatencyLaw::constant(100ms);
  options.redial = 1s;
  return options;
}

TEST(BrokenConnections, are_seen_at_once_and_made_again_after_the_cut) {
  SmallWorld world(3, options_for_test());
  const auto before = world.peer(0, 1);
  world.send(0, 1, numbered(1));
  Fault cut = world.network.begin(Rule::partition({1}).breaking_connections());
  world.pass(5s);
  EXPECT_EQ(world.news(0), (News{"connected 1", "connected 2", "disconnected 1"}));
  EXPECT_EQ(world.news(1), (News{"connected 0", "connected 2", "disconnected 0", "disconnected 2"}));
  EXPECT_EQ(world.send(0, 1, numbered(2)), SendOutcome::kClosed);
  cut.end();
  world.pass(999ms);
  EXPECT_FALSE(world.peer(0, 1).has_value());
  world.pass(1ms);
  ASSERT_TRUE(world.peer(0, 1).has_value());
  EXPECT_NE(world.peer(0, 1), before) << "a PeerId is never used again";
  EXPECT_EQ(world.send(0, 1, numbered(3)), SendOutcome::kQueued);
  world.pass(1s);
  EXPECT_EQ(world.numbers(1), Numbers{3});
  EXPECT_EQ(world.network.figures().cut + world.network.figures().closed, 1U);
}

TEST(BrokenConnections, stay_broken_while_any_cut_lies_between) {
  SmallWorld world(2, options_for_test());
  Fault seen = world.network.begin(Rule::partition({1}).breaking_connections());
  Fault quiet = world.network.begin(Rule::one_way({0}, {1}));
  seen.end();
  world.pass(10s);
  EXPECT_FALSE(world.peer(0, 1).has_value());
  quiet.end();
  world.pass(1s);
  EXPECT_TRUE(world.peer(0, 1).has_value());
}

TEST(Disconnect, reaches_the_other_end_behind_the_last_frame) {
  SmallWorld world(2, options_for_test());
  world.send(0, 1, numbered(1));
  world.engine.spawn("hangs up", node_lane(0), [&] { world.network.disconnect(0, *world.peer(0, 1)); });
  world.pass(0s);
  EXPECT_EQ(world.news(0), (News{"connected 1", "disconnected 1"}));
  EXPECT_EQ(world.send(1, 0, numbered(2)), SendOutcome::kQueued) << "the other end does not know yet";
  world.pass(100ms);
  EXPECT_EQ(world.news(1), (News{"connected 0", "disconnected 0"}));
  EXPECT_EQ(world.numbers(1), Numbers{1});
  EXPECT_TRUE(world.numbers(0).empty());
  world.pass(1s);
  EXPECT_TRUE(world.peer(0, 1).has_value());
  EXPECT_TRUE(world.peer(1, 0).has_value());
  EXPECT_EQ(world.network.figures().closed, 1U);
}

TEST(Disconnect, from_both_ends_at_once_leads_to_one_new_connection) {
  SmallWorld world(2, options_for_test());
  world.network.disconnect(0, *world.peer(0, 1));
  world.network.disconnect(1, *world.peer(1, 0));
  world.pass(10s);
  const News expected0 = {"connected 1", "disconnected 1", "connected 1"};
  EXPECT_EQ(world.news(0), expected0);
  EXPECT_EQ(world.network.figures().connections, 2U);
  EXPECT_EQ(world.network.figures().disconnections, 2U);
}

TEST(Crash, is_told_to_the_neighbours_and_forgets_what_was_under_way) {
  SmallWorld world(3, options_for_test());
  world.send(0, 1, numbered(1));
  world.send(1, 0, numbered(2));
  world.pass(50ms);
  world.crash(1);
  world.pass(1s);
  EXPECT_EQ(world.news(0), (News{"connected 1", "connected 2", "disconnected 1"}));
  EXPECT_EQ(world.numbers(0), Numbers{2}) << "what it had sent still arrives";
  EXPECT_TRUE(world.numbers(1).empty());
  world.start(1);
  world.pass(2s);
  ASSERT_TRUE(world.peer(0, 1).has_value());
  EXPECT_EQ(world.send(0, 1, numbered(3)), SendOutcome::kQueued);
  world.pass(1s);
  EXPECT_EQ(world.numbers(1), Numbers{3});
}

TEST(Crash, of_a_node_that_is_back_before_anybody_noticed_ends_the_old_connections_first) {
  SmallWorld world(2, options_for_test());
  world.crash(1);
  world.start(1);
  world.send(0, 1, numbered(1));
  world.pass(10s);
  EXPECT_EQ(world.news(0), (News{"connected 1", "disconnected 1", "connected 1"}));
  EXPECT_TRUE(world.numbers(1).empty()) << "it was sent on the old connection";
}

}  // namespace
}  // namespace lockstep::sim
