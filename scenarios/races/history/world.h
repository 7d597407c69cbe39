// The small world in which bugs of the past are told: a few threads, and an end that is judged.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/locking/tiered_lock.h"
#include "sim/race/explored_scheduler.h"
#include "sim/race/explored_sync.h"
#include "sim/race/world.h"
#include "sim/world/node_clock.h"

namespace lockstep::scenarios::races {

/// What a story notes for its verdict. It is no part of what is told: threads share it without a lock, and
/// nothing that they do to it orders them.
template <typename T>
class Noted {
 public:
  explicit Noted(T initial = T{}) : value_(initial) {}
  Noted& operator=(T value) {
    value_.store(value, std::memory_order_relaxed);
    return *this;
  }
  Noted& operator+=(T amount) {
    value_.fetch_add(amount, std::memory_order_relaxed);
    return *this;
  }
  Noted& operator-=(T amount) {
    value_.fetch_sub(amount, std::memory_order_relaxed);
    return *this;
  }
  /// Returns what it was.
  T exchange(T value) { return value_.exchange(value, std::memory_order_relaxed); }
  operator T() const { return value_.load(std::memory_order_relaxed); }  // NOLINT: it stands for its value

 private:
  std::atomic<T> value_;
};

/// Threads of one node under one schedule of the explorer. A story builds its parts, lets threads loose on
/// them beside one another, and says what must hold. Whatever breaks, gets stuck or is read after it was
/// freed is found.
class World {
 public:
  using Threads = std::vector<std::pair<const char*, std::function<void()>>>;

  explicit World(race::World& run);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] locking::LockSeams seams() { return {&sync_, scheduler_, clock_}; }
  [[nodiscard]] runtime::SyncHook* sync() { return &sync_; }
  [[nodiscard]] runtime::Scheduler& scheduler() { return scheduler_; }

  /// Runs threads until all have ended. Their names are string literals.
  void beside(const Threads& threads);
  /// Between two steps of ordinary code, where another thread may come in.
  void pause();
  /// One of [0, bound): what the outside does. Requires: bound > 0.
  [[nodiscard]] std::uint32_t choose(std::uint32_t bound) { return run_.choose(bound); }
  /// The calling thread's number within the run.
  [[nodiscard]] std::uint32_t self() const { return run_.self(); }
  [[nodiscard]] runtime::Clock& clock() { return clock_; }
  /// The calling thread is busy, or away, for that long.
  void spend(base::Duration time) { scheduler_.sleep_until(clock_.now() + time); }
  /// Fails the run unless `held`; `sentence` says what must hold.
  void expect(bool held, const char* sentence);

  /// `value` in memory that stays readable: freeing it writes `poison` over it, so that a read after that is
  /// seen without a sanitizer. Must not outlive the world.
  template <typename T>
  [[nodiscard]] std::shared_ptr<const T> mortal(T value, T poison) {
    auto place = std::make_shared<T>(std::move(value));
    keep(place);
    return {place.get(), [place, poison = std::move(poison)](const T* /*freed*/) { *place = poison; }};
  }

  /// Keeps memory until the run is over.
  void keep(std::shared_ptr<void> place);

 private:
  race::World& run_;
  sim::NodeClock clock_;
  race::ExploredScheduler scheduler_;
  race::ExploredSync sync_;
  std::vector<std::shared_ptr<void>> places_;
};

}  // namespace lockstep::scenarios::races
