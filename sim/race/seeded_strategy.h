// Strategies that draw: all randomness is keyed by (seed, run).
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/choices.h"
#include "sim/core/strategy.h"

namespace lockstep::race {

/// A strategy whose draws are a function of the choices' seed and the number of the run.
class SeededStrategy : public sim::Strategy {
 public:
  /// `choices` must outlive the strategy.
  explicit SeededStrategy(sim::Choices& choices)
      : choices_(choices),
        turns_(choices, sim::ChoiceDomain::kSchedule, 0, kTurns),
        values_(choices, sim::ChoiceDomain::kWakeUp, 0, kValues) {}

  /// Which run begin_run() begins next, and how many of the exploration's runs this strategy had before.
  void set_run(std::uint64_t run, std::uint64_t turn) {
    run_ = run;
    turn_ = turn;
  }
  void set_run(std::uint64_t run) { set_run(run, run); }
  [[nodiscard]] virtual const char* name() const = 0;

 protected:
  /// Overrides call this first.
  void begin() override {
    turns_ = sim::ChoiceStream(choices_, sim::ChoiceDomain::kSchedule, run_, kTurns);
    values_ = sim::ChoiceStream(choices_, sim::ChoiceDomain::kWakeUp, run_, kValues);
  }
  [[nodiscard]] std::uint32_t draw_value(std::uint32_t bound) override {
    return static_cast<std::uint32_t>(values_.below(bound));
  }
  [[nodiscard]] std::uint64_t draw(std::uint64_t bound) { return turns_.below(bound); }
  /// A priority that hardly ever equals another: above all small numbers, below 2^64.
  [[nodiscard]] std::uint64_t draw_priority() { return turns_.bits() | (std::uint64_t{1} << 63); }
  [[nodiscard]] std::uint64_t run() const { return run_; }
  [[nodiscard]] std::uint64_t turn() const { return turn_; }
  /// A word that is the same in all runs.
  [[nodiscard]] std::uint64_t constant(std::uint64_t which) const {
    return choices_.bits({sim::ChoiceDomain::kSchedule, which, kConstants, 0});
  }

 private:
  static constexpr std::uint32_t kTurns = 1;
  static constexpr std::uint32_t kValues = 1;
  static constexpr std::uint32_t kConstants = 2;

  sim::Choices& choices_;
  sim::ChoiceStream turns_;
  sim::ChoiceStream values_;
  std::uint64_t run_ = 0;
  std::uint64_t turn_ = 0;
};

/// Ready fibers by their number.
class FiberTable {
 public:
  void set(std::uint32_t index, sim::Fiber& fiber) {
    if (index >= fibers_.size()) {
      fibers_.resize(index + 1, nullptr);
    }
    fibers_[index] = &fiber;
  }
  [[nodiscard]] sim::Fiber& operator[](std::size_t index) const { return *fibers_[index]; }

 private:
  std::vector<sim::Fiber*> fibers_;
};

}  // namespace lockstep::race
