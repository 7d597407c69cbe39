// Asking threads to stop, and waiting until they have.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/runtime/atomic.h"
#include "node/runtime/scheduler.h"
#include "node/runtime/sync.h"

namespace lockstep::runtime {

/// A request to stop that is made once and stays. Thread-safe.
class StopSignal {
 public:
  /// `hook` as for Mutex.
  explicit StopSignal(SyncHook* hook)
      : mutex_(hook, "stop signal"), raised_(hook, "stop signal"), requested_(hook, "stop requested") {}

  /// Makes requested() true and ends all waits.
  void request();
  [[nodiscard]] bool requested() const { return requested_.load(std::memory_order_acquire); }

  /// Blocks until stop is requested, or until `deadline` on the node's monotonic clock; true if requested.
  [[nodiscard]] bool wait_until(base::Instant deadline);

 private:
  Mutex mutex_;
  CondVar raised_;
  Atomic<bool> requested_;
};

/// A thread that can be asked to stop. Must be stopped before it is destroyed (asserted by the scheduler's
/// threads). Thread-safe.
class StoppableThread {
 public:
  /// Starts `body`, which returns soon after its signal is raised.
  StoppableThread(Scheduler& scheduler, SyncHook* hook, std::string name,
                  std::function<void(StopSignal&)> body);

  void request_stop() { signal_.request(); }

  /// Requests the stop and returns when the body has: whoever calls, and however many do at once, finds the
  /// thread gone afterwards. Must not be called by the thread itself.
  void stop();

 private:
  enum class State : std::uint8_t { kStarted, kJoining, kJoined };

  StopSignal signal_;
  Mutex mutex_;
  CondVar joined_;
  State state_ = State::kStarted;
  std::unique_ptr<Thread> thread_;
};

}  // namespace lockstep::runtime
