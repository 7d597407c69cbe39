// The operating system's locks for nodes whose clock runs faster than the system's.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "node/runtime/sync.h"

namespace lockstep::test {

/// Locks, condition variables and semaphores of the standard library, of which those that wait until a
/// deadline take it from a clock of their own. Lives longer than what uses it.
class FastSync final : public runtime::SyncHook {
 public:
  /// `real_time` says when the node's clock reads a time, on the system's steady clock.
  explicit FastSync(std::function<base::Instant(base::Instant)> real_time)
      : real_time_(std::move(real_time)) {}

  void created(runtime::Mutex& mutex) override { open(mutex.slot); }
  void created(runtime::SharedMutex& mutex) override { open(mutex.slot); }
  void created(runtime::CondVar& cond) override { open(cond.slot); }
  void created(runtime::Semaphore& semaphore) override { open(semaphore.slot); }

  void lock(runtime::Mutex& mutex) override { at(mutex).mutex.lock(); }
  bool try_lock(runtime::Mutex& mutex) override { return at(mutex).mutex.try_lock(); }
  void unlock(runtime::Mutex& mutex) noexcept override { at(mutex).mutex.unlock(); }

  void lock(runtime::SharedMutex& mutex) override { at(mutex).shared.lock(); }
  bool try_lock(runtime::SharedMutex& mutex) override { return at(mutex).shared.try_lock(); }
  void unlock(runtime::SharedMutex& mutex) noexcept override { at(mutex).shared.unlock(); }
  void lock_shared(runtime::SharedMutex& mutex) override { at(mutex).shared.lock_shared(); }
  bool try_lock_shared(runtime::SharedMutex& mutex) override { return at(mutex).shared.try_lock_shared(); }
  void unlock_shared(runtime::SharedMutex& mutex) noexcept override { at(mutex).shared.unlock_shared(); }

  void wait(runtime::CondVar& cond, runtime::Mutex& mutex) override {
    std::unique_lock held(at(mutex).mutex, std::adopt_lock);
    at(cond).cond.wait(held);
    held.release();
  }
  bool wait_until(runtime::CondVar& cond, runtime::Mutex& mutex, base::Instant deadline) override {
    std::unique_lock held(at(mutex).mutex, std::adopt_lock);
    const bool notified = at(cond).cond.wait_until(held, until(deadline)) == std::cv_status::no_timeout;
    held.release();
    return notified;
  }
  void notify_one(runtime::CondVar& cond) noexcept override { at(cond).cond.notify_one(); }
  void notify_all(runtime::CondVar& cond) noexcept override { at(cond).cond.notify_all(); }

  void acquire(runtime::Semaphore& semaphore) override {
    std::unique_lock lock(at(semaphore).mutex);
    at(semaphore).cond.wait(lock, [&] { return semaphore.count > 0; });
    --semaphore.count;
  }
  bool try_acquire(runtime::Semaphore& semaphore) override {
    const std::lock_guard lock(at(semaphore).mutex);
    if (semaphore.count == 0) {
      return false;
    }
    --semaphore.count;
    return true;
  }
  bool acquire_until(runtime::Semaphore& semaphore, base::Instant deadline) override {
    std::unique_lock lock(at(semaphore).mutex);
    if (!at(semaphore).cond.wait_until(lock, until(deadline), [&] { return semaphore.count > 0; })) {
      return false;
    }
    --semaphore.count;
    return true;
  }
  void release(runtime::Semaphore& semaphore, std::uint32_t count) override {
    const std::lock_guard lock(at(semaphore).mutex);
    semaphore.count += count;
    at(semaphore).cond.notify_all();
  }

  void before_atomic(const runtime::AtomicOperation&) override {}
  void after_compare(const runtime::AtomicOperation&) override {}

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable cond;
    std::shared_mutex shared;
  };

  void open(std::uintptr_t& slot) {
    const std::lock_guard lock(opening_);
    slot = reinterpret_cast<std::uintptr_t>(&states_.emplace_back());
  }
  template <typename T>
  static State& at(const T& primitive) {
    return *reinterpret_cast<State*>(primitive.slot);  // NOLINT: the slot is the hook's own word
  }
  [[nodiscard]] std::chrono::steady_clock::time_point until(base::Instant deadline) const {
    return std::chrono::steady_clock::time_point(real_time_(deadline).time_since_epoch());
  }

  std::function<base::Instant(base::Instant)> real_time_;
  std::mutex opening_;
  std::deque<State> states_;
};

}  // namespace lockstep::test
