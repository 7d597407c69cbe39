// Locks, condition variables and semaphores: ordinary value types that a hook can take over.
//
// Without a hook these are the standard library's behind one branch. With one, every operation is the
// hook's: that is how the same object code runs on OS threads and under a scheduler that owns every turn.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <source_location>

#include "node/base/assert.h"
#include "node/base/time.h"

namespace lockstep::runtime {

class Mutex;
class SharedMutex;
class CondVar;
class Semaphore;

/// The place of a call in the program.
using Where = std::source_location;

/// What an operation on an Atomic does to its memory.
enum class AtomicKind : std::uint8_t { kLoad, kStore, kReadModifyWrite, kCompareExchange };

/// One operation on an Atomic, as a hook sees it.
struct AtomicOperation {
  /// The hook's own word of this Atomic, zero at first.
  std::uintptr_t* slot = nullptr;
  const char* name = "";
  AtomicKind kind = AtomicKind::kLoad;
  std::memory_order order = std::memory_order_seq_cst;
  Where where = Where::current();
};

/// Takes the place of the operating system's primitives. One hook serves all locks of a node; the `slot`
/// words of the primitives and their numbers are the hook's to use and are zero at first.
class SyncHook {
 public:
  virtual ~SyncHook() = default;

  /// Where in the program the call that follows stands, for reports; in a header of the standard library when
  /// a guard of that makes it.
  SyncHook& from(const Where& where) {
    where_ = where;
    return *this;
  }

  /// Called at the end of each primitive's constructor, for hooks that number what they see in the order in
  /// which it came to be.
  virtual void created(Mutex& /*mutex*/) {}
  virtual void created(SharedMutex& /*mutex*/) {}
  virtual void created(CondVar& /*cond*/) {}
  virtual void created(Semaphore& /*semaphore*/) {}
  virtual void created_atomic(const AtomicOperation& /*operation*/) {}

  virtual void lock(Mutex& mutex) = 0;
  [[nodiscard]] virtual bool try_lock(Mutex& mutex) = 0;
  virtual void unlock(Mutex& mutex) noexcept = 0;

  virtual void lock(SharedMutex& mutex) = 0;
  [[nodiscard]] virtual bool try_lock(SharedMutex& mutex) = 0;
  virtual void unlock(SharedMutex& mutex) noexcept = 0;
  virtual void lock_shared(SharedMutex& mutex) = 0;
  [[nodiscard]] virtual bool try_lock_shared(SharedMutex& mutex) = 0;
  virtual void unlock_shared(SharedMutex& mutex) noexcept = 0;

  virtual void wait(CondVar& cond, Mutex& mutex) = 0;
  /// Returns false when `deadline` passed without a notification.
  virtual bool wait_until(CondVar& cond, Mutex& mutex, base::Instant deadline) = 0;
  virtual void notify_one(CondVar& cond) noexcept = 0;
  virtual void notify_all(CondVar& cond) noexcept = 0;

  virtual void acquire(Semaphore& semaphore) = 0;
  [[nodiscard]] virtual bool try_acquire(Semaphore& semaphore) = 0;
  /// Returns false when `deadline` passed without a permit.
  [[nodiscard]] virtual bool acquire_until(Semaphore& semaphore, base::Instant deadline) = 0;
  /// Requires: the count stays within the maximum.
  virtual void release(Semaphore& semaphore, std::uint32_t count) = 0;

  /// Called right before each operation on an Atomic, which is then done by the caller at once: what the
  /// hook lets happen first happens in here.
  virtual void before_atomic(const AtomicOperation& operation) = 0;
  /// Called right after a compare-exchange, when it is known what it was: a read-modify-write if it stored,
  /// else a load; `operation` says so, and with which order.
  virtual void after_compare(const AtomicOperation& operation) = 0;
  /// Whether the weak compare-exchange that was announced fails although it could store.
  [[nodiscard]] virtual bool fails_without_reason() { return false; }

 protected:
  /// Of the call under way, until another thread makes one.
  [[nodiscard]] const Where& where() const { return where_; }

 private:
  Where where_;
};

/// A named mutual-exclusion lock, not recursive. Satisfies Lockable, so std::lock_guard and std::unique_lock
/// work.
class Mutex {
 public:
  /// `hook` may be null (OS threads) and must outlive the mutex; `name` is a string literal, shown in
  /// reports.
  Mutex(SyncHook* hook, const char* name) : hook_(hook), name_(name) {
    if (hook_ != nullptr) {
      hook_->created(*this);
    }
  }
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock(const Where& where = Where::current()) {
    hook_ == nullptr ? os_.lock() : hook_->from(where).lock(*this);
  }
  [[nodiscard]] bool try_lock(const Where& where = Where::current()) {
    return hook_ == nullptr ? os_.try_lock() : hook_->from(where).try_lock(*this);
  }
  void unlock() noexcept { hook_ == nullptr ? os_.unlock() : hook_->unlock(*this); }

  [[nodiscard]] const char* name() const { return name_; }

  /// For the hook: its own word, for instance the holder and the queue of waiters.
  std::uintptr_t slot = 0;
  /// For the hook: which of all that it has seen.
  std::uint32_t number = 0;

 private:
  friend class CondVar;
  SyncHook* hook_;
  const char* name_;
  std::mutex os_;
};

/// A named lock that many may hold shared or one exclusively; not recursive in either way and not upgradable.
/// Where turns are fair, a waiting writer keeps readers out who come later, so that readers without end
/// cannot starve it, and readers who wait while a writer holds get a turn when that lets go. Satisfies
/// SharedLockable.
class SharedMutex {
 public:
  /// As for Mutex.
  SharedMutex(SyncHook* hook, const char* name) : hook_(hook), name_(name) {
    if (hook_ != nullptr) {
      hook_->created(*this);
    }
  }
  SharedMutex(const SharedMutex&) = delete;
  SharedMutex& operator=(const SharedMutex&) = delete;

  void lock(const Where& where = Where::current()) {
    hook_ == nullptr ? lock_os() : hook_->from(where).lock(*this);
  }
  [[nodiscard]] bool try_lock(const Where& where = Where::current()) {
    return hook_ == nullptr ? os_.try_lock() : hook_->from(where).try_lock(*this);
  }
  void unlock() noexcept { hook_ == nullptr ? os_.unlock() : hook_->unlock(*this); }

  void lock_shared(const Where& where = Where::current()) {
    hook_ == nullptr ? lock_shared_os() : hook_->from(where).lock_shared(*this);
  }
  [[nodiscard]] bool try_lock_shared(const Where& where = Where::current()) {
    return hook_ == nullptr ? os_.try_lock_shared() : hook_->from(where).try_lock_shared(*this);
  }
  void unlock_shared() noexcept { hook_ == nullptr ? os_.unlock_shared() : hook_->unlock_shared(*this); }

  [[nodiscard]] const char* name() const { return name_; }

  /// For the hook: its own word.
  std::uintptr_t slot = 0;
  /// For the hook: which of all that it has seen.
  std::uint32_t number = 0;

 private:
  void lock_os() {
    if (!os_.try_lock()) {
      wait_with_closed_gate();
    }
  }
  void wait_with_closed_gate();
  void lock_shared_os() {
    if (writers_waiting_.load(std::memory_order_relaxed) != 0) [[unlikely]] {
      wait_behind_writer();
    }
    os_.lock_shared();
  }
  void wait_behind_writer();

  SyncHook* hook_;
  const char* name_;
  std::shared_mutex os_;
  /// POSIX leaves it open who comes first and glibc prefers readers: a writer closes this gate behind the
  /// readers that are inside.
  std::mutex gate_;
  std::atomic<std::uint32_t> writers_waiting_ = 0;
};

/// A condition variable for Mutex. Wake-ups may be spurious: wait in a loop or with a predicate.
class CondVar {
 public:
  CondVar(SyncHook* hook, const char* name) : hook_(hook), name_(name) {
    if (hook_ != nullptr) {
      hook_->created(*this);
    }
  }
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  /// Requires: `lock` holds its mutex. Releases it while waiting, holds it again on return.
  void wait(std::unique_lock<Mutex>& lock, const Where& where = Where::current());

  /// The same until `deadline` on the node's monotonic clock; false when that passed first.
  bool wait_until(std::unique_lock<Mutex>& lock, base::Instant deadline,
                  const Where& where = Where::current());

  void notify_one(const Where& where = Where::current()) noexcept {
    hook_ == nullptr ? os_.notify_one() : hook_->from(where).notify_one(*this);
  }
  void notify_all(const Where& where = Where::current()) noexcept {
    hook_ == nullptr ? os_.notify_all() : hook_->from(where).notify_all(*this);
  }

  [[nodiscard]] const char* name() const { return name_; }

  /// For the hook: its own word, for instance the queue of waiters.
  std::uintptr_t slot = 0;
  /// For the hook: which of all that it has seen.
  std::uint32_t number = 0;

 private:
  SyncHook* hook_;
  const char* name_;
  std::condition_variable os_;
};

/// A named counter of permits between zero and a maximum. Whoever takes one blocks while there is none; any
/// thread may give them back. Everything before a release happens before the acquire that it lets through.
class Semaphore {
 public:
  /// Requires: initial <= maximum.
  Semaphore(SyncHook* hook, const char* name, std::uint32_t maximum, std::uint32_t initial)
      : count(initial), hook_(hook), name_(name), maximum_(maximum) {
    LOCKSTEP_ASSERT_MSG(initial <= maximum, name);
    if (hook_ != nullptr) {
      hook_->created(*this);
    }
  }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  void acquire(const Where& where = Where::current());
  [[nodiscard]] bool try_acquire(const Where& where = Where::current());
  /// Waits until `deadline` on the node's monotonic clock; false when that passed without a permit.
  [[nodiscard]] bool acquire_until(base::Instant deadline, const Where& where = Where::current());
  /// Gives `permits` back. Requires: no more than the maximum are there then (asserted).
  void release(std::uint32_t permits = 1, const Where& where = Where::current());

  [[nodiscard]] const char* name() const { return name_; }
  [[nodiscard]] std::uint32_t maximum() const { return maximum_; }

  /// For the hook: the permits that are there. Without a hook the semaphore guards it itself.
  std::uint32_t count;
  /// For the hook: its own word.
  std::uintptr_t slot = 0;
  /// For the hook: which of all that it has seen.
  std::uint32_t number = 0;

 private:
  SyncHook* hook_;
  const char* name_;
  std::uint32_t maximum_;
  std::mutex os_;
  std::condition_variable risen_;
};

}  // namespace lockstep::runtime
