// All schedules, those with few preemptions first.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/strategy.h"

namespace lockstep::race {

/// Iterative context bounding (Musuvathi and Qadeer, PLDI 2007): depth-first over every choice, with at most
/// c preemptions, for c = 0, 1, 2 … Values (which waiter is woken) are branches as well. After each run call
/// advance(); when that says false, nothing is left. For programs that always end: no run is made fair.
class BoundedDfs final : public sim::Strategy {
 public:
  /// Stops after `most_preemptions`.
  explicit BoundedDfs(std::uint32_t most_preemptions = 0xffffffff) : most_preemptions_(most_preemptions) {}

  /// Goes to the next schedule; false when there is none.
  bool advance();
  /// True when advance() has said false and no bound cut anything off: every schedule was seen.
  [[nodiscard]] bool saw_everything() const { return finished_ && !cut_off_; }
  /// Preemptions that the present schedules may have.
  [[nodiscard]] std::uint32_t bound() const { return bound_; }

 protected:
  void begin() override { depth_ = 0; }
  [[nodiscard]] sim::Fiber& choose() override;
  [[nodiscard]] std::uint32_t draw_value(std::uint32_t bound) override;
  void grow_impatient() override {}

 private:
  struct Node {
    /// Threads in the order in which they are tried; for a value, the bound alone.
    std::uint32_t first_option = 0;
    std::uint32_t options = 0;
    std::uint32_t taken = 0;
    /// Preemptions before this choice, and whether every option but the first adds one.
    std::uint32_t preemptions = 0;
    bool preempts = false;
    bool is_value = false;
  };
  Node& new_node();

  std::uint32_t most_preemptions_;
  std::uint32_t bound_ = 0;
  std::size_t depth_ = 0;
  bool cut_off_ = false;
  bool finished_ = false;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> options_;
};

}  // namespace lockstep::race
