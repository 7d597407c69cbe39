// Locks and condition variables for fibers: the simulated side of runtime::SyncHook.
#pragma once

#include <deque>
#include <vector>

#include "node/runtime/sync.h"
#include "sim/core/engine.h"
#include "sim/core/local_time.h"

namespace lockstep::sim {

/// Makes runtime::Mutex and runtime::CondVar block fibers instead of OS threads. One serves all locks of a
/// node. Every lock and wait is a scheduling point before it takes effect; unlock and notify never are. A
/// freed mutex is not handed over: who is woken competes with whoever comes by. Wake-ups follow the engine's
/// policy.
///
/// Mistakes fail the run: locking twice, unlocking what another holds (a misuse), closing a circle of lock
/// waits (a deadlock, noticed at once). Outside fibers a lock can be taken only while it is free.
/// While its fiber is unwound, lock() lets the holder end first, then returns without the lock if it must.
class FiberSync final : public runtime::SyncHook {
 public:
  /// Both must outlive the sync, and the sync every lock that uses it.
  FiberSync(Engine& engine, const LocalTime& time) : engine_(engine), time_(time) {}

  void lock(runtime::Mutex& mutex) override;
  [[nodiscard]] bool try_lock(runtime::Mutex& mutex) override;
  void unlock(runtime::Mutex& mutex) noexcept override;
  void wait(runtime::CondVar& cond, runtime::Mutex& mutex) override;
  bool wait_until(runtime::CondVar& cond, runtime::Mutex& mutex, base::Instant deadline) override;
  void notify_one(runtime::CondVar& cond) noexcept override;
  void notify_all(runtime::CondVar& cond) noexcept override;

 private:
  /// Behind a slot word while a mutex is held or a condition variable waited for.
  struct State {
    Fiber* holder = nullptr;
    WaitQueue waiters;
    /// Fibers inside a wait call, woken ones included: the state stays until the last has left.
    std::uint32_t users = 0;
  };

  [[nodiscard]] static State* state_of(std::uintptr_t slot);
  State& open(std::uintptr_t& slot);
  void close_if_unused(std::uintptr_t& slot) noexcept;
  [[nodiscard]] Fiber* self();
  void acquire(runtime::Mutex& mutex, Fiber* me);
  bool wait_in(runtime::CondVar& cond, runtime::Mutex& mutex, const base::Instant* deadline);

  Engine& engine_;
  const LocalTime& time_;
  /// Stands for whoever locks outside fibers.
  Fiber outside_;
  std::deque<State> states_;
  std::vector<State*> free_;
};

}  // namespace lockstep::sim
