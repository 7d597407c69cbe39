// How a world is built from its plan, and how time passes in it.
#include "sim/cluster/world.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "node/base/assert.h"
#include "node/sync/checkpoint.h"
#include "sim/cluster/fault_kinds.h"
#include "sim/cluster/names.h"
#include "sim/core/large_pages.h"
#include "sim/world/topology.h"

namespace lockstep::cluster {
namespace {

/// An arbitrary date on which all chains begin.
constexpr std::uint64_t kGenesisTime_s = 1'700'000'000;
constexpr base::Duration kSlot = std::chrono::milliseconds(spec::MILLISECONDS_PER_SLOT);
constexpr base::Duration kJustBefore = base::Duration(1);
constexpr std::uint32_t kPartsPerPercent = 10'000;
constexpr std::uint64_t kAggregatorsByDefault = 4;
/// Beyond this many nodes not everybody is connected with everybody.
constexpr std::uint64_t kFullMeshNodesMax = 16;
/// From so many nodes on the memory of all does not fit into a processor's caches.
constexpr std::uint64_t kManyNodes = 64;

/// Whose choices are not a validator's.
constexpr std::uint64_t kStory = ~std::uint64_t{0};

enum ClockPurpose : std::uint32_t { kOffset = 0, kDrift = 1 };

base::Duration milliseconds(std::uint64_t count) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(count));
}

std::vector<std::string> names_of(std::uint64_t nodes) {
  std::vector<std::string> names;
  for (std::uint64_t i = 0; i < nodes; ++i) {
    names.push_back(name_of(i));
  }
  return names;
}

sim::Engine::Options engine_options(const Plan& plan) {
  sim::Engine::Options options;
  options.policy = plan.strategy == "fifo" ? sim::Policy::kFifo : sim::Policy::kRandom;
  options.epoch = kSlot;
  return options;
}

/// What so many nodes allocate, about: each remembers the votes of all for a while.
std::size_t heap_of(std::uint64_t nodes) {
  constexpr std::size_t kNode = 256 * 1024;
  constexpr std::size_t kVoter = 1400;
  return nodes * (kNode + kVoter * nodes);
}

sim::CostTable cost_table(const Settings& settings) {
  using runtime::Work;
  sim::CostTable table;
  const auto fixed = [&](Work work, std::string_view key) {
    table[work].fixed = std::chrono::microseconds(static_cast<std::int64_t>(settings.number(key)));
  };
  fixed(Work::kVerifySignature, "cost.verify_signature_us");
  fixed(Work::kSignMessage, "cost.sign_us");
  fixed(Work::kVerifyProof, "cost.verify_proof_us");
  fixed(Work::kAggregateProof, "cost.aggregate_us");
  fixed(Work::kMergeProofs, "cost.merge_us");
  fixed(Work::kStateTransition, "cost.state_transition_us");
  fixed(Work::kBuildBlock, "cost.block_us");
  fixed(Work::kForkChoice, "cost.fork_choice_us");
  fixed(Work::kDecode, "cost.decode_us");
  return table;
}

sim::NetworkOptions network_options(const Settings& settings) {
  sim::NetworkOptions options;
  const base::Duration least = milliseconds(settings.number("latency_ms"));
  options.latency = sim::LatencyLaw::uniform(least, least + milliseconds(settings.number("jitter_ms")));
  options.loss_parts_per_million =
      static_cast<std::uint32_t>(settings.number("lose_percent")) * kPartsPerPercent;
  options.duplication_parts_per_million =
      static_cast<std::uint32_t>(settings.number("duplicate_percent")) * kPartsPerPercent;
  return options;
}

sim::Topology topology_of(const Plan& plan, const Settings& settings, sim::Choices& choices) {
  const auto nodes = static_cast<sim::NodeIndex>(plan.nodes);
  if (plan.nodes <= kFullMeshNodesMax) {
    return sim::full_mesh(nodes);
  }
  return sim::random_regular(choices, nodes, static_cast<std::uint32_t>(settings.number("degree")));
}

std::uint64_t validators_in_all(const Plan& plan, const Design& design, const Settings& settings) {
  return design.validators_in_all != 0 ? design.validators_in_all
                                       : plan.nodes * settings.number("validators_per_node");
}

bool aggregates(std::uint64_t number, std::uint64_t nodes, std::uint64_t wanted) {
  const std::uint64_t aggregators = wanted == 0 ? std::min(nodes, kAggregatorsByDefault) : wanted;
  // Node i is one if the i-th of n equal steps passes a multiple of n / aggregators.
  return number * aggregators / nodes != (number + 1) * aggregators / nodes;
}

/// What the settings say of every node.
node::Config node_config(const Settings& settings) {
  const auto is_on = [&](std::string_view key) { return settings.word(key) == "on"; };
  node::Config config;
  config.chain_worker = is_on("chain_worker");
  config.aggregator_thread = is_on("aggregator_thread");
  config.verify_threads = settings.number("verify_threads");
  config.fetch_cap = is_on("fetch_cap");
  config.bounded_drain = is_on("bounded_drain");
  config.sync_gating = is_on("sync_gating");
  config.bounded_buffers = is_on("bounded_buffers");
  config.attestation_committee_count = settings.number("subnets");
  if (settings.word("aggregators_hear") == "own") {
    config.aggregate_subnets.reset();
  }
  return config;
}

/// A failure's text without what differs from seed to seed.
std::string without_numbers(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit) {
      out += c;
    } else if (out.empty() || out.back() != '#') {
      out += '#';
    }
  }
  return out;
}

}  // namespace

sim::NodeSet to_node_set(const Group& group) {
  sim::NodeSet set;
  for (const std::uint64_t number : group.numbers()) {
    set.add(static_cast<sim::NodeIndex>(number));
  }
  return set;
}

Cluster::World::World(const Plan& the_plan, const Design& the_design, Invariants invariants,
                      Progress the_progress)
    : plan(the_plan),
      design(the_design),
      settings(the_plan, the_design.settings),
      progress(std::move(the_progress)),
      choices(the_plan.seed),
      story_choices(choices, sim::ChoiceDomain::kWorkload, kStory, 0),
      engine(choices, engine_options(the_plan)),
      turns(engine, choices, plan.strategy),
      record(engine, names_of(the_plan.nodes), std::move(invariants)),
      genesis(settings.word("signatures"), validators_in_all(plan, design, settings), kGenesisTime_s,
              choices),
      costs(cost_table(settings)),
      validators_(validators_in_all(plan, design, settings)) {
  if (plan.nodes >= kManyNodes) {
    sim::grow_heap(heap_of(plan.nodes));
  }
  engine.set_early_timers(settings.word("early_timers") == "on");
  for (const PlannedChoice& choice : plan.choices) {
    choices.set_override({static_cast<sim::ChoiceDomain>(choice.domain), choice.object,
                          static_cast<std::uint32_t>(choice.purpose), choice.counter},
                         choice.value);
  }
  sim::name_world_kinds(engine.trace());
  name_reports(engine.trace());
  if (design.watch) {
    engine.trace().watch(design.watch->lane, design.watch->epoch);
  }
  network = std::make_unique<sim::Network>(engine, static_cast<sim::NodeIndex>(plan.nodes),
                                           topology_of(plan, settings, choices), network_options(settings));
  record.begin_with(genesis.anchor_checkpoint());
  record.weather.bounds = design.bounds;
  for (const PlannedFault& fault : plan.faults) {
    planned_.push_back({fault, false, false, {}});
  }
  if (const std::uint64_t count = settings.number("shared_cpus"); count > 0) {
    shared_cpus.emplace(count);
  }
  const Surroundings surroundings{engine, *network, costs, genesis, record};
  for (std::uint64_t i = 0; i < plan.nodes; ++i) {
    machines.push_back(std::make_unique<Machine>(surroundings, machine_options(i)));
  }
  for (std::uint64_t i = 0; i < plan.nodes; ++i) {
    start(i);
  }
}

Cluster::World::~World() {
  planned_.clear();
  engine.unwind();
  for (const auto& machine : machines) {
    machine->abandon();
  }
}

MachineOptions Cluster::World::machine_options(std::uint64_t number) {
  const auto within = [&](ClockPurpose purpose, std::string_view key) {
    const auto most = static_cast<std::int64_t>(settings.number(key));
    sim::ChoiceStream stream(choices, sim::ChoiceDomain::kClock, number, purpose);
    return static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(2 * most + 1))) - most;
  };
  MachineOptions options;
  options.number = number;
  options.name = name_of(number);
  options.cpus = settings.number("cpus");
  options.config = node_config(settings);
  options.config.is_aggregator = aggregates(number, plan.nodes, settings.number("aggregators"));
  options.readers = settings.number("readers");
  options.shared_cpus = shared_cpus ? &*shared_cpus : nullptr;
  options.clock.wall_at_start = {static_cast<std::int64_t>(kGenesisTime_s) * 1'000'000'000 -
                                 base::Duration(kGenesisAfter).count()};
  options.clock.offset = std::chrono::milliseconds(within(kOffset, "clock_offset_ms"));
  options.clock.drift_parts_per_million = static_cast<std::int32_t>(within(kDrift, "clock_drift_ppm"));
  if (design.validators_of) {
    options.validators = design.validators_of(number);
    return options;
  }
  const std::uint64_t each = settings.number("validators_per_node");
  for (std::uint64_t i = 0; i < each; ++i) {
    options.validators.push_back(number * each + i);
  }
  return options;
}

void Cluster::World::run_until(sim::Time until) {
  const sim::Time target = until - kJustBefore;
  while (engine.now() < target) {
    const auto next_slot = sim::Time(kSlot * (engine.now().time_since_epoch() / kSlot + 1));
    judge(engine.run_until(std::min(next_change(target), std::max(next_slot, engine.now()))));
    check();
    if (engine.now() >= next_slot) {
      turns.next_slot();
    }
    if (!is_settling_) {
      change_planned_faults();
    }
    report_progress();
  }
}

void Cluster::World::check() const {
  if (record.failure()) {
    throw StoryOver{};
  }
}

void Cluster::World::judge(sim::RunEnd end) {
  if (end == sim::RunEnd::kDeadlock) {
    record.fail("deadlock", "nothing will ever happen again: " + engine.parked_report(), std::nullopt);
  }
  if (end != sim::RunEnd::kFailed || !engine.failure()) {
    return;
  }
  const sim::Failure& failure = *engine.failure();
  const bool is_of_a_node = failure.lane != sim::kWorldLane;
  const std::uint64_t number = is_of_a_node ? static_cast<std::uint64_t>(failure.lane) - 1 : 0;
  const std::string kind = sim::to_text(failure.kind);
  record.fail(failure.fingerprint.empty() ? kind + ": " + without_numbers(failure.what)
                                          : kind + ": " + failure.fingerprint,
              (is_of_a_node ? name_of(number) : "the world") + "'s thread " + failure.fiber + ": " +
                  sim::to_text(failure.kind) + ": " + failure.what,
              is_of_a_node ? std::optional(number) : std::nullopt, failure.details);
}

void Cluster::World::report_progress() {
  const base::Duration past = engine.now().time_since_epoch() + kJustBefore - kGenesisAfter;
  const auto slot = past < base::Duration::zero() ? 0 : static_cast<std::uint64_t>(past / kSlot);
  if (progress && slot > slot_reported_) {
    slot_reported_ = slot;
    progress(std::min(slot, plan.slots), plan.slots);
  }
}

void Cluster::World::start(std::uint64_t number) {
  if (!machines[number]->is_running()) {
    machines[number]->start(design.listen_through);
    look_at_the_weather();
  }
}

void Cluster::World::start_from_checkpoint(std::uint64_t number, std::uint64_t source) {
  constexpr base::Duration kStep = std::chrono::milliseconds(1);
  constexpr int kTries = 3;
  std::shared_ptr<const Machine::Checkpoint> read;
  for (int i = 0; i < kTries && (read == nullptr || read->signed_block.empty()); ++i) {
    read = machines[source]->begin_reading_checkpoint();
    while (!read->is_read) {
      run_until(engine.now() + kStep);
    }
  }
  const auto anchor = sync::anchor_from_checkpoint({read->signed_block, read->state}, kGenesisTime_s);
  if (!anchor) {
    record.fail(
        "no checkpoint to start from",
        name_of(number) + " cannot start from " + name_of(source) + "'s checkpoint: " + anchor.error(),
        number);
    check();
  }
  machines[number]->start(design.listen_through, *anchor);
  look_at_the_weather();
}

void Cluster::World::stop(std::uint64_t number) {
  machines[number]->stop();
  look_at_the_weather();
}

void Cluster::World::shut_down(const Group& group) {
  constexpr base::Duration kPatience = std::chrono::minutes(10);
  constexpr base::Duration kStep = std::chrono::milliseconds(10);
  disturb(+1);
  for (const std::uint64_t number : group.numbers()) {
    machines[number]->begin_shut_down();
  }
  const sim::Time limit = engine.now() + kPatience;
  for (const std::uint64_t number : group.numbers()) {
    while (!machines[number]->has_shut_down()) {
      if (engine.now() >= limit) {
        record.fail("a node that was asked to stop does not end",
                    name_of(number) +
                        " was asked to stop ten minutes ago and has not ended: " + engine.parked_report(),
                    number);
        check();
      }
      run_until(engine.now() + kStep);
    }
    expect_no_thread_of(number);
    machines[number]->end_shut_down();
  }
  disturb(-1);
  check();
}

void Cluster::World::expect_no_thread_of(std::uint64_t number) {
  for (const sim::ParkedFiber& fiber : engine.parked()) {
    if (fiber.lane == sim::node_lane(static_cast<std::uint32_t>(number)) && machines[number]->is_running()) {
      record.fail(
          "a thread outlives its node",
          name_of(number) + " has stopped, but its thread " + fiber.fiber + " waits for " + fiber.waits_for,
          number);
      check();
    }
  }
}

void Cluster::World::settle() {
  is_settling_ = true;
  std::vector<std::uint64_t> running;
  for (std::uint64_t i = 0; i < plan.nodes; ++i) {
    if (machines[i]->is_running()) {
      running.push_back(i);
    }
  }
  shut_down(Group(std::move(running)));
  if (engine.fibers() > 0) {
    record.fail("a thread outlives its node",
                "all nodes have stopped, but " + std::to_string(engine.fibers()) +
                    " threads have not: " + engine.parked_report(),
                std::nullopt);
    check();
  }
}

void Cluster::World::disturb(int by) {
  disturbances_ += by;
  look_at_the_weather();
}

void Cluster::World::look_at_the_weather() {
  std::uint64_t up = 0;
  bool has_aggregator = false;
  for (const auto& machine : machines) {
    if (machine->is_running()) {
      up += machine->config().validators.size();
      has_aggregator = has_aggregator || machine->config().is_aggregator;
    }
  }
  const bool is_calm = disturbances_ == 0 && has_aggregator && 3 * up >= 2 * validators_;
  record.weather.calm_since = is_calm ? std::optional(engine.now().time_since_epoch()) : std::nullopt;
}

}  // namespace lockstep::cluster
