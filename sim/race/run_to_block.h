// Run to block: nobody loses its turn before it waits, ends or yields.
#pragma once

#include "sim/race/seeded_strategy.h"

namespace lockstep::race {

/// The schedule without preemptions in which the oldest thread that can run goes first: the profile of a
/// program, and the simplest schedule that shows a bug which needs no preemption.
class RunToBlock final : public SeededStrategy {
 public:
  using SeededStrategy::SeededStrategy;
  [[nodiscard]] const char* name() const override { return "run-to-block"; }

 protected:
  [[nodiscard]] sim::Fiber& choose() override {
    const bool stays = last() != nullptr && last()->op.kind != sim::OpKind::kYield;
    return stays ? *last() : choose_fairly();
  }
};

}  // namespace lockstep::race
