// Queues work on CPUs and makes its threads wait for it.
#include "sim/world/cpus.h"

#include <algorithm>

#include "node/base/assert.h"
#include "sim/world/world_trace.h"

namespace lockstep::sim {

base::Duration CostTable::of(runtime::Work work, std::uint64_t units) const {
  const WorkCost& cost = (*this)[work];
  LOCKSTEP_ASSERT(cost.fixed.count() >= 0 && cost.per_unit.count() >= 0);
  return cost.fixed + cost.per_unit * static_cast<std::int64_t>(units);
}

Cpus::Cpus(std::size_t count) : free_at_(count) {
  LOCKSTEP_ASSERT_MSG(count > 0, "work needs a CPU");
}

Time Cpus::occupy(Time now, base::Duration cost) {
  const auto cpu = std::min_element(free_at_.begin(), free_at_.end());
  const Time start = std::max(now, *cpu);
  longest_wait_ = std::max(longest_wait_, start - now);
  busy_ += cost;
  *cpu = start + cost;
  return *cpu;
}

ChargingMeter::ChargingMeter(Engine& engine, Lane lane, Cpus& cpus, const CostTable& costs,
                             std::uint32_t duration_percent)
    : engine_(engine), lane_(lane), cpus_(cpus), costs_(costs), duration_percent_(duration_percent) {
  LOCKSTEP_ASSERT(duration_percent > 0);
}

void ChargingMeter::end(runtime::Work work, std::uint64_t, std::uint64_t units) {
  const base::Duration ordinary = costs_.of(work, units);
  if (ordinary.count() == 0 || !engine_.current() || engine_.stopping()) {
    return;
  }
  const auto cost = base::Duration(static_cast<std::int64_t>(static_cast<__int128>(ordinary.count()) *
                                                             duration_percent_ / kOrdinaryPercent));
  const Time done = cpus_.occupy(engine_.now(), cost);
  record(engine_.trace(), lane_, WorldTrace::kWork, static_cast<std::uint64_t>(work),
         static_cast<std::uint64_t>(nanoseconds(done)));
  try {
    engine_.sleep_until(done);
  } catch (...) {
    // Only the engine's request to unwind comes out of a sleep, and a scope's end is no place to throw it
    // from.
  }
}

}  // namespace lockstep::sim
