// Threads of control: how a node starts them and lets time pass.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/base/time.h"
#include "node/runtime/held_locks.h"

namespace lockstep::runtime {

/// A started thread. Must be joined before it is destroyed (asserted by the implementations).
class Thread {
 public:
  virtual ~Thread() = default;

  /// Blocks until the thread's body has returned. Called once, by another thread.
  virtual void join() = 0;
};

/// Starts threads and makes the calling one wait. Thread-safe.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// Starts `body` on a thread of its own. `name` appears in reports and traces; it need not be unique.
  [[nodiscard]] virtual std::unique_ptr<Thread> spawn(std::string name, std::function<void()> body) = 0;

  /// Blocks the calling thread until the node's monotonic clock reads `deadline` or later.
  virtual void sleep_until(base::Instant deadline) = 0;

  /// Lets others run. A hint on OS threads, a scheduling point in simulation.
  virtual void yield() = 0;

  /// The calling thread's own record of the locks that it holds; empty when a thread begins. Works on every
  /// thread, also on those that were not spawned here, and costs no more than a few nanoseconds.
  [[nodiscard]] virtual HeldLocks& held_locks() = 0;
};

}  // namespace lockstep::runtime
