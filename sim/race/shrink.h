// Cutting a failing schedule down by trying smaller ones: what minimisers of every kind of program share.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "sim/core/strategy.h"

namespace lockstep::race {

/// Turns on end of one thread.
struct Block {
  std::uint32_t thread = 0;
  std::uint32_t turns = 0;
};
using Blocks = std::vector<Block>;

[[nodiscard]] Blocks blocks_of(const std::vector<sim::Step>& steps);

/// Gives turns as a list of blocks says, passing over those whose thread cannot run; then whoever runs goes
/// on, and who comes next is fair. A step costs O(1).
class FollowBlocks final : public sim::Strategy {
 public:
  Blocks blocks;
  /// Outcomes of choices that are not about turns; 0 behind their end.
  std::vector<std::uint32_t> values;

 protected:
  void begin() override;
  [[nodiscard]] sim::Fiber& choose() override;
  void added(sim::Fiber& fiber) override;
  void removed(sim::Fiber& fiber) override;
  void executes(sim::Fiber& fiber) override;
  [[nodiscard]] std::uint32_t draw_value(std::uint32_t bound) override;

 private:
  void next_block();

  std::vector<sim::Fiber*> ready_by_index_;
  std::size_t at_ = 0;
  std::size_t value_ = 0;
  std::uint32_t left_ = 0;
};

/// How large a schedule is. Smaller is better, the first first.
struct ScheduleSize {
  /// That executed anything.
  std::uint64_t threads = 0;
  std::uint64_t preemptions = 0;
  std::uint64_t switches = 0;
  std::uint64_t steps = 0;
  friend auto operator<=>(const ScheduleSize&, const ScheduleSize&) = default;
};

/// When to be content with what there is.
struct ShrinkLimits {
  std::uint64_t most_replays = 5'000;
  /// Of all replays together.
  std::uint64_t most_steps = ~std::uint64_t{0};
};

/// Leaves out threads, then blocks of turns (delta debugging; Zeller, Hildebrandt, TSE 2002), and moves
/// blocks of one thread together, as long as the same failure comes out, until nothing more can go.
class Shrinking {
 public:
  /// Runs one schedule with the strategy that it is given, which records into `steps`. True when that failed
  /// in the way that is looked for.
  using Try = std::function<bool(FollowBlocks& strategy, std::vector<sim::Step>& steps)>;
  /// Told of every schedule that is smaller than all before, right after it was tried.
  using Better = std::function<void()>;

  Shrinking(Try attempt, Better better, const ShrinkLimits& limits);

  /// False when the failure could not be repeated: nothing else is then set.
  [[nodiscard]] bool run(const std::vector<sim::Step>& steps, const std::vector<std::uint32_t>& values);

  [[nodiscard]] const ScheduleSize& size() const { return size_; }
  [[nodiscard]] const std::vector<sim::Step>& steps() const { return best_steps_; }
  [[nodiscard]] std::uint64_t replays() const { return replays_; }

 private:
  [[nodiscard]] bool out_of_budget() const {
    return replays_ >= limits_.most_replays || steps_run_ >= limits_.most_steps;
  }
  bool attempt(Blocks blocks);
  bool drop_threads();
  bool drop_blocks();
  bool join_blocks();
  [[nodiscard]] std::vector<std::uint32_t> threads() const;

  Try try_;
  Better better_;
  ShrinkLimits limits_;
  FollowBlocks follow_;
  std::vector<sim::Step> steps_;
  std::uint64_t replays_ = 0;
  std::uint64_t steps_run_ = 0;
  Blocks best_;
  std::vector<sim::Step> best_steps_;
  ScheduleSize size_;
};

}  // namespace lockstep::race
