// PCT: the highest of random priorities runs, and d - 1 times at random whoever would run is put last.
#pragma once

#include <vector>

#include "sim/race/profile.h"
#include "sim/race/seeded_strategy.h"
#include "sim/race/trees.h"

namespace lockstep::race {

/// Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): a bug that
/// needs d ordered events is hit with probability at least 1 / (n k^(d-1)). Decisions are counted only where
/// there is something to decide; k is the most that earlier runs took; d is drawn from 1 to its bound for
/// every run; who yields, or runs on for too long, becomes the last.
class Pct final : public SeededStrategy {
 public:
  /// Both must outlive the strategy. Requires: depth > 0. With `exact` d is always `depth`.
  Pct(sim::Choices& choices, const Profile& profile, std::uint32_t depth, bool exact = false)
      : SeededStrategy(choices), profile_(profile), depth_(depth), exact_(exact) {}

  [[nodiscard]] const char* name() const override { return "pct"; }
  void spawned(const sim::Fiber* parent, sim::Fiber& child) override;

 protected:
  void begin() override;
  [[nodiscard]] sim::Fiber& choose() override;
  void added(sim::Fiber& fiber) override;
  void removed(sim::Fiber& fiber) override;
  void grow_impatient() override;

 private:
  [[nodiscard]] std::uint64_t draw_points();
  void set_priority(const sim::Fiber& fiber, std::uint64_t priority);

  const Profile& profile_;
  std::uint32_t depth_;
  bool exact_;
  const Shared* shared_ = nullptr;
  /// The profile knows what threads contend for: decisions before other operations do not count.
  bool selective_ = false;
  std::uint64_t passed_ = 0;
  /// Later ones first; the last is the next.
  std::vector<std::uint64_t> change_points_;
  std::vector<std::uint64_t> priorities_;
  std::uint64_t lowest_ = 0;
  MaxTree ready_by_priority_;
  FiberTable fibers_;
};

}  // namespace lockstep::race
