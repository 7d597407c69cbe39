// Locks, condition variables, semaphores and atomics for fibers: the simulated side of runtime::SyncHook.
#pragma once

#include <deque>
#include <vector>

#include "node/runtime/sync.h"
#include "sim/core/engine.h"
#include "sim/core/local_time.h"

namespace lockstep::sim {

/// Makes the primitives of node/runtime block fibers instead of OS threads. One serves all locks of a node.
/// Every lock, wait, acquire and atomic operation is a scheduling point before it takes effect; unlock never
/// is, notify and release are where a strategy decides. That is told of each operation what it does, to which
/// object, and where. A freed lock is not handed over: who is woken competes with whoever comes
/// by. Wake-ups follow the engine's policy.
///
/// Mistakes fail the run: locking twice, unlocking what another holds (a misuse), closing a circle of lock
/// waits (a deadlock, noticed at once). Outside fibers a lock can be taken only while it is free.
/// While its fiber is unwound, lock() lets the holder end first, then returns without the lock if it must.
class FiberSync final : public runtime::SyncHook {
 public:
  /// Both must outlive the sync, and the sync every lock that uses it.
  FiberSync(Engine& engine, const LocalTime& time) : engine_(engine), time_(time) {}

  void created(runtime::Mutex& mutex) override { mutex.number = engine_.add_object(); }
  void created(runtime::SharedMutex& mutex) override { mutex.number = engine_.add_object(); }
  void created(runtime::CondVar& cond) override { cond.number = engine_.add_object(); }
  void created(runtime::Semaphore& semaphore) override { semaphore.number = engine_.add_object(); }
  void created_atomic(const runtime::AtomicOperation& operation) override {
    *operation.slot = engine_.add_object();
  }

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

 private:
  /// Behind a slot word while a mutex is held, or a condition variable or a semaphore waited for.
  struct State {
    Fiber* holder = nullptr;
    WaitQueue waiters;
    /// Fibers inside a wait call, woken ones included: the state stays until the last has left.
    std::uint32_t users = 0;

    [[nodiscard]] bool unused() const { return holder == nullptr && users == 0; }
  };

  /// Behind the slot word of a shared mutex while it is held.
  struct SharedState {
    Fiber* writer = nullptr;
    /// In the order in which they came in.
    std::vector<Fiber*> readers;
    WaitQueue waiting_writers;
    WaitQueue waiting_readers;
    /// For whom waiting readers wait: the writer that is inside, else one that is to come first.
    Fiber* awaited = nullptr;
    /// Writers inside lock(), woken ones included.
    std::uint32_t writers_coming = 0;
    std::uint32_t users = 0;
    /// How many writers have let go so far: who waited for one need not wait for the next.
    std::uint64_t writers_gone = 0;

    [[nodiscard]] bool unused() const { return writer == nullptr && readers.empty() && users == 0; }
  };

  /// Lends out states, at addresses that stay.
  template <typename T>
  class Lender {
   public:
    [[nodiscard]] static T* at(std::uintptr_t slot) {
      return reinterpret_cast<T*>(
          slot);  // NOLINT(performance-no-int-to-ptr): the slot is the hook's own word
    }
    T& open(std::uintptr_t& slot) {
      if (slot == 0) {
        if (free_.empty()) {
          free_.push_back(&states_.emplace_back());
          // So that giving states back, in unlock(), never has to allocate.
          if (free_.capacity() < states_.size()) {
            free_.reserve(2 * states_.size());
          }
        }
        slot = reinterpret_cast<std::uintptr_t>(free_.back());
        free_.pop_back();
      }
      return *at(slot);
    }
    void close_if_unused(std::uintptr_t& slot) noexcept {
      T* state = at(slot);
      if (state->unused()) {
        free_.push_back(state);
        slot = 0;
      }
    }

   private:
    std::deque<T> states_;
    std::vector<T*> free_;
  };

  /// How many turns a fiber that is being unwound leaves the holder of a lock before it goes on without.
  static constexpr int kPatience = 64;

  [[nodiscard]] Fiber* self();
  void point(OpKind kind, ObjectId object);
  void tell(Ordering::Kind kind, ObjectId lock) noexcept;
  void comes_next(Fiber& me, OpKind kind, ObjectId object) const;
  [[nodiscard]] bool try_take(runtime::SharedMutex& mutex);
  [[nodiscard]] bool try_take_shared(runtime::SharedMutex& mutex);
  [[nodiscard]] static bool try_take(runtime::Semaphore& semaphore);
  void acquire(runtime::Mutex& mutex, Fiber* me);
  [[nodiscard]] bool wait_for_lock(Fiber& me, WaitQueue& queue, const Waiting& waiting, int& patience);
  bool wait_in(runtime::CondVar& cond, runtime::Mutex& mutex, const base::Instant* deadline);
  bool acquire_by(runtime::Semaphore& semaphore, const base::Instant* deadline);
  void notify(runtime::CondVar& cond, bool all) noexcept;
  void stop_coming(SharedState& state);
  void misused(const char* kind, const char* name) noexcept;

  Engine& engine_;
  const LocalTime& time_;
  /// Stands for whoever locks outside fibers.
  Fiber outside_;
  Lender<State> states_;
  Lender<SharedState> shared_;
};

}  // namespace lockstep::sim
