// Random walk: any of those that could run, with equal chances.
#pragma once

#include "sim/race/seeded_strategy.h"

namespace lockstep::race {

class RandomWalk final : public SeededStrategy {
 public:
  using SeededStrategy::SeededStrategy;
  [[nodiscard]] const char* name() const override { return "random-walk"; }

 protected:
  [[nodiscard]] sim::Fiber& choose() override {
    return *ready()[static_cast<std::size_t>(draw(ready().size()))];
  }
};

}  // namespace lockstep::race
