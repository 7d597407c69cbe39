// Ambush: one thread stops before one of its accesses, another goes ahead of it; both drawn by role.
#pragma once

#include <array>
#include <vector>

#include "sim/race/profile.h"
#include "sim/race/seeded_strategy.h"
#include "sim/race/trees.h"

namespace lockstep::race {

/// Most bugs need one thread stopped at the right place while one certain other runs. Among a hundred threads
/// that do the same, drawing both by chance takes ten thousand runs; so they are drawn by role: threads whose
/// profiled operations are alike are one role, and roles have equal chances. The rest is as in PCT: random
/// priorities, no other preemption. Now and then a third thread runs before both, or the second one stops as
/// well.
class Ambush final : public SeededStrategy {
 public:
  /// Both must outlive the strategy.
  Ambush(sim::Choices& choices, const Profile& profile) : SeededStrategy(choices), profile_(profile) {}

  [[nodiscard]] const char* name() const override { return "ambush"; }
  void spawned(const sim::Fiber* parent, sim::Fiber& child) override;

 protected:
  void begin() override;
  [[nodiscard]] sim::Fiber& choose() override;
  void added(sim::Fiber& fiber) override;
  void removed(sim::Fiber& fiber) override;
  void executes(sim::Fiber& fiber) override;
  void grow_impatient() override;

 private:
  static constexpr std::uint32_t kNobody = 0xffffffff;

  /// A thread that is to stop before its `stop`-th access to something shared; 0: nowhere.
  struct Actor {
    std::uint32_t thread = kNobody;
    std::uint64_t stop = 0;
    std::uint64_t done = 0;
  };
  [[nodiscard]] std::uint32_t draw_thread();
  [[nodiscard]] Actor draw_actor(bool stops);
  void set_priority(const sim::Fiber& fiber, std::uint64_t priority);

  const Profile& profile_;
  /// Who is stopped, and who comes meanwhile.
  std::array<Actor, 2> actors_;
  std::uint32_t before_ = kNobody;
  std::vector<std::uint64_t> priorities_;
  std::uint64_t lowest_ = 0;
  MaxTree ready_by_priority_;
  FiberTable fibers_;
};

}  // namespace lockstep::race
