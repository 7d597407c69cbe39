// Asking threads to stop, and waiting until they have.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

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

  /// Makes requested() true, ends all waits here, and wakes whoever waits for what wakes() was told of.
  void request();
  [[nodiscard]] bool requested() const { return requested_.load(std::memory_order_acquire); }

  /// Blocks until stop is requested, or until `deadline` on the node's monotonic clock; true if requested.
  [[nodiscard]] bool wait_until(base::Instant deadline);

  /// Has request() notify `cond`, whose waiters hold `mutex` and look at requested() before they wait. Both
  /// must outlive the signal. To be called before the request can be made.
  void wakes(Mutex& mutex, CondVar& cond) { wakes_.push_back({&mutex, &cond}); }

 private:
  struct Waiters {
    Mutex* mutex;
    CondVar* cond;
  };

  Mutex mutex_;
  CondVar raised_;
  Atomic<bool> requested_;
  std::vector<Waiters> wakes_;
};

/// A thread that can be asked to stop. Must be stopped before it is destroyed (asserted by the scheduler's
/// threads). Thread-safe.
class StoppableThread {
 public:
  /// Starts `body`, which returns soon after its signal is raised. `wakes`, if given, is called before that
  /// to tell the signal whom to wake.
  StoppableThread(Scheduler& scheduler, SyncHook* hook, std::string name,
                  std::function<void(StopSignal&)> body,
                  const std::function<void(StopSignal&)>& wakes = nullptr);

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
