// Builds nodes' seams from sim/core and sim/world, fully connected.
#include "simulated_world.h"

#include <chrono>
#include <memory>

#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"
#include "sim/world/cpus.h"
#include "sim/world/network.h"
#include "sim/world/node_clock.h"
#include "sim/world/sim_random.h"
#include "sim/world/sim_transport.h"

namespace lockstep::seam {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kGenesisSeconds = 1'700'000'000;

sim::NodeClock::Options clock_options(std::size_t node) {
  return {.wall_at_start = {kGenesisSeconds * 1'000'000'000},
          .offset = 3ms * node,
          .drift_parts_per_million = node % 2 == 0 ? 150 : -150,
          .monotonic_at_start = base::Instant(1h)};
}

struct SimulatedNode {
  SimulatedNode(sim::Engine& engine, sim::Network& network, sim::Cpus& cpus, const sim::CostTable& costs,
                std::size_t index)
      : clock(engine, clock_options(index)),
        scheduler(engine, sim::node_lane(static_cast<std::uint32_t>(index)), clock),
        sync(engine, clock),
        transport(network, static_cast<sim::NodeIndex>(index), clock),
        random(engine.choices(), "node " + std::to_string(index)),
        meter(engine, sim::node_lane(static_cast<std::uint32_t>(index)), cpus, costs) {}

  sim::NodeClock clock;
  sim::FiberScheduler scheduler;
  sim::FiberSync sync;
  sim::SimTransport transport;
  sim::SimRandom random;
  sim::ChargingMeter meter;
};

}  // namespace

void run_in_simulated_world(std::size_t nodes, const std::function<void(Seams&)>& body) {
  sim::Choices choices(20);
  sim::Engine engine(choices);
  sim::NetworkOptions options;
  options.latency = sim::LatencyLaw::uniform(5ms, 50ms);
  sim::Network network(engine, static_cast<sim::NodeIndex>(nodes),
                       sim::full_mesh(static_cast<sim::NodeIndex>(nodes)), options);
  sim::Cpus cpus(2);
  sim::CostTable costs;
  costs[runtime::Work::kVerifyProof] = {.fixed = 1ms, .per_unit = 10us};
  costs[runtime::Work::kDecode] = {.fixed = 2us};
  std::vector<std::unique_ptr<SimulatedNode>> owned;
  Seams seams;
  for (std::size_t i = 0; i < nodes; ++i) {
    auto& node = *owned.emplace_back(std::make_unique<SimulatedNode>(engine, network, cpus, costs, i));
    seams.nodes.push_back({.clock = node.clock,
                           .scheduler = node.scheduler,
                           .sync = &node.sync,
                           .transport = node.transport,
                           .random = node.random,
                           .meter = node.meter});
  }
  bool ended = false;
  engine.spawn("test", sim::node_lane(0), [&] {
    body(seams);
    ended = true;
    engine.stop();
  });
  engine.run();
  EXPECT_TRUE(ended) << engine.parked_report();
  if (engine.failure()) {
    ADD_FAILURE() << sim::to_text(*engine.failure());
  }
  engine.unwind();
}

}  // namespace lockstep::seam
