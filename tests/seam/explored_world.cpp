// Builds one node's seams from sim/race, anew for each schedule.
#include "explored_world.h"

#include <chrono>

#include "sim/race/explored_scheduler.h"
#include "sim/race/explored_sync.h"
#include "sim/race/explorer.h"
#include "sim/world/cpus.h"
#include "sim/world/network.h"
#include "sim/world/node_clock.h"
#include "sim/world/sim_random.h"
#include "sim/world/sim_transport.h"

namespace lockstep::seam {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kSchedules = 20;

void run_once(race::World& run, const std::function<void(Seams&)>& body) {
  sim::Engine& engine = run.engine();
  sim::NodeClock clock(engine, {.wall_at_start = {}, .monotonic_at_start = base::Instant(1h)});
  race::ExploredScheduler scheduler(run, clock);
  race::ExploredSync sync(run, clock);
  sim::Network network(engine, 1, sim::full_mesh(1), {});
  sim::SimTransport transport(network, 0, clock);
  sim::SimRandom random(engine.choices(), "node 0");
  sim::Cpus cpus(2);
  const sim::CostTable costs;
  sim::ChargingMeter meter(engine, sim::kWorldLane, cpus, costs);
  Seams seams;
  seams.nodes.push_back({.clock = clock,
                         .scheduler = scheduler,
                         .sync = &sync,
                         .transport = transport,
                         .random = random,
                         .meter = meter});
  body(seams);
}

}  // namespace

void run_in_explored_world(const std::function<void(Seams&)>& body) {
  race::ExploreOptions options;
  options.schedules = kSchedules;
  // Tests wait in loops, for many turns on end.
  options.runner.fair_after = 1'000'000;
  options.runner.most_steps = 4'000'000;
  const race::Report report = race::explore([&](race::World& run) { run_once(run, body); }, options);
  EXPECT_FALSE(report.failed) << report.text();
  EXPECT_EQ(report.uncontrolled, "");
}

}  // namespace lockstep::seam
