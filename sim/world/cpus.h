// CPUs on which work takes virtual time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/runtime/meter.h"
#include "sim/core/engine.h"

namespace lockstep::sim {

/// What a piece of work costs on a node of ordinary speed: `fixed`, and `per_unit` for each of its units.
struct WorkCost {
  base::Duration fixed{};
  base::Duration per_unit{};
};

/// What each kind of work costs; nothing by default. Costs are never negative.
class CostTable {
 public:
  WorkCost& operator[](runtime::Work work) { return costs_[static_cast<std::size_t>(work)]; }
  const WorkCost& operator[](runtime::Work work) const { return costs_[static_cast<std::size_t>(work)]; }

  [[nodiscard]] base::Duration of(runtime::Work work, std::uint64_t units) const;

 private:
  std::array<WorkCost, runtime::kWorkKinds> costs_{};
};

/// Identical CPUs that serve work in the order in which it comes, without preemption. May be shared by the
/// meters of several nodes: a machine that hosts them all.
class Cpus {
 public:
  /// Requires: count > 0.
  explicit Cpus(std::size_t count);

  /// Occupies the CPU that is free earliest (the lowest-numbered among equals) for `cost`, from `now` or from
  /// when it is free. Returns when that ends.
  Time occupy(Time now, base::Duration cost);

  /// Work handed out so far, in virtual time.
  [[nodiscard]] base::Duration busy() const { return busy_; }
  /// The longest that a piece of work had to wait for a CPU.
  [[nodiscard]] base::Duration longest_wait() const { return longest_wait_; }
  [[nodiscard]] std::size_t count() const { return free_at_.size(); }

 private:
  std::vector<Time> free_at_;
  base::Duration busy_{};
  base::Duration longest_wait_{};
};

/// Lets the virtual time that a piece of work costs pass on a CPU before its thread goes on. Work that costs
/// nothing is not even a scheduling point. end() never throws: a thread that is unwound while it works leaves
/// end() at once, and is unwound by its next blocking call.
class ChargingMeter final : public runtime::Meter {
 public:
  /// A node of ordinary speed.
  static constexpr std::uint32_t kOrdinaryPercent = 100;

  /// All must outlive the meter; `costs` may change while it is used. On this node everything takes
  /// `duration_percent` of what the table says (200: twice as long). Requires: duration_percent > 0.
  ChargingMeter(Engine& engine, Lane lane, Cpus& cpus, const CostTable& costs,
                std::uint32_t duration_percent = kOrdinaryPercent);

  [[nodiscard]] std::uint64_t begin(runtime::Work) override { return 0; }
  void end(runtime::Work work, std::uint64_t token, std::uint64_t units) override;

 private:
  Engine& engine_;
  Lane lane_;
  Cpus& cpus_;
  const CostTable& costs_;
  std::uint32_t duration_percent_;
};

}  // namespace lockstep::sim
