// Waiting on the operating system's condition variables.
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

void CondVar::wait(std::unique_lock<Mutex>& lock) {
  if (hook_ != nullptr) {
    hook_->wait(*this, *lock.mutex());
    return;
  }
  BorrowedLock borrowed(lock.mutex()->os_);
  os_.wait(borrowed.get());
}

bool CondVar::wait_until(std::unique_lock<Mutex>& lock, base::Instant deadline) {
  if (hook_ != nullptr) {
    return hook_->wait_until(*this, *lock.mutex(), deadline);
  }
  BorrowedLock borrowed(lock.mutex()->os_);
  const std::chrono::steady_clock::time_point until(deadline.time_since_epoch());
  return os_.wait_until(borrowed.get(), until) == std::cv_status::no_timeout;
}

}  // namespace lockstep::runtime
