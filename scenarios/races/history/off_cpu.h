// A thread that the operating system takes off its CPU at the worst moment.
#pragma once

#include <cstdint>

#include "scenarios/races/history/world.h"
#include "sim/core/order.h"

namespace lockstep::scenarios::races {

/// Goes between a world's locks and who uses them, and makes one thread lose its CPU before one of its
/// operations, chosen by the schedule, for so long that whoever waits for it is late. Only while it holds no
/// lock: nobody can be asked to get past that.
class OffCpu final : public runtime::SyncHook {
 public:
  static constexpr base::Duration kAway = std::chrono::seconds(1);

  /// The thread is away before one of its first `operations`, or never.
  OffCpu(World& world, std::uint32_t operations)
      : world_(world), hook_(*world.sync()), before_(world.choose(operations + 1)) {}

  /// The calling thread is the one.
  void befalls_me() { thread_ = world_.self(); }
  [[nodiscard]] locking::LockSeams seams() {
    locking::LockSeams seams = world_.seams();
    seams.sync = this;
    return seams;
  }

  void created(runtime::Mutex& mutex) override { hook_.created(mutex); }
  void created(runtime::SharedMutex& mutex) override { hook_.created(mutex); }
  void created(runtime::CondVar& cond) override { hook_.created(cond); }
  void created(runtime::Semaphore& semaphore) override { hook_.created(semaphore); }
  void created_atomic(const runtime::AtomicOperation& operation) override { hook_.created_atomic(operation); }

  void lock(runtime::Mutex& mutex) override {
    taking([&] { hook_.lock(mutex); });
  }
  bool try_lock(runtime::Mutex& mutex) override {
    return trying([&] { return hook_.try_lock(mutex); });
  }
  void unlock(runtime::Mutex& mutex) noexcept override {
    giving([&] { hook_.unlock(mutex); });
  }

  void lock(runtime::SharedMutex& mutex) override {
    taking([&] { hook_.lock(mutex); });
  }
  bool try_lock(runtime::SharedMutex& mutex) override {
    return trying([&] { return hook_.try_lock(mutex); });
  }
  void unlock(runtime::SharedMutex& mutex) noexcept override {
    giving([&] { hook_.unlock(mutex); });
  }
  void lock_shared(runtime::SharedMutex& mutex) override {
    taking([&] { hook_.lock_shared(mutex); });
  }
  bool try_lock_shared(runtime::SharedMutex& mutex) override {
    return trying([&] { return hook_.try_lock_shared(mutex); });
  }
  void unlock_shared(runtime::SharedMutex& mutex) noexcept override {
    giving([&] { hook_.unlock_shared(mutex); });
  }

  void wait(runtime::CondVar& cond, runtime::Mutex& mutex) override {
    called();
    hook_.wait(cond, mutex);
  }
  bool wait_until(runtime::CondVar& cond, runtime::Mutex& mutex, base::Instant deadline) override {
    called();
    return hook_.wait_until(cond, mutex, deadline);
  }
  void notify_one(runtime::CondVar& cond) noexcept override {
    called();
    hook_.notify_one(cond);
  }
  void notify_all(runtime::CondVar& cond) noexcept override {
    called();
    hook_.notify_all(cond);
  }

  void acquire(runtime::Semaphore& semaphore) override {
    perhaps_leave();
    hook_.acquire(semaphore);
  }
  bool try_acquire(runtime::Semaphore& semaphore) override {
    perhaps_leave();
    return hook_.try_acquire(semaphore);
  }
  bool acquire_until(runtime::Semaphore& semaphore, base::Instant deadline) override {
    perhaps_leave();
    return hook_.acquire_until(semaphore, deadline);
  }
  void release(runtime::Semaphore& semaphore, std::uint32_t count) override {
    perhaps_leave();
    hook_.release(semaphore, count);
  }

  void before_atomic(const runtime::AtomicOperation& operation) override {
    perhaps_leave();
    hook_.before_atomic(operation);
  }
  void after_compare(const runtime::AtomicOperation& operation) override { hook_.after_compare(operation); }

 private:
  static constexpr std::uint32_t kNobody = 0xffffffff;

  /// The caller's code notes where it calls; the word in which it does belongs to the world.
  void called() { sim::order::forget(&where(), sizeof(runtime::Where)); }
  void perhaps_leave() {
    called();
    if (world_.self() == thread_ && held_ == 0 && ++operations_ == before_) {
      world_.spend(kAway);
    }
  }
  void count(int locks) {
    if (world_.self() == thread_) {
      held_ += locks;
    }
  }
  template <typename F>
  void taking(F&& take) {
    perhaps_leave();
    take();
    count(1);
  }
  template <typename F>
  bool trying(F&& take) {
    perhaps_leave();
    const bool taken = take();
    count(taken ? 1 : 0);
    return taken;
  }
  template <typename F>
  void giving(F&& give) noexcept {
    give();
    count(-1);
  }

  World& world_;
  runtime::SyncHook& hook_;
  std::uint32_t before_;
  Noted<std::uint32_t> thread_{kNobody};
  std::uint32_t operations_ = 0;
  int held_ = 0;
};

}  // namespace lockstep::scenarios::races
