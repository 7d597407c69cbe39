// Contending: fibers that stand before an operation and can be chosen only while it is possible.
#include "sim/core/engine.h"

namespace lockstep::sim {

bool Engine::contend(WaitQueue& queue, const Operation& operation, const Waiting& waiting, bool is_open) {
  Fiber& me = running();
  LOCKSTEP_ASSERT_MSG(strategy_ != nullptr || me.stopping, "to contend needs a strategy");
  me.op = operation;
  if (me.stopping) {
    stopping_point(me);
    return false;
  }
  queue.push_back(me);
  me.queue = &queue;
  me.waiting = &waiting;
  if (is_open) {
    me.state = FiberState::kRunnable;
  } else {
    fail_if_circle(me, waiting);
    me.state = FiberState::kParked;
    strategy_->remove(me);
  }
  switch_away(me);
  me.waiting = nullptr;
  if (me.queue != nullptr) {
    me.queue = nullptr;
    queue.remove(me);
  }
  return !me.stopping;
}

void Engine::open(WaitQueue& queue) {
  for (Fiber* fiber = queue.front(); fiber != nullptr; fiber = fiber->next) {
    if (fiber->state == FiberState::kParked) {
      fiber->state = FiberState::kRunnable;
      enqueue(*fiber);
    }
  }
}

void Engine::shut(WaitQueue& queue) {
  for (Fiber* fiber = queue.front(); fiber != nullptr; fiber = fiber->next) {
    if (fiber->state == FiberState::kRunnable && !fiber->stopping) {
      fiber->state = FiberState::kParked;
      strategy_->remove(*fiber);
    }
  }
}

void Engine::move_to(Fiber& fiber, WaitQueue& queue, const Operation& operation, const Waiting& waiting,
                     bool is_open) {
  if (fiber.queue != nullptr) {
    fiber.queue->remove(fiber);
  }
  if (fiber.timed) {
    events_.cancel(fiber.timer);
    fiber.timed = false;
  }
  queue.push_back(fiber);
  fiber.queue = &queue;
  fiber.op = operation;
  fiber.waiting = &waiting;
  if (is_open) {
    fiber.state = FiberState::kRunnable;
    enqueue(fiber);
  } else {
    // It could go on where it was if it was to be woken early.
    fiber.state = FiberState::kParked;
    strategy_->remove(fiber);
  }
}

}  // namespace lockstep::sim
