// Waiting on the operating system's primitives.
#include "node/runtime/sync.h"

#include <chrono>

namespace lockstep::runtime {
namespace {

/// Lends a Mutex's std::mutex to std::condition_variable for the length of one wait: the caller owns it
/// before and after, so ownership is adopted and then given back.
class BorrowedLock {
 public:
  explicit BorrowedLock(std::mutex& mutex) : lock_(mutex, std::adopt_lock) {}
  ~BorrowedLock() { lock_.release(); }
  BorrowedLock(const BorrowedLock&) = delete;
  BorrowedLock& operator=(const BorrowedLock&) = delete;
  std::unique_lock<std::mutex>& get() { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace

void CondVar::wait(std::unique_lock<Mutex>& lock, const Where& where) {
  if (hook_ != nullptr) {
    hook_->from(where).wait(*this, *lock.mutex());
    return;
  }
  BorrowedLock borrowed(lock.mutex()->os_);
  os_.wait(borrowed.get());
}

bool CondVar::wait_until(std::unique_lock<Mutex>& lock, base::Instant deadline, const Where& where) {
  if (hook_ != nullptr) {
    return hook_->from(where).wait_until(*this, *lock.mutex(), deadline);
  }
  BorrowedLock borrowed(lock.mutex()->os_);
  const std::chrono::steady_clock::time_point until(deadline.time_since_epoch());
  return os_.wait_until(borrowed.get(), until) == std::cv_status::no_timeout;
}

void SharedMutex::wait_with_closed_gate() {
  writers_waiting_.fetch_add(1, std::memory_order_relaxed);
  {
    const std::lock_guard close(gate_);
    os_.lock();
  }
  writers_waiting_.fetch_sub(1, std::memory_order_relaxed);
}

void SharedMutex::wait_behind_writer() {
  const std::lock_guard pass(gate_);
}

void Semaphore::acquire(const Where& where) {
  if (hook_ != nullptr) {
    hook_->from(where).acquire(*this);
    return;
  }
  std::unique_lock lock(os_);
  risen_.wait(lock, [this] { return count > 0; });
  --count;
}

bool Semaphore::try_acquire(const Where& where) {
  if (hook_ != nullptr) {
    return hook_->from(where).try_acquire(*this);
  }
  const std::lock_guard lock(os_);
  if (count == 0) {
    return false;
  }
  --count;
  return true;
}

bool Semaphore::acquire_until(base::Instant deadline, const Where& where) {
  if (hook_ != nullptr) {
    return hook_->from(where).acquire_until(*this, deadline);
  }
  std::unique_lock lock(os_);
  const std::chrono::steady_clock::time_point until(deadline.time_since_epoch());
  if (!risen_.wait_until(lock, until, [this] { return count > 0; })) {
    return false;
  }
  --count;
  return true;
}

void Semaphore::release(std::uint32_t permits, const Where& where) {
  if (hook_ != nullptr) {
    hook_->from(where).release(*this, permits);
    return;
  }
  {
    const std::lock_guard lock(os_);
    LOCKSTEP_ASSERT_MSG(permits <= maximum_ - count, name_);
    count += permits;
  }
  permits == 1 ? risen_.notify_one() : risen_.notify_all();
}

}  // namespace lockstep::runtime
