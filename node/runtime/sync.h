// Locks and condition variables: ordinary value types that a hook can take over.
//
// Without a hook these are std::mutex and std::condition_variable behind one branch. With one, every
// operation is the hook's: that is how the same object code runs on OS threads and under a scheduler that
// owns every turn.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "node/base/time.h"

namespace lockstep::runtime {

class Mutex;
class CondVar;

/// Takes the place of the operating system's primitives. One hook serves all locks of a node; the `slot`
/// words of Mutex and CondVar are the hook's to use and are zero at first.
class SyncHook {
 public:
  virtual ~SyncHook() = default;
  virtual void lock(Mutex& mutex) = 0;
  [[nodiscard]] virtual bool try_lock(Mutex& mutex) = 0;
  virtual void unlock(Mutex& mutex) noexcept = 0;
  virtual void wait(CondVar& cond, Mutex& mutex) = 0;
  /// Returns false when `deadline` passed without a notification.
  virtual bool wait_until(CondVar& cond, Mutex& mutex, base::Instant deadline) = 0;
  virtual void notify_one(CondVar& cond) noexcept = 0;
  virtual void notify_all(CondVar& cond) noexcept = 0;
};

/// A named mutual-exclusion lock, not recursive. Satisfies Lockable, so std::lock_guard and std::unique_lock
/// work.
class Mutex {
 public:
  /// `hook` may be null (OS threads) and must outlive the mutex; `name` is a string literal, shown in
  /// reports.
  Mutex(SyncHook* hook, const char* name) : hook_(hook), name_(name) {}
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() { hook_ == nullptr ? os_.lock() : hook_->lock(*this); }
  [[nodiscard]] bool try_lock() { return hook_ == nullptr ? os_.try_lock() : hook_->try_lock(*this); }
  void unlock() noexcept { hook_ == nullptr ? os_.unlock() : hook_->unlock(*this); }

  [[nodiscard]] const char* name() const { return name_; }

  /// For the hook: its own word, for instance the holder and the queue of waiters.
  std::uintptr_t slot = 0;

 private:
  friend class CondVar;
  SyncHook* hook_;
  const char* name_;
  std::mutex os_;
};

/// A condition variable for Mutex. Wake-ups may be spurious: wait in a loop or with a predicate.
class CondVar {
 public:
  CondVar(SyncHook* hook, const char* name) : hook_(hook), name_(name) {}
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  /// Requires: `lock` holds its mutex. Releases it while waiting, holds it again on return.
  void wait(std::unique_lock<Mutex>& lock);

  /// The same until `deadline` on the node's monotonic clock; false when that passed first.
  bool wait_until(std::unique_lock<Mutex>& lock, base::Instant deadline);

  void notify_one() noexcept { hook_ == nullptr ? os_.notify_one() : hook_->notify_one(*this); }
  void notify_all() noexcept { hook_ == nullptr ? os_.notify_all() : hook_->notify_all(*this); }

  [[nodiscard]] const char* name() const { return name_; }

  /// For the hook: its own word, for instance the queue of waiters.
  std::uintptr_t slot = 0;

 private:
  SyncHook* hook_;
  const char* name_;
  std::condition_variable os_;
};

}  // namespace lockstep::runtime
