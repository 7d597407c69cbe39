// The faults of a world: those that stories begin, and those that the plan adds.
#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "node/base/assert.h"
#include "sim/cluster/fault_kinds.h"
#include "sim/cluster/flood.h"
#include "sim/cluster/garbage.h"
#include "sim/cluster/world.h"

namespace lockstep::cluster {
namespace {

constexpr base::Duration kJustBefore = base::Duration(1);
/// Clocks that are off by no more than half the tolerated disparity are no excuse.
constexpr base::Duration kToleratedSkew =
    std::chrono::milliseconds(spec::GOSSIP_DISPARITY_INTERVALS * spec::MILLISECONDS_PER_INTERVAL / 2);
constexpr std::uint32_t kPartsPerPercent = 10'000;

sim::Time at_ms(std::uint64_t ms) {
  return sim::Time(std::chrono::milliseconds(static_cast<std::int64_t>(ms)));
}

}  // namespace

Fault Cluster::World::begin(sim::Rule rule, bool disturbs) {
  auto running = std::make_shared<sim::Fault>(network->begin(std::move(rule)));
  if (disturbs) {
    disturb(1);
  }
  return Fault([this, running, disturbs] {
    running->end();
    if (disturbs) {
      disturb(-1);
    }
  });
}

Fault Cluster::World::skew(const Group& group, base::Duration by) {
  const bool disturbs = by > kToleratedSkew || by < -kToleratedSkew;
  for (const std::uint64_t number : group.numbers()) {
    machines[number]->clock().step_wall(by);
  }
  if (disturbs) {
    disturb(1);
  }
  return Fault([this, group, by, disturbs] {
    for (const std::uint64_t number : group.numbers()) {
      machines[number]->clock().step_wall(-by);
    }
    if (disturbs) {
      disturb(-1);
    }
  });
}

Fault Cluster::World::flood(const Group& group, FloodOptions options) {
  std::vector<std::shared_ptr<Flood>> floods;
  for (const std::uint64_t number : group.numbers()) {
    floods.push_back(std::make_shared<Flood>(engine, *machines[number], number, record, genesis, options));
  }
  return Fault([floods] {
    for (const auto& flood : floods) {
      flood->end();
    }
  });
}

Fault Cluster::World::send_garbage(const Group& group, std::uint64_t per_second) {
  std::vector<std::shared_ptr<Garbage>> all;
  for (const std::uint64_t number : group.numbers()) {
    all.push_back(std::make_shared<Garbage>(engine, *machines[number], number, genesis, per_second));
  }
  // Whoever sends it is cut off from the others soon.
  disturb(1);
  return Fault([this, all] {
    for (const auto& garbage : all) {
      garbage->end();
    }
    disturb(-1);
  });
}

Fault Cluster::World::misanswer(const Group& group, Answering how) {
  const auto answer = [this, group](Answering way) {
    for (const std::uint64_t number : group.numbers()) {
      machines[number]->answer(way);
    }
  };
  answer(how);
  disturb(1);
  return Fault([this, answer] {
    answer(Answering::kProperly);
    disturb(-1);
  });
}

sim::Time Cluster::World::next_change(sim::Time limit) const {
  for (const Planned& planned : planned_) {
    if (!planned.has_begun) {
      limit = std::min(limit, at_ms(planned.fault.from_ms) - kJustBefore);
    } else if (!planned.has_ended && planned.fault.until_ms > planned.fault.from_ms) {
      limit = std::min(limit, at_ms(planned.fault.until_ms) - kJustBefore);
    }
  }
  return std::max(limit, engine.now());
}

void Cluster::World::change_planned_faults() {
  const sim::Time due = engine.now() + kJustBefore;
  for (Planned& planned : planned_) {
    if (planned.has_begun && !planned.has_ended && planned.fault.until_ms > planned.fault.from_ms &&
        at_ms(planned.fault.until_ms) <= due) {
      planned.has_ended = true;
      end_planned(planned);
    }
  }
  for (Planned& planned : planned_) {
    if (!planned.has_begun && at_ms(planned.fault.from_ms) <= due) {
      planned.has_begun = true;
      begin_planned(planned);
    }
  }
}

void Cluster::World::begin_planned(Planned& planned) {
  const PlannedFault& fault = planned.fault;
  const Group group(fault.nodes);
  const sim::NodeSet nodes = to_node_set(group);
  const auto parameter = [&](std::string_view key) { return fault_parameter(fault, key); };
  const auto parts = [&] { return static_cast<std::uint32_t>(parameter("percent")) * kPartsPerPercent; };
  if (fault.kind == "clock_step") {
    planned.running = skew(group, std::chrono::milliseconds(parameter("by_ms")));
  } else if (fault.kind == "clog") {
    planned.running = begin(sim::Rule::clog(nodes), true);
  } else if (fault.kind == "crash") {
    for (const std::uint64_t number : fault.nodes) {
      stop(number);
    }
  } else if (fault.kind == "delay") {
    planned.running = begin(sim::Rule::delay(nodes, std::chrono::milliseconds(parameter("by_ms"))), true);
  } else if (fault.kind == "duplicate") {
    planned.running = begin(sim::Rule::duplicate(nodes, parts()), false);
  } else if (fault.kind == "flood") {
    planned.running = flood(group, {.per_second = static_cast<std::uint64_t>(parameter("per_second"))});
  } else if (fault.kind == "lose") {
    planned.running = begin(sim::Rule::lose(nodes, parts()), true);
  } else if (fault.kind == "one_way") {
    planned.running = begin(sim::Rule::one_way(nodes, nodes.others()), true);
  } else {
    LOCKSTEP_ASSERT(fault.kind == "partition");
    planned.running = begin(sim::Rule::partition(nodes), true);
  }
}

void Cluster::World::end_planned(Planned& planned) {
  if (planned.fault.kind == "crash") {
    for (const std::uint64_t number : planned.fault.nodes) {
      start(number);
    }
  }
  planned.running.end();
}

}  // namespace lockstep::cluster
