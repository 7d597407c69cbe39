// Run to block: nobody loses its turn before it waits, ends or yields.
#pragma once

#include <algorithm>

#include "sim/race/seeded_strategy.h"

namespace lockstep::race {

/// The schedule without preemptions in which threads go in order of creation, in run 1 in the reverse of it:
/// the profile of a program, and the simplest schedules that show a bug which needs no preemption.
class RunToBlock final : public SeededStrategy {
 public:
  using SeededStrategy::SeededStrategy;
  [[nodiscard]] const char* name() const override { return "run-to-block"; }

 protected:
  [[nodiscard]] sim::Fiber& choose() override {
    const bool stays = last() != nullptr && last()->op.kind != sim::OpKind::kYield;
    if (stays) {
      return *last();
    }
    return run() == 1 && last() == nullptr ? youngest() : choose_fairly();
  }

 private:
  [[nodiscard]] sim::Fiber& youngest() const {
    return **std::max_element(ready().begin(), ready().end(),
                              [](const sim::Fiber* a, const sim::Fiber* b) { return a->id < b->id; });
  }
};

}  // namespace lockstep::race
