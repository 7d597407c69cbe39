// SURW: uniform over the orders of the accesses to one chosen object, while everything stays possible.
#pragma once

#include <vector>

#include "sim/race/profile.h"
#include "sim/race/seeded_strategy.h"
#include "sim/race/trees.h"

namespace lockstep::race {

/// Selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, ASPLOS 2025). Each run picks one
/// object that several threads touch, by its share of all such accesses, now and then its whole class
/// (objects of one name). Which thread accesses it next is drawn beforehand by the accesses that each has
/// left; others that come to it are held back until then. All else goes by random priorities, drawn anew at
/// every step.
class Surw final : public SeededStrategy {
 public:
  /// Both must outlive the strategy.
  Surw(sim::Choices& choices, const Profile& profile) : SeededStrategy(choices), profile_(profile) {}

  [[nodiscard]] const char* name() const override { return "surw"; }
  void spawned(const sim::Fiber* parent, sim::Fiber& child) override;

 protected:
  void begin() override;
  [[nodiscard]] sim::Fiber& choose() override;
  void added(sim::Fiber& fiber) override;
  void removed(sim::Fiber& fiber) override;
  void executes(sim::Fiber& fiber) override;
  void grow_impatient() override;

 private:
  static constexpr std::size_t kNobody = ~std::size_t{0};

  [[nodiscard]] bool selected(const sim::Operation& operation) const {
    return operation.object != 0 &&
           (operation.object == target_ || (class_ != 0 && profile_.class_of(operation.object) == class_));
  }
  void select();
  void place(const sim::Fiber& fiber);
  void place_last();
  void set_left(const sim::Fiber& fiber, std::uint64_t left);

  const Profile& profile_;
  sim::ObjectId target_ = 0;
  std::uint32_t class_ = 0;
  /// Accesses to what is selected, by thread, descendants included.
  std::vector<std::uint64_t> profiled_;
  std::vector<std::uint64_t> left_;
  std::vector<std::uint64_t> priorities_;
  std::size_t intended_ = kNobody;
  /// Had the last step, and has said since then what it does next.
  const sim::Fiber* unplaced_ = nullptr;
  /// Ready fibers whose next operation is not a selected one, and those whose is, by priority.
  MaxTree free_;
  MaxTree at_target_;
  SumTree weights_;
  FiberTable fibers_;
};

}  // namespace lockstep::race
