// Ambush: threads stop before one of their accesses, and others go ahead of them.
#pragma once

#include <vector>

#include "sim/race/profile.h"
#include "sim/race/seeded_strategy.h"
#include "sim/race/trees.h"

namespace lockstep::race {

/// Most bugs need one thread stopped at the right place while one certain other runs. Among a hundred threads
/// that do the same, drawing both by chance takes ten thousand runs; so they are drawn by role: threads whose
/// profiled operations are alike are one role, and roles take turns. Within a role the places come without
/// repetition until all have been tried. The rest is as in PCT: random priorities, no other preemption. Now
/// and then a third thread runs first, or the one that comes meanwhile stops as well.
///
/// Every third of its runs is a rendezvous instead: all threads stop before their n-th access, so that each
/// holds what it holds then, or knows what it knows then, before anybody goes on; one role, often, before the
/// others.
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

  /// One thread's part in the plot.
  struct Part {
    std::uint64_t priority = 0;
    /// Stops before its `stop`-th access to something shared; 0: nowhere.
    std::uint64_t stop = 0;
    std::uint64_t done = 0;
    /// Goes on before others after a rendezvous.
    bool favoured = false;
  };
  using Role = std::vector<std::uint32_t>;

  void plan_ambush(std::uint64_t turn);
  void plan_rendezvous(std::uint64_t turn);
  [[nodiscard]] Part& part(std::uint32_t thread);
  [[nodiscard]] std::uint32_t member(const Role& role);
  [[nodiscard]] std::uint32_t draw_thread();
  /// Places at which a thread of that role can stop so that it has done something before.
  [[nodiscard]] std::uint64_t places(const Role& role) const;
  void stop_at(std::uint32_t thread, std::uint64_t place);
  [[nodiscard]] std::uint64_t some_priority() { return draw_priority() & ~(std::uint64_t{1} << 62); }
  void set_priority(const sim::Fiber& fiber, std::uint64_t priority);
  [[nodiscard]] std::uint64_t stopped_priority(const Part& own);

  const Profile& profile_;
  const Shared* shared_ = nullptr;
  std::vector<Part> parts_;
  /// Runs first, until it blocks.
  std::uint32_t before_ = kNobody;
  bool rendezvous_ = false;
  /// Of those that stopped, the last goes on first.
  bool reversed_ = false;
  std::uint64_t lowest_ = 0;
  std::uint64_t highest_stopped_ = 0;
  MaxTree ready_by_priority_;
  FiberTable fibers_;
};

}  // namespace lockstep::race
