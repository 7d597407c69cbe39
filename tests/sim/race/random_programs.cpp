// The dice, and what they stand for.
#include "random_programs.h"

#include <array>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "sim/core/mix.h"
#include "sim/race/memory.h"
#include "sim/race/primitives.h"

namespace lockstep::race {
namespace {

using sim::MemoryOrder;

constexpr std::uint32_t kOfEach = 2;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(sim::scramble(seed + sim::kGoldenStep)) {}
  std::uint32_t roll(std::uint32_t sides) {
    state_ = sim::scramble(state_ + sim::kGoldenStep);
    return static_cast<std::uint32_t>((state_ >> 32) % sides);
  }

 private:
  std::uint64_t state_;
};

enum class Does : std::uint8_t {
  kRead,
  kWrite,
  kLoad,
  kReadIfSet,
  kStore,
  kExchange,
  kCompareExchange,
  kLockedRead,
  kLockedWrite,
  kSharedRead,
  kGuardedWrite,
  kGive,
  kTake,
};
constexpr std::uint32_t kDoes = 13;

struct Step {
  Does does = Does::kRead;
  std::uint32_t variable = 0;
  std::uint32_t object = 0;
  MemoryOrder order = MemoryOrder::kSeqCst;
};

MemoryOrder order_for(Does does, Dice& dice, bool relaxed_stores) {
  constexpr std::array kLoads = {MemoryOrder::kRelaxed, MemoryOrder::kAcquire, MemoryOrder::kSeqCst};
  constexpr std::array kStores = {MemoryOrder::kRelease, MemoryOrder::kSeqCst, MemoryOrder::kRelaxed};
  constexpr std::array kChanges = {MemoryOrder::kRelaxed, MemoryOrder::kAcquire, MemoryOrder::kRelease,
                                   MemoryOrder::kAcqRel, MemoryOrder::kSeqCst};
  switch (does) {
    case Does::kLoad:
    case Does::kReadIfSet:
      return kLoads[dice.roll(kLoads.size())];
    case Does::kStore:
      return kStores[dice.roll(relaxed_stores ? 3 : 2)];
    default:
      return kChanges[dice.roll(kChanges.size())];
  }
}

/// What the threads share.
class Shared {
 public:
  explicit Shared(World& world)
      : variables_{{{world, "x"}, {world, "y"}}},
        flags_{{{world, "f"}, {world, "g"}}},
        mutexes_{{{world, "a"}, {world, "b"}}},
        shared_{{{world, "s"}, {world, "t"}}},
        permits_{{{world, "p", 0}, {world, "q", 0}}} {}

  void take(const Step& step) {
    Var<int>& variable = variables_[step.variable];
    Atomic<int>& flag = flags_[step.object];
    switch (step.does) {
      case Does::kRead:
        return read(variable);
      case Does::kWrite:
        return variable.set(1);
      case Does::kLoad:
        static_cast<void>(flag.load(step.order));
        return;
      case Does::kReadIfSet:
        return flag.load(step.order) != 0 ? read(variable) : void();
      case Does::kStore:
        return flag.store(1, step.order);
      case Does::kExchange:
        static_cast<void>(flag.exchange(1, step.order));
        return;
      case Does::kCompareExchange: {
        int expected = 0;
        static_cast<void>(flag.compare_exchange(expected, 1, step.order));
        return;
      }
      default:
        return take_with_locks(step, variable);
    }
  }

 private:
  /// The compiler must not find out that nobody wants the value.
  static void read(Var<int>& variable) { [[maybe_unused]] const volatile int value = variable.get(); }

  void take_with_locks(const Step& step, Var<int>& variable) {
    switch (step.does) {
      case Does::kLockedRead: {
        const std::lock_guard hold(mutexes_[step.object]);
        return read(variable);
      }
      case Does::kLockedWrite: {
        const std::lock_guard hold(mutexes_[step.object]);
        return variable.set(2);
      }
      case Does::kSharedRead: {
        const std::shared_lock hold(shared_[step.object]);
        return read(variable);
      }
      case Does::kGuardedWrite: {
        const std::lock_guard hold(shared_[step.object]);
        return variable.set(3);
      }
      case Does::kGive:
        return permits_[step.object].release();
      default:
        return permits_[step.object].try_acquire() ? read(variable) : void();
    }
  }

  std::array<Var<int>, kOfEach> variables_;
  std::array<Atomic<int>, kOfEach> flags_;
  std::array<Mutex, kOfEach> mutexes_;
  std::array<SharedMutex, kOfEach> shared_;
  std::array<Semaphore, kOfEach> permits_;
};

using Program = std::vector<std::vector<Step>>;

Program rolled(std::uint64_t number, const RandomProgramOptions& options) {
  Dice dice(number);
  Program program(options.threads);
  for (std::vector<Step>& thread : program) {
    for (std::uint32_t i = 0; i < options.steps; ++i) {
      Step step;
      step.does = static_cast<Does>(dice.roll(kDoes));
      step.variable = dice.roll(kOfEach);
      step.object = dice.roll(kOfEach);
      step.order = order_for(step.does, dice, options.relaxed_stores);
      thread.push_back(step);
    }
  }
  return program;
}

}  // namespace

Body random_program(std::uint64_t number, const RandomProgramOptions& options) {
  return [program = std::make_shared<const Program>(rolled(number, options))](World& world) {
    Shared shared(world);
    for (const std::vector<Step>& steps : *program) {
      world.spawn("thread", [&shared, &steps] {
        for (const Step& step : steps) {
          shared.take(step);
        }
      });
    }
    world.join_all();
  };
}

}  // namespace lockstep::race
