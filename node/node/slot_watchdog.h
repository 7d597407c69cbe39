// Notices when the slot driver stands still.
#pragma once

#include <cstdint>
#include <optional>

#include "node/chain/events.h"
#include "node/runtime/atomic.h"
#include "node/runtime/runtime.h"
#include "node/runtime/stop.h"

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
  /// Asks the thread to end. Any thread, once start() has returned.
  void close();
  /// Waits until it has ended. Does nothing when it never began.
  void join();

 private:
  void run(runtime::StopSignal& signal);
  [[nodiscard]] std::int64_t now() const { return runtime_.clock.now().time_since_epoch().count(); }

  runtime::Runtime runtime_;
  chain::Events& events_;
  runtime::Atomic<std::int64_t> last_turn_;
  std::optional<runtime::StoppableThread> thread_;
};

}  // namespace lockstep::node
