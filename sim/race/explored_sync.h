// The node's own locks and atomics under the explorer.
#pragma once

#include <cstdint>
#include <deque>

#include "node/runtime/sync.h"
#include "sim/core/local_time.h"
#include "sim/race/primitives.h"
#include "sim/race/world.h"

namespace lockstep::race {

/// Puts the explorer's primitives in the place of the operating system's: strategies see every operation by
/// kind and object, detectors every acquire and release. Lives for one run and longer than what uses it.
class ExploredSync final : public runtime::SyncHook {
 public:
  /// Both must outlive the hook.
  ExploredSync(World& world, const sim::LocalTime& time) : world_(world), time_(time) {}

  void created(runtime::Mutex& mutex) override { of(mutex); }
  void created(runtime::SharedMutex& mutex) override { of(mutex); }
  void created(runtime::CondVar& cond) override { of(cond); }
  void created(runtime::Semaphore& semaphore) override { of(semaphore); }
  void created_atomic(const runtime::AtomicOperation& operation) override { of(operation); }

  void lock(runtime::Mutex& mutex) override;
  [[nodiscard]] bool try_lock(runtime::Mutex& mutex) override;
  void unlock(runtime::Mutex& mutex) noexcept override;

  void lock(runtime::SharedMutex& mutex) override;
  [[nodiscard]] bool try_lock(runtime::SharedMutex& mutex) override;
  void unlock(runtime::SharedMutex& mutex) noexcept override;
  void lock_shared(runtime::SharedMutex& mutex) override;
  [[nodiscard]] bool try_lock_shared(runtime::SharedMutex& mutex) override;
  void unlock_shared(runtime::SharedMutex& mutex) noexcept override;

  void wait(runtime::CondVar& cond, runtime::Mutex& mutex) override;
  bool wait_until(runtime::CondVar& cond, runtime::Mutex& mutex, base::Instant deadline) override;
  void notify_one(runtime::CondVar& cond) noexcept override;
  void notify_all(runtime::CondVar& cond) noexcept override;

  void acquire(runtime::Semaphore& semaphore) override;
  [[nodiscard]] bool try_acquire(runtime::Semaphore& semaphore) override;
  [[nodiscard]] bool acquire_until(runtime::Semaphore& semaphore, base::Instant deadline) override;
  void release(runtime::Semaphore& semaphore, std::uint32_t count) override;

  void before_atomic(const runtime::AtomicOperation& operation) override;
  void after_compare(const runtime::AtomicOperation& operation) override;
  [[nodiscard]] bool fails_without_reason() override;

 private:
  /// Behind the slot word of a semaphore.
  struct Permits {
    Permits(World& world, const char* name, std::uint32_t count) : semaphore(world, name, count) {}
    Semaphore semaphore;
    /// Those that wait with a deadline.
    sim::WaitQueue timed;
  };

  [[nodiscard]] Site site() const { return sim::place_of(where()); }
  Mutex& of(runtime::Mutex& mutex);
  SharedMutex& of(runtime::SharedMutex& mutex);
  CondVar& of(runtime::CondVar& cond);
  Permits& of(runtime::Semaphore& semaphore);
  sim::ObjectId of(const runtime::AtomicOperation& operation);
  void tell(const runtime::AtomicOperation& operation);
  void notify(runtime::CondVar& cond, bool all);

  /// Weak compare-exchanges of a run that may fail without reason: loops of them end.
  static constexpr std::uint32_t kMostWeakFailures = 3;

  World& world_;
  const sim::LocalTime& time_;
  std::uint32_t weak_failures_ = 0;
  std::deque<Mutex> mutexes_;
  std::deque<SharedMutex> shared_mutexes_;
  std::deque<CondVar> conditions_;
  std::deque<Permits> semaphores_;
};

}  // namespace lockstep::race
