// Frames take the time, the order and the chances that the options say.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <numeric>

#include "node/base/assert.h"
#include "small_world.h"

namespace lockstep::sim {
namespace {

using namespace std::chrono_literals;
using runtime::SendOutcome;

NetworkOptions with_latency(const LatencyLaw& law) {
  NetworkOptions options;
  options.latency = law;
  return options;
}

/// Sends `count` numbered frames from 0 to 1, `pause` apart, and lets all arrive.
void send_many(SmallWorld& world, std::uint32_t count, base::Duration pause) {
  for (std::uint32_t number = 0; number < count; ++number) {
    ASSERT_EQ(world.send(0, 1, numbered(number)), SendOutcome::kQueued);
    world.pass(pause);
  }
  world.pass(60s);
}

void expect_nothing_forgotten(const SmallWorld& world) {
  const NetworkFigures f = world.network.figures();
  EXPECT_EQ(f.sent + f.duplicated, f.delivered + f.lost + f.cut + f.closed + f.overflowed + f.in_flight);
}

TEST(Network, delivers_after_exactly_the_constant_latency) {
  SmallWorld world(2, with_latency(LatencyLaw::constant(25ms)));
  world.pass(1s);
  ASSERT_EQ(world.send(0, 1, numbered(5)), SendOutcome::kQueued);
  world.pass(25ms - 1ns);
  EXPECT_TRUE(world.received(1).empty());
  world.pass(1ns);
  EXPECT_EQ(world.received(1), (std::vector<Received>{{Time(1025ms), 0, 5}}));
}

TEST(Network, keeps_the_order_on_a_link_whatever_the_jitter) {
  SmallWorld world(2, with_latency(LatencyLaw::uniform(1ms, 100ms)));
  send_many(world, 500, 1ms);
  std::vector<std::uint32_t> expected(500);
  std::iota(expected.begin(), expected.end(), 0U);
  EXPECT_EQ(world.numbers(1), expected);
}

TEST(Network, lets_frames_overtake_one_another_when_reordering_is_on) {
  NetworkOptions options = with_latency(LatencyLaw::uniform(1ms, 100ms));
  options.reordering = true;
  SmallWorld world(2, options);
  send_many(world, 500, 1ms);
  auto numbers = world.numbers(1);
  ASSERT_EQ(numbers.size(), 500U);
  EXPECT_FALSE(std::is_sorted(numbers.begin(), numbers.end()));
  std::sort(numbers.begin(), numbers.end());
  EXPECT_EQ(std::adjacent_find(numbers.begin(), numbers.end()), numbers.end());
}

TEST(Network, loses_as_large_a_part_as_it_should) {
  NetworkOptions options;
  options.loss_parts_per_million = 200'000;
  SmallWorld world(2, options);
  send_many(world, 5000, 1ms);
  EXPECT_NEAR(static_cast<double>(world.received(1).size()), 4000, 170) << "six standard deviations";
  EXPECT_EQ(world.network.figures().lost, 5000 - world.received(1).size());
  expect_nothing_forgotten(world);
}

TEST(Network, duplicates_as_large_a_part_as_it_should) {
  NetworkOptions options;
  options.duplication_parts_per_million = 100'000;
  SmallWorld world(2, options);
  send_many(world, 5000, 1ms);
  EXPECT_NEAR(static_cast<double>(world.received(1).size()), 5500, 130) << "six standard deviations";
  EXPECT_EQ(world.network.figures().duplicated, world.received(1).size() - 5000);
  expect_nothing_forgotten(world);
}

TEST(Network, draws_one_base_for_each_pair_and_the_same_both_ways) {
  SmallWorld world(6, with_latency(LatencyLaw::constant(0ms).with_pair_base(10ms, 90ms)));
  std::vector<Time> one_way;
  for (NodeIndex one = 0; one < 6; ++one) {
    for (NodeIndex other = one + 1; other < 6; ++other) {
      const Time start = world.engine.now();
      world.send(one, other, numbered(0));
      world.send(other, one, numbered(0));
      world.pass(1s);
      const auto there = world.received(other).back().time - start;
      EXPECT_EQ(there, world.received(one).back().time - start);
      EXPECT_TRUE(there >= 10ms && there <= 90ms);
      one_way.push_back(Time(there));
    }
  }
  std::sort(one_way.begin(), one_way.end());
  EXPECT_EQ(std::adjacent_find(one_way.begin(), one_way.end()), one_way.end()) << "pairs differ";
}

TEST(Network, gives_a_single_link_a_law_of_its_own) {
  SmallWorld world(3, with_latency(LatencyLaw::constant(10ms)));
  world.network.set_latency(0, 1, LatencyLaw::constant(300ms));
  world.send(0, 1, numbered(1));
  world.send(1, 0, numbered(2));
  world.send(0, 2, numbered(3));
  world.pass(1s);
  EXPECT_EQ(world.received(1), (std::vector<Received>{{Time(300ms), 0, 1}}));
  EXPECT_EQ(world.received(0), (std::vector<Received>{{Time(10ms), 1, 2}}));
  EXPECT_EQ(world.received(2), (std::vector<Received>{{Time(10ms), 0, 3}}));
}

TEST(Network, sends_a_nodes_frames_one_after_another_through_its_uplink) {
  NetworkOptions options = with_latency(LatencyLaw::constant(10ms));
  options.uplink_bytes_per_second = 1'000'000;
  SmallWorld world(3, options);
  world.send(0, 1, numbered(1, 1'000'000));
  world.send(0, 2, numbered(2, 500'000));
  world.send(1, 2, numbered(3, 100'000));
  world.pass(10s);
  EXPECT_EQ(world.received(1), (std::vector<Received>{{Time(1010ms), 0, 1}}));
  EXPECT_EQ(world.received(2), (std::vector<Received>{{Time(110ms), 1, 3}, {Time(1510ms), 0, 2}}));
}

TEST(Network, says_full_when_the_uplink_lags_too_far_behind) {
  NetworkOptions options;
  options.uplink_bytes_per_second = 1000;
  options.uplink_backlog_max = 2s;
  SmallWorld world(2, options);
  EXPECT_EQ(world.send(0, 1, numbered(1, 1000)), SendOutcome::kQueued);
  EXPECT_EQ(world.send(0, 1, numbered(2, 1000)), SendOutcome::kQueued);
  EXPECT_EQ(world.send(0, 1, numbered(3, 1000)), SendOutcome::kQueued);
  EXPECT_EQ(world.send(0, 1, numbered(4, 1000)), SendOutcome::kFull);
  world.pass(1s);
  EXPECT_EQ(world.send(0, 1, numbered(5, 1000)), SendOutcome::kQueued);
  world.pass(10s);
  EXPECT_EQ(world.numbers(1), (std::vector<std::uint32_t>{1, 2, 3, 5}));
  EXPECT_EQ(world.network.figures().refused_full, 1U);
}

/// A network of two whose second node does not receive.
struct DeafWorld {
  explicit DeafWorld(const NetworkOptions& options)
      : choices(1),
        engine(choices),
        network(engine, 2, full_mesh(2), options),
        sender(network, 0, time),
        receiver(network, 1, time) {}
  Choices choices;
  Engine engine;
  ExactTime time;
  Network network;
  SimTransport sender;
  SimTransport receiver;
};

TEST(Network, keeps_an_inbox_within_its_bound_and_reports_what_it_turns_away) {
  NetworkOptions options;
  options.inbox_frames_max = 100;
  DeafWorld world(options);
  std::vector<NodeIndex> reported;
  world.network.on_overflow = [&](NodeIndex node) { reported.push_back(node); };
  world.engine.spawn("sender", node_lane(0), [&] {
    const auto event = world.sender.receive(base::Instant::min());
    const auto peer = std::get<runtime::PeerConnected>(*event).peer;
    for (std::uint32_t number = 0; number < 150; ++number) {
      world.sender.send(peer, numbered(number));
    }
  });
  EXPECT_EQ(world.engine.run(), RunEnd::kFinished);
  const EndpointFigures figures = world.network.figures(1);
  EXPECT_EQ(figures.inbox_peak, 100U);
  EXPECT_EQ(figures.inbox_now, 100U) << "ninety-nine frames and the connection";
  EXPECT_EQ(figures.overflowed, 51U);
  EXPECT_EQ(reported, std::vector<NodeIndex>(51, 1));
  EXPECT_EQ(world.network.figures().overflowed, 51U);
  EXPECT_EQ(world.network.figures().delivered, 99U);
}

TEST(Network, refuses_an_impossible_topology) {
  Choices choices(1);
  Engine engine(choices);
  EXPECT_THROW(Network(engine, 2, {{0, 2}}, {}), base::AssertionFailed);
  EXPECT_THROW(Network(engine, 2, {{1, 1}}, {}), base::AssertionFailed);
  EXPECT_THROW(Network(engine, 2, {{0, 1}, {1, 0}}, {}), base::AssertionFailed);
}

}  // namespace
}  // namespace lockstep::sim
