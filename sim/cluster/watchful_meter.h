// Asserts that threads which must not work do not.
#pragma once

#include <string_view>

#include "node/base/assert.h"
#include "node/runtime/meter.h"
#include "sim/core/engine.h"

namespace lockstep::cluster {

/// Passes work on to another meter, but fails the run when a thread of the given name does any: the node's
/// main thread is to route and never to verify, sign, prove or run a state transition.
class WatchfulMeter final : public runtime::Meter {
 public:
  /// All outlive the meter. `idle` is a string literal; empty: all may work.
  WatchfulMeter(const sim::Engine& engine, runtime::Meter& next, std::string_view idle)
      : engine_(engine), next_(next), idle_(idle) {}

  [[nodiscard]] std::uint64_t begin(runtime::Work work) override {
    const sim::FiberRef current = engine_.current();
    LOCKSTEP_ASSERT_MSG(idle_.empty() || !current || current.fiber->name != idle_,
                        "metered work is done on a thread that must not be held up");
    return next_.begin(work);
  }
  void end(runtime::Work work, std::uint64_t token, std::uint64_t units) override {
    next_.end(work, token, units);
  }

 private:
  const sim::Engine& engine_;
  runtime::Meter& next_;
  std::string_view idle_;
};

}  // namespace lockstep::cluster
