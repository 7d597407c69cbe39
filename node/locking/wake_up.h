// Waking a thread so that no reason to wake it is lost.
#pragma once

#include "node/runtime/atomic.h"
#include "node/runtime/sync.h"

namespace lockstep::locking {

/// Remembers that somebody rang until it is answered. Who is to be woken answers first and looks for work
/// then: whatever was put down before a ring that found it rung already is found by that look. Thread-safe.
class Doorbell {
 public:
  /// `hook` and `name` as for runtime::Mutex.
  Doorbell(runtime::SyncHook* hook, const char* name) : rung_(hook, name, false) {}

  /// True for the first ring since the last answer: that one has to see to it that somebody wakes.
  [[nodiscard]] bool ring() { return !rung_.exchange(true, std::memory_order_acq_rel); }
  void answer() { rung_.exchange(false, std::memory_order_acq_rel); }

 private:
  runtime::Atomic<bool> rung_;
};

/// One thread waits here for any of many reasons; each is put down before notify(). Notifications while it
/// works are kept as one, so that the next wait returns at once. Any number of notifiers, one waiter at a
/// time.
class WakeUp {
 public:
  WakeUp(runtime::SyncHook* hook, const char* name) : bell_(hook, name), permit_(hook, name, 1, 0) {}

  void notify() {
    if (bell_.ring()) {
      permit_.release();
    }
  }
  void wait() {
    permit_.acquire();
    bell_.answer();
  }
  /// The same until `deadline` on the node's monotonic clock; false when that passed first.
  bool wait_until(base::Instant deadline) {
    const bool notified = permit_.acquire_until(deadline);
    if (notified) {
      bell_.answer();
    }
    return notified;
  }

 private:
  Doorbell bell_;
  runtime::Semaphore permit_;
};

}  // namespace lockstep::locking
