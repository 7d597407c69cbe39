// Looking, and barking once.
#include "node/node/slot_watchdog.h"

namespace lockstep::node {

SlotWatchdog::SlotWatchdog(const runtime::Runtime& runtime, chain::Events& events)
    : runtime_(runtime),
      events_(events),
      // No hook: it orders nothing, and is written at every turn.
      last_turn_(nullptr, "last turn of the slot driver", 0),
      stopping_(runtime.sync, "watchdog stops"),
      wake_(runtime.sync, "watchdog") {}

void SlotWatchdog::start() {
  alive();
  thread_ = runtime_.scheduler.spawn("watchdog", [this] { run(); });
}

void SlotWatchdog::run() {
  std::int64_t reported = -1;
  while (!stopping_.load(std::memory_order_acquire)) {
    const std::int64_t last = last_turn_.load(std::memory_order_relaxed);
    const base::Duration standing(now() - last);
    if (standing >= kTooLong && last != reported) {
      reported = last;
      events_.slot_driver_stalled({.standing = standing});
    }
    wake_.wait_until(runtime_.clock.now() + kLookEvery);
  }
}

void SlotWatchdog::close() {
  stopping_.store(true, std::memory_order_release);
  wake_.notify();
}

void SlotWatchdog::join() {
  if (thread_ != nullptr) {
    thread_->join();
    thread_.reset();
  }
}

}  // namespace lockstep::node
