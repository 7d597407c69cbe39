// The same seed gives the same run on every compiler; one more message elsewhere changes nothing here.
#include <gtest/gtest.h>

#include <chrono>

#include "sim/world/cpus.h"
#include "sim/world/node_clock.h"
#include "sim/world/sim_random.h"
#include "small_world.h"

namespace lockstep::sim {
namespace {

using namespace std::chrono_literals;

NetworkOptions rough_options() {
  NetworkOptions options;
  options.latency = LatencyLaw::heavy_tailed(5ms, 2ms, 2s, 1).with_pair_base(5ms, 60ms);
  options.loss_parts_per_million = 20'000;
  options.duplication_parts_per_million = 10'000;
  options.reordering = true;
  options.uplink_bytes_per_second = 2'000'000;
  return options;
}

/// Twenty nodes chatter through a partition, a clog, a crash and slow CPUs.
std::uint64_t rough_run(std::uint64_t seed) {
  Choices graph(seed);
  SmallWorld world(20, random_regular(graph, 20, 6), rough_options(), seed);
  world.network.plan(Rule::partition({1, 4, 7, 19}), Time(2s), Time(5s));
  world.network.plan(Rule::clog({3, 4}), Time(4s), Time(7s));
  world.network.plan(Rule::partition({2}).breaking_connections(), Time(6s), Time(8s));
  Cpus cpus(4);
  CostTable costs;
  costs[runtime::Work::kVerifySignature] = {.fixed = 500us, .per_unit = 7us};
  std::vector<std::unique_ptr<ChargingMeter>> meters;
  for (NodeIndex node = 0; node < 20; ++node) {
    meters.push_back(std::make_unique<ChargingMeter>(world.engine, node_lane(node), cpus, costs, 100 + node));
    world.engine.spawn("talker", node_lane(node), [&world, &meter = *meters.back(), node] {
      SimRandom random(world.choices, "talker " + std::to_string(node));
      for (std::uint32_t number = 0; number < 200; ++number) {
        meter.end(runtime::Work::kVerifySignature, 0, random.below(20));
        const auto to = static_cast<NodeIndex>(random.below(20));
        world.send(node, to == node ? (to + 1) % 20 : to, numbered(number, 8 + random.below(2000)));
        world.engine.sleep_until(world.engine.now() + base::Duration(random.below(100'000'000)));
      }
    });
  }
  world.pass(3s);
  world.crash(5);
  world.pass(1s);
  world.start(5);
  world.pass(10s);
  EXPECT_FALSE(world.engine.failure().has_value());
  EXPECT_GT(world.network.figures().delivered, 500U);
  return world.engine.trace().total();
}

TEST(Determinism, a_rough_run_has_the_hash_that_it_always_had) {
  EXPECT_EQ(rough_run(7), 6401271076252025804ULL);
}

TEST(Determinism, the_same_seed_repeats_and_another_differs) {
  EXPECT_EQ(rough_run(8), rough_run(8));
  EXPECT_NE(rough_run(8), rough_run(9));
}

/// What nodes 0 and 1 receive from one another, with or without traffic of others.
std::vector<Received> quiet_talk(bool others_talk) {
  NetworkOptions options = rough_options();
  options.uplink_bytes_per_second = 0;
  SmallWorld world(4, options);
  for (std::uint32_t number = 0; number < 300; ++number) {
    world.send(0, 1, numbered(number));
    if (others_talk) {
      world.send(2, 3, numbered(number));
      world.send(0, 2, numbered(number));
      world.send(3, 1, numbered(1000 + number));
    }
    world.pass(3ms);
  }
  world.pass(10s);
  std::vector<Received> out;
  for (const Received& each : world.received(1)) {
    if (each.from == 0) {
      out.push_back(each);
    }
  }
  return out;
}

TEST(Determinism, more_traffic_elsewhere_shifts_no_choice_here) {
  const auto alone = quiet_talk(false);
  EXPECT_GT(alone.size(), 250U);
  EXPECT_EQ(alone, quiet_talk(true));
}

TEST(Determinism, a_single_loss_can_be_undone_by_overriding_its_choice) {
  NetworkOptions options;
  options.loss_parts_per_million = 1'000'000;
  SmallWorld world(2, options);
  world.choices.set_override({ChoiceDomain::kNetwork, 1, Network::kLossPurpose, 2}, 0);
  for (std::uint32_t number = 0; number < 5; ++number) {
    world.send(0, 1, numbered(number));
  }
  world.pass(1s);
  EXPECT_EQ(world.numbers(1), std::vector<std::uint32_t>{2});
}

}  // namespace
}  // namespace lockstep::sim
