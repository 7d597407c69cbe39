// URW: a thread's chance is the share of events that it and its descendants have left.
#pragma once

#include <vector>

#include "sim/race/profile.h"
#include "sim/race/seeded_strategy.h"
#include "sim/race/trees.h"

namespace lockstep::race {

/// Uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, ASPLOS 2025): uniform over interleavings as far as
/// the profile's counts are exact and nothing blocks.
class Urw final : public SeededStrategy {
 public:
  /// Both must outlive the strategy.
  Urw(sim::Choices& choices, const Profile& profile) : SeededStrategy(choices), profile_(profile) {}

  [[nodiscard]] const char* name() const override { return "urw"; }
  void spawned(const sim::Fiber* parent, sim::Fiber& child) override;

 protected:
  void begin() override;
  [[nodiscard]] sim::Fiber& choose() override { return fibers_[weights_.at(draw(weights_.total()))]; }
  void added(sim::Fiber& fiber) override;
  void removed(sim::Fiber& fiber) override;
  void executes(sim::Fiber& fiber) override;

 private:
  void set_left(const sim::Fiber& fiber, std::uint64_t left);

  const Profile& profile_;
  std::vector<std::uint64_t> left_;
  SumTree weights_;
  FiberTable fibers_;
};

}  // namespace lockstep::race
