// Spawning, joining and sleeping by a node's own clock.
#include "sim/core/fiber_scheduler.h"

#include <utility>

namespace lockstep::sim {

FiberThread::~FiberThread() {
  const bool excused = engine_.stopping() || !engine_.current();
  if (!joined_ && !excused) {
    engine_.fail(FailureKind::kMisuse, "a thread is destroyed that was not joined");
    engine_.stop_fiber(fiber_);
  }
  if (!joined_) {
    engine_.join(fiber_);
  }
}

void FiberThread::join() {
  joined_ = true;
  engine_.schedule_point();
  engine_.join(fiber_);
  if (engine_.strategy() != nullptr && engine_.current() && !engine_.stopping()) {
    engine_.strategy()->order(Ordering::Kind::kJoined, *engine_.current().fiber, index_);
  }
}

std::unique_ptr<runtime::Thread> FiberScheduler::spawn(std::string name, std::function<void()> body) {
  return std::make_unique<FiberThread>(engine_, engine_.spawn(std::move(name), lane_, std::move(body)));
}

void FiberScheduler::sleep_until(base::Instant deadline) {
  // A stepped or drifting clock may say on waking that it is too early.
  do {
    engine_.sleep_until(time_.to_engine_time(deadline));
  } while (time_.to_engine_time(deadline) > engine_.now());
}

void FiberScheduler::yield() {
  engine_.yield();
}

runtime::HeldLocks& FiberScheduler::held_locks() {
  const FiberRef current = engine_.current();
  return current ? current.fiber->held_locks : outside_;
}

}  // namespace lockstep::sim
