// Raising stop signals and joining those who heard them.
#include "node/runtime/stop.h"

#include <mutex>
#include <utility>

namespace lockstep::runtime {

void StopSignal::request() {
  requested_.store(true, std::memory_order_release);
  // Whoever saw no request under its mutex is waiting by the time that the mutex can be had.
  mutex_.lock();
  mutex_.unlock();
  raised_.notify_all();
}

bool StopSignal::wait_until(base::Instant deadline) {
  std::unique_lock lock(mutex_);
  while (!requested()) {
    if (!raised_.wait_until(lock, deadline)) {
      return requested();
    }
  }
  return true;
}

StoppableThread::StoppableThread(Scheduler& scheduler, SyncHook* hook, std::string name,
                                 std::function<void(StopSignal&)> body)
    : signal_(hook), mutex_(hook, "stoppable thread"), joined_(hook, "stoppable thread joined") {
  thread_ = scheduler.spawn(std::move(name), [this, run = std::move(body)] { run(signal_); });
}

void StoppableThread::stop() {
  signal_.request();
  std::unique_lock lock(mutex_);
  if (state_ == State::kStarted) {
    state_ = State::kJoining;
    lock.unlock();
    thread_->join();
    lock.lock();
    state_ = State::kJoined;
    joined_.notify_all();
  }
  while (state_ != State::kJoined) {
    joined_.wait(lock);
  }
}

}  // namespace lockstep::runtime
