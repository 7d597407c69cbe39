// Waking fibers: by others, by queues, by time.
#include <utility>

#include "sim/core/engine.h"

namespace lockstep::sim {
namespace {

constexpr std::ptrdiff_t kLine = 64;

/// Asks for the frames that a fiber goes on in. Inlined by force: g++ takes a function that only prefetches
/// for one without effect and drops the call.
[[gnu::always_inline]] inline void prefetch_stack(const Fiber& fiber) {
  constexpr std::ptrdiff_t kLinesOfStack = 12;
  const auto* stack = static_cast<const char*>(fiber.context.stack_pointer);
  for (std::ptrdiff_t line = 0; line < kLinesOfStack; ++line) {
    __builtin_prefetch(stack + line * kLine, 1);
  }
}

}  // namespace

bool Engine::chooses_to_fire_early() {
  // Not half of all waits of a whole node: between two of its deadlines it is to get some work done.
  constexpr std::uint64_t kOneIn = 4;
  return strategy_ != nullptr ? strategy_->choose_value(2) == 1 : draw(timer_choices_, kOneIn) == 0;
}

/// `me` stands where it would wait, and can go on from there at once: somebody may still be faster.
WakeUp Engine::wake_early(Fiber& me, const Waiting& waiting) {
  const WaitQueue* const queue = me.queue;
  me.waiting = &waiting;
  me.state = FiberState::kRunnable;
  enqueue(me);
  switch_away(me);
  if (queue != nullptr && me.queue != queue) {
    return WakeUp::kUnparked;
  }
  me.waiting = nullptr;
  if (queue != nullptr) {
    std::exchange(me.queue, nullptr)->remove(me);
  }
  return WakeUp::kTimedOut;
}

/// Asks for a fiber's record, and then for its stack.
void Engine::prepare_wake(void* object, std::uint64_t, std::uint64_t, std::size_t ahead) {
  constexpr std::ptrdiff_t kLinesOfRecord = 2;
  if (ahead == Event::kFarAhead) {
    const char* record = static_cast<const char*>(object);
    for (std::ptrdiff_t line = 0; line < kLinesOfRecord; ++line) {
      __builtin_prefetch(record + line * kLine, 1);
    }
    return;
  }
  prefetch_stack(*static_cast<const Fiber*>(object));
}

void Engine::wake_by_timer(void* object, std::uint64_t, std::uint64_t) {
  Fiber& fiber = *static_cast<Fiber*>(object);
  fiber.timed = false;
  fiber.timed_out = true;
  fiber.engine->wake(fiber);
}

void Engine::wake(Fiber& fiber) {
  if (fiber.queue != nullptr) {
    std::exchange(fiber.queue, nullptr)->remove(fiber);
  }
  if (fiber.timed) {
    events_.cancel(fiber.timer);
    fiber.timed = false;
  }
  fiber.waiting = nullptr;
  if (fiber.state == FiberState::kRunnable) {
    // Its timer fires early: it waits for its turn already.
    return;
  }
  fiber.state = FiberState::kRunnable;
  enqueue(fiber);
  if (current_ != nullptr) {
    // Whom an event wakes has been asked for before.
    prefetch_stack(fiber);
  }
}

bool Engine::unpark(FiberRef ref) {
  if (!alive(ref) || ref.fiber->state != FiberState::kParked) {
    return false;
  }
  wake(*ref.fiber);
  return true;
}

bool Engine::wake_one(WaitQueue& queue) {
  if (queue.empty()) {
    return false;
  }
  std::uint32_t index = 0;
  if (strategy_ != nullptr) {
    index = strategy_->choose_value(queue.size());
  } else if (policy_ == Policy::kRandom && queue.size() > 1) {
    index = static_cast<std::uint32_t>(draw(wake_choices_, queue.size()));
  }
  wake(*queue.at(index));
  return true;
}

void Engine::wake_all(WaitQueue& queue) {
  while (!queue.empty()) {
    wake(*queue.front());
  }
}

}  // namespace lockstep::sim
