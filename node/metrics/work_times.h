// How long each kind of work takes, as metrics.
#pragma once

#include "node/metrics/registry.h"
#include "node/runtime/clock.h"
#include "node/runtime/meter.h"

namespace lockstep::metrics {

/// A meter that times every piece of work with the node's monotonic clock. Thread-safe and free of locks.
class WorkTimes final : public runtime::Meter {
 public:
  /// Both outlive this.
  WorkTimes(Registry& registry, const runtime::Clock& clock) : registry_(registry), clock_(clock) {}

  [[nodiscard]] std::uint64_t begin(runtime::Work work) override;
  void end(runtime::Work work, std::uint64_t token, std::uint64_t units) override;

 private:
  Registry& registry_;
  const runtime::Clock& clock_;
};

}  // namespace lockstep::metrics
