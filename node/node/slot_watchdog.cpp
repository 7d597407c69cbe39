// Looking, and barking once.
#include "node/node/slot_watchdog.h"

namespace lockstep::node {

SlotWatchdog::SlotWatchdog(const runtime::Runtime& runtime, chain::Events& events)
    : runtime_(runtime),
      events_(events),
      // No hook: it orders nothing, and is written at every turn.
      last_turn_(nullptr, "last turn of the slot driver", 0) {}

void SlotWatchdog::start() {
  alive();
  thread_.emplace(runtime_.scheduler, runtime_.sync, "watchdog",
                  [this](runtime::StopSignal& signal) { run(signal); });
}

void SlotWatchdog::run(runtime::StopSignal& signal) {
  std::int64_t reported = -1;
  do {
    const std::int64_t last = last_turn_.load(std::memory_order_relaxed);
    const base::Duration standing(now() - last);
    if (standing >= kTooLong && last != reported) {
      reported = last;
      events_.slot_driver_stalled({.standing = standing});
    }
  } while (!signal.wait_until(runtime_.clock.now() + kLookEvery));
}

void SlotWatchdog::close() {
  thread_->request_stop();
}

void SlotWatchdog::join() {
  if (thread_) {
    thread_->stop();
  }
}

}  // namespace lockstep::node
