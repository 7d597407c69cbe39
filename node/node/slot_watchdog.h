// Notices when the slot driver stands still.
#pragma once

#include <cstdint>
#include <memory>

#include "node/chain/events.h"
#include "node/locking/wake_up.h"
#include "node/runtime/atomic.h"
#include "node/runtime/runtime.h"

namespace lockstep::node {

/// A thread of its own that looks once a second when the slot driver was last alive, and reports a standstill
/// of five seconds or more, once for each.
class SlotWatchdog {
 public:
  static constexpr base::Duration kLookEvery = std::chrono::seconds(1);
  static constexpr base::Duration kTooLong = std::chrono::seconds(5);

  /// Both outlive it.
  SlotWatchdog(const runtime::Runtime& runtime, chain::Events& events);

  /// Starts the thread `watchdog`. The driver counts as alive at this moment.
  void start();
  /// Called by the slot driver at each of its turns.
  void alive() { last_turn_.store(now(), std::memory_order_relaxed); }
  void close();
  /// Requires: close() was called.
  void join();

 private:
  void run();
  [[nodiscard]] std::int64_t now() const { return runtime_.clock.now().time_since_epoch().count(); }

  runtime::Runtime runtime_;
  chain::Events& events_;
  runtime::Atomic<std::int64_t> last_turn_;
  runtime::Atomic<bool> stopping_;
  locking::WakeUp wake_;
  std::unique_ptr<runtime::Thread> thread_;
};

}  // namespace lockstep::node
