// POS: random priorities of operations, drawn anew for those that an executed one races with.
#pragma once

#include <vector>

#include "sim/race/seeded_strategy.h"
#include "sim/race/trees.h"

namespace lockstep::race {

/// Partial order sampling (Yuan, Yang, Gu, CAV 2018): every partial order has a chance that is bounded from
/// below. A step costs O(log threads) and as much again for each thread that contends for its object.
class Pos final : public SeededStrategy {
 public:
  using SeededStrategy::SeededStrategy;
  [[nodiscard]] const char* name() const override { return "pos"; }

 protected:
  void begin() override;
  [[nodiscard]] sim::Fiber& choose() override { return fibers_[priorities_.top()]; }
  void added(sim::Fiber& fiber) override;
  void removed(sim::Fiber& fiber) override;
  void executes(sim::Fiber& fiber) override;
  void grow_impatient() override;

 private:
  static constexpr sim::ObjectId kUnlisted = 0xffffffff;
  void list(sim::Fiber& fiber);
  void unlist(sim::Fiber& fiber);

  MaxTree priorities_;
  FiberTable fibers_;
  /// Ready fibers by the object of their next operation, and for each of them where it is listed.
  std::vector<std::vector<sim::Fiber*>> pending_;
  struct Place {
    sim::ObjectId object = kUnlisted;
    std::uint32_t index = 0;
  };
  std::vector<Place> places_;
};

}  // namespace lockstep::race
