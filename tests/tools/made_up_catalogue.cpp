// Scenarios that fail, crash, hang and waver on cue, to see what the command line makes of it.
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "node/base/assert.h"
#include "scenarios/catalogue.h"

namespace lockstep::scenarios {
namespace {

constexpr std::array<Setting, 1> kSettings = {Setting{"shift", "added to every hash", "0"}};

constexpr Scenario made_up(std::string_view name, std::string_view moral) {
  return {name, moral, 4, 2, 100, 8, 1, kSettings};
}

constexpr std::array<Scenario, 6> kCatalogue = {
    made_up("calm", "Nothing happens."),
    made_up("brittle", "Every seventh seed breaks, every fourteenth in another way."),
    made_up("crashes", "Seed 5 takes its process with it."),
    made_up("wavers", "No two runs are alike."),
    made_up("gives_up", "The engine finds itself in the wrong."),
    made_up("hangs", "Seed 3 never ends."),
};

std::uint64_t mixed(std::uint64_t x) {
  x = (x + 0x9e3779b97f4a7c15ULL) * 0xbf58476d1ce4e5b9ULL;
  return x ^ (x >> 31);
}

void fail_if_seventh(cluster::Outcome& outcome) {
  const auto seed = outcome.plan.seed;
  if (seed % 7 == 0) {
    outcome.failure.emplace();
    outcome.failure->fingerprint = seed % 14 == 0 ? "made_up/even" : "made_up/odd";
    outcome.failure->sentence = "Seed " + std::to_string(seed) + " is a multiple of 7 & \"that\" is <bad>.";
    outcome.failure->events = {"1.000 s node 0: said so", "2.000 s node 1: heard it"};
  }
}

}  // namespace

std::span<const Scenario> catalogue() {
  return kCatalogue;
}

const Scenario* find_scenario(std::string_view name) {
  for (const auto& scenario : kCatalogue) {
    if (scenario.name == name) {
      return &scenario;
    }
  }
  return nullptr;
}

base::Result<cluster::Plan, std::string> complete_plan(cluster::Plan plan) {
  const Scenario& scenario = *find_scenario(plan.scenario);
  plan.nodes = plan.nodes == 0 ? scenario.nodes : plan.nodes;
  plan.slots = plan.slots == 0 ? scenario.slots : plan.slots;
  plan.strategy = plan.strategy.empty() ? "fifo" : plan.strategy;
  if (plan.nodes < scenario.nodes_min || plan.nodes > scenario.nodes_max) {
    return {boost::system::in_place_error, std::to_string(plan.nodes) + " nodes are out of range: 2 to 100"};
  }
  for (const auto& [key, value] : plan.settings) {
    if (key != "shift") {
      return {boost::system::in_place_error, "unknown setting '" + key + "'; there is: shift"};
    }
  }
  return plan;
}

cluster::Outcome run_plan(const cluster::Plan& plan, const Progress& progress,
                          std::optional<cluster::WatchedCell> watch) {
  static std::uint64_t runs = 0;
  ++runs;
  cluster::Outcome outcome;
  outcome.plan = plan;
  outcome.plan.settings.emplace("shift", "0");
  const std::uint64_t shift = std::strtoull(outcome.plan.settings["shift"].c_str(), nullptr, 10);
  const char* from_outside = std::getenv("MADE_UP_SHIFT");
  outcome.trace.epoch = std::chrono::seconds(4);
  for (std::uint64_t slot = 0; slot < plan.slots; ++slot) {
    if (progress) {
      progress(slot, plan.slots);
    }
    const bool wavers = plan.scenario == "wavers" || (from_outside != nullptr && slot == 3);
    if (watch && watch->epoch == slot && watch->lane == sim::node_lane(1)) {
      outcome.watched = {"1 wakes 0 0", wavers ? "2 wavers 0 0" : "2 sleeps 0 0"};
    }
    outcome.trace.cells.push_back(
        {slot, sim::node_lane(1), 1 + slot, mixed(plan.seed + shift + slot + (wavers ? runs : 0))});
  }
  outcome.trace_hash = outcome.trace.total();
  outcome.nodes.assign(plan.nodes, {plan.slots, plan.slots - 1, plan.slots > 2 ? plan.slots - 2 : 0});
  outcome.tick_lateness = {0, 1'500'000, 2'000'000, 3'000'000};
  outcome.virtual_nanoseconds = plan.slots * 4'000'000'000ULL;
  if (plan.scenario == "brittle") {
    fail_if_seventh(outcome);
  } else if (plan.scenario == "crashes" && plan.seed == 5) {
    std::raise(SIGKILL);
  } else if (plan.scenario == "gives_up") {
    LOCKSTEP_ASSERT_MSG(plan.seed == 0, "only seed 0 goes well");
  } else if (plan.scenario == "hangs" && plan.seed == 3) {
    std::this_thread::sleep_for(std::chrono::hours(1));
  }
  return outcome;
}

}  // namespace lockstep::scenarios
