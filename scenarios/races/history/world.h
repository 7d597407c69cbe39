// The small world in which bugs of the past are told: a few threads, and an end that is judged.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/locking/tiered_lock.h"
#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"
#include "sim/world/node_clock.h"

namespace lockstep::scenarios::races {

/// Threads of one node under one schedule. A story builds its parts, lets threads loose on them beside one
/// another, and says what must hold. Whatever breaks, gets stuck or is read after it was freed is the
/// verdict.
class World {
 public:
  using Threads = std::vector<std::pair<std::string, std::function<void()>>>;

  /// The schedule is a pure function of `seed`.
  explicit World(std::uint64_t seed);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] locking::LockSeams seams() { return {&sync_, scheduler_, clock_}; }
  [[nodiscard]] runtime::SyncHook* sync() { return &sync_; }
  [[nodiscard]] runtime::Scheduler& scheduler() { return scheduler_; }

  /// Runs threads until all have ended. Ends the story here if they do not, or if something broke.
  void beside(const Threads& threads);
  /// Between two steps of ordinary code, where another thread may come in.
  void pause() { engine_.schedule_point(); }
  /// Ends the story unless `held`; `sentence` says what must hold.
  void expect(bool held, const char* sentence);

  /// `value` in memory that stays readable: freeing it writes `poison` over it, so that a read after that is
  /// seen without a sanitizer. Must not outlive the world.
  template <typename T>
  [[nodiscard]] std::shared_ptr<const T> mortal(T value, T poison) {
    auto place = std::make_shared<T>(std::move(value));
    places_.push_back(place);
    return {place.get(), [place, poison = std::move(poison)](const T* /*freed*/) { *place = poison; }};
  }

  /// What went wrong; empty when all held.
  [[nodiscard]] const std::string& verdict() const { return verdict_; }

  /// Thrown by beside() and, outside threads, by expect() to end the story.
  struct Over {};

 private:
  sim::Choices choices_;
  sim::Engine engine_;
  sim::NodeClock clock_;
  sim::FiberScheduler scheduler_;
  sim::FiberSync sync_;
  std::vector<std::shared_ptr<void>> places_;
  std::string verdict_;
};

}  // namespace lockstep::scenarios::races
