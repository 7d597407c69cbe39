// Each fault does to frames what it says, between those nodes, for as long as it lasts.
#include <gtest/gtest.h>

#include <chrono>

#include "small_world.h"

namespace lockstep::sim {
namespace {

using namespace std::chrono_literals;
using Numbers = std::vector<std::uint32_t>;

NetworkOptions constant_latency(base::Duration latency) {
  NetworkOptions options;
  options.latency = LatencyLaw::constant(latency);
  return options;
}

/// Sends a frame with the sender's number from every node to every other.
void everybody_calls(SmallWorld& world) {
  for (NodeIndex from = 0; from < world.network.nodes(); ++from) {
    for (NodeIndex to = 0; to < world.network.nodes(); ++to) {
      if (from != to) {
        ASSERT_EQ(world.send(from, to, numbered(from)), runtime::SendOutcome::kQueued);
      }
    }
  }
}

TEST(Partition, lets_neither_side_hear_the_other_until_it_heals) {
  SmallWorld world(4, constant_latency(10ms));
  {
    const Fault fault = world.network.begin(Rule::partition({0, 3}));
    everybody_calls(world);
    world.pass(1s);
    EXPECT_EQ(world.numbers(0), Numbers{3});
    EXPECT_EQ(world.numbers(1), Numbers{2});
    EXPECT_EQ(world.numbers(2), Numbers{1});
    EXPECT_EQ(world.numbers(3), Numbers{0});
    EXPECT_EQ(world.network.figures().cut, 8U);
  }
  everybody_calls(world);
  world.pass(1s);
  EXPECT_EQ(world.numbers(0).size(), 4U);
  EXPECT_EQ(world.network.rules(), 0U);
  EXPECT_EQ(world.news(0).size(), 3U) << "connections stood all the while";
}

TEST(Partition, also_loses_what_is_under_way_when_it_begins_and_not_what_arrives_after_it) {
  SmallWorld world(2, constant_latency(100ms));
  world.send(0, 1, numbered(1));
  world.pass(50ms);
  Fault fault = world.network.begin(Rule::partition({0}));
  world.pass(60ms);
  fault.end();
  EXPECT_TRUE(world.numbers(1).empty());
  world.send(0, 1, numbered(2));
  fault = world.network.begin(Rule::partition({0}));
  world.pass(50ms);
  fault.end();
  world.pass(1s);
  EXPECT_EQ(world.numbers(1), Numbers{2}) << "was under way before and after, nobody met it";
}

TEST(OneWay, cuts_one_direction_only) {
  SmallWorld world(3, constant_latency(10ms));
  const Fault fault = world.network.begin(Rule::one_way({0}, {1}));
  everybody_calls(world);
  world.pass(1s);
  EXPECT_EQ(world.numbers(0), (Numbers{1, 2}));
  EXPECT_EQ(world.numbers(1), Numbers{2});
  EXPECT_EQ(world.numbers(2), (Numbers{0, 1}));
}

TEST(Hold, keeps_what_its_predicate_names_and_releases_it_in_order) {
  SmallWorld world(3, constant_latency(10ms));
  Fault hold =
      world.network.begin(Rule::hold({0}, NodeSet::all(), [](NodeIndex, NodeIndex to, base::ByteView bytes) {
        return to == 1 && bytes[0] % 2 == 0;
      }));
  for (std::uint32_t number = 0; number < 6; ++number) {
    world.send(0, 1, numbered(number));
    world.send(0, 2, numbered(number));
  }
  world.pass(1s);
  EXPECT_EQ(world.numbers(1), (Numbers{1, 3, 5}));
  EXPECT_EQ(world.numbers(2), (Numbers{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(hold.holding(), 3U);
  EXPECT_EQ(world.network.figures().in_flight, 3U);
  hold.end();
  EXPECT_EQ(hold.holding(), 0U);
  world.pass(10ms);
  EXPECT_EQ(world.numbers(1), (Numbers{1, 3, 5, 0, 2, 4}));
  EXPECT_EQ(world.received(1).back().time, Time(1010ms)) << "leaves when it is released";
}

TEST(Hold, fills_the_link_up_to_its_bound) {
  NetworkOptions options = constant_latency(10ms);
  options.held_frames_max = 3;
  SmallWorld world(2, options);
  Fault clog = world.network.begin(Rule::clog({1}));
  for (std::uint32_t number = 0; number < 3; ++number) {
    EXPECT_EQ(world.send(0, 1, numbered(number)), runtime::SendOutcome::kQueued);
  }
  EXPECT_EQ(world.send(0, 1, numbered(3)), runtime::SendOutcome::kFull);
  clog.end();
  EXPECT_EQ(world.send(0, 1, numbered(4)), runtime::SendOutcome::kQueued);
  world.pass(1s);
  EXPECT_EQ(world.numbers(1), (Numbers{0, 1, 2, 4}));
}

TEST(Clog, holds_both_ways_and_no_third) {
  SmallWorld world(3, constant_latency(10ms));
  const Fault clog = world.network.begin(Rule::clog({1}));
  everybody_calls(world);
  world.pass(1s);
  EXPECT_EQ(clog.holding(), 4U);
  EXPECT_EQ(world.numbers(0), Numbers{2});
  EXPECT_EQ(world.numbers(2), Numbers{0});
}

TEST(Delay, adds_up_with_others_and_with_the_latency) {
  SmallWorld world(2, constant_latency(10ms));
  const Fault one = world.network.begin(Rule::delay({0}, 100ms));
  const Fault other = world.network.begin(Rule::delay({1}, 1000ms));
  world.send(0, 1, numbered(1));
  world.pass(10s);
  EXPECT_EQ(world.received(1), (std::vector<Received>{{Time(1110ms), 0, 1}}));
}

TEST(Delay, spreads_its_jitter) {
  SmallWorld world(2, constant_latency(10ms));
  const Fault fault = world.network.begin(Rule::delay({0}, 0ms, 100ms));
  Time earliest = Time::max();
  Time latest{};
  for (std::uint32_t number = 0; number < 200; ++number) {
    const Time start = world.engine.now();
    world.send(0, 1, numbered(number));
    world.pass(1s);
    const Time took(world.received(1).back().time - start);
    earliest = std::min(earliest, took);
    latest = std::max(latest, took);
  }
  EXPECT_LT(earliest, Time(15ms));
  EXPECT_GE(earliest, Time(10ms));
  EXPECT_GT(latest, Time(105ms));
  EXPECT_LE(latest, Time(110ms));
}

TEST(Lose, combines_with_another_as_if_independent) {
  SmallWorld world(2, constant_latency(10ms));
  const Fault one = world.network.begin(Rule::lose({0}, 500'000));
  const Fault other = world.network.begin(Rule::lose({1}, 500'000));
  for (std::uint32_t number = 0; number < 4000; ++number) {
    world.send(0, 1, numbered(number));
    world.pass(1ms);
  }
  world.pass(1s);
  EXPECT_NEAR(static_cast<double>(world.numbers(1).size()), 1000, 165) << "six standard deviations";
}

TEST(Lose, of_everything_loses_everything_and_of_nothing_nothing) {
  SmallWorld world(2, constant_latency(10ms));
  const Fault all = world.network.begin(Rule::lose({0}, 1'000'000));
  for (std::uint32_t number = 0; number < 1000; ++number) {
    world.send(0, 1, numbered(number));
  }
  Fault none = world.network.begin(Rule::lose({0}, 0));
  world.pass(1s);
  EXPECT_TRUE(world.numbers(1).empty());
}

TEST(Duplicate, brings_every_frame_twice_at_a_million_parts) {
  SmallWorld world(2, constant_latency(10ms));
  const Fault fault = world.network.begin(Rule::duplicate({1}, 1'000'000));
  world.send(0, 1, numbered(1));
  world.send(0, 1, numbered(2));
  world.pass(1s);
  EXPECT_EQ(world.numbers(1), (Numbers{1, 1, 2, 2}));
}

TEST(PlannedFault, lasts_from_its_beginning_until_its_end) {
  SmallWorld world(2, constant_latency(1ms));
  world.network.plan(Rule::partition({0}), Time(100ms), Time(200ms));
  for (std::uint32_t number = 0; number < 30; ++number) {
    world.send(0, 1, numbered(number));
    world.pass(10ms);
  }
  EXPECT_EQ(world.numbers(1),
            (Numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29}));
  EXPECT_EQ(world.network.rules(), 0U);
}

TEST(Fault, ends_once_wherever_it_was_moved) {
  SmallWorld world(2, constant_latency(10ms));
  Fault outer;
  {
    Fault inner = world.network.begin(Rule::partition({0}));
    outer = std::move(inner);
  }
  EXPECT_EQ(world.network.rules(), 1U);
  outer = world.network.begin(Rule::clog({0}));
  EXPECT_EQ(world.network.rules(), 1U) << "assigning over a fault heals it";
  outer.end();
  outer.end();
  EXPECT_EQ(world.network.rules(), 0U);
}

}  // namespace
}  // namespace lockstep::sim
