// Blocking fibers on mutexes and condition variables.
#include "sim/core/fiber_sync.h"

#include <string>

namespace lockstep::sim {
Fiber* FiberSync::self() {
  const FiberRef current = engine_.current();
  return current ? current.fiber : &outside_;
}

void FiberSync::lock(runtime::Mutex& mutex) {
  engine_.schedule_point();
  acquire(mutex, self());
}

/// Lets time pass for `me`, which cannot have a lock, until it may look again. False when it is being unwound
/// and has waited long enough: it goes on without.
bool FiberSync::wait_for_lock(Fiber& me, WaitQueue& queue, const Waiting& waiting, int& patience) {
  if (me.stopping) {
    if (patience-- == 0) {
      return false;
    }
    me.state = FiberState::kRunnable;
    engine_.enqueue(me);
    engine_.switch_away(me);
    return true;
  }
  engine_.fail_if_circle(me, waiting);
  queue.push_back(me);
  me.queue = &queue;
  engine_.block(me, waiting);
  return true;
}

void FiberSync::acquire(runtime::Mutex& mutex, Fiber* me) {
  State& state = states_.open(mutex.slot);
  if (state.holder == nullptr) [[likely]] {
    state.holder = me;
    order::took(&mutex, mutex.name(), false);
    return;
  }
  LOCKSTEP_ASSERT_MSG(state.holder != me || me->stopping, mutex.name());
  LOCKSTEP_ASSERT_MSG(me != &outside_, "a lock that is held cannot be waited for outside fibers");
  const Waiting waiting{"mutex", mutex.name(), &state.holder, nullptr};
  ++state.users;
  int patience = kPatience;
  while (state.holder != nullptr && state.holder != me) {
    if (!wait_for_lock(*me, state.waiters, waiting, patience)) {
      break;
    }
  }
  --state.users;
  if (state.holder == nullptr) {
    state.holder = me;
    order::took(&mutex, mutex.name(), false);
  }
}

bool FiberSync::try_lock(runtime::Mutex& mutex) {
  engine_.schedule_point();
  State& state = states_.open(mutex.slot);
  if (state.holder != nullptr) {
    return false;
  }
  state.holder = self();
  order::took(&mutex, mutex.name(), false);
  return true;
}

/// Somebody let go of what another holds, or nobody. Whoever is unwound may be without what it waited for.
void FiberSync::misused(const char* kind, const char* name) noexcept {
  if (!self()->stopping) {
    engine_.fail(FailureKind::kMisuse,
                 std::string(kind) + " " + name + " is unlocked by a thread that does not hold it");
  }
}

void FiberSync::unlock(runtime::Mutex& mutex) noexcept {
  State* state = states_.at(mutex.slot);
  if (state == nullptr || state->holder != self()) {
    misused("mutex", mutex.name());
    return;
  }
  order::let_go(&mutex, false);
  state->holder = nullptr;
  engine_.wake_one(state->waiters);
  states_.close_if_unused(mutex.slot);
}

void FiberSync::wait(runtime::CondVar& cond, runtime::Mutex& mutex) {
  wait_in(cond, mutex, nullptr);
}

bool FiberSync::wait_until(runtime::CondVar& cond, runtime::Mutex& mutex, base::Instant deadline) {
  return wait_in(cond, mutex, &deadline);
}

/// Waits with or without a deadline; false when that passed first. The mutex is released and the waiter
/// queued without a scheduling point in between, so that no notification falls into a gap.
bool FiberSync::wait_in(runtime::CondVar& cond, runtime::Mutex& mutex, const base::Instant* deadline) {
  LOCKSTEP_ASSERT_MSG(engine_.current(), "a condition cannot be waited for outside fibers");
  engine_.schedule_point();
  Fiber& me = *self();
  if (me.stopping) {
    engine_.on_stop(me);
    return false;
  }
  LOCKSTEP_ASSERT_MSG(mutex.slot != 0 && states_.at(mutex.slot)->holder == &me, mutex.name());
  State& state = states_.open(cond.slot);
  const Waiting waiting{"condition", cond.name(), nullptr, nullptr};
  ++state.users;
  unlock(mutex);
  bool notified = true;
  do {
    state.waiters.push_back(me);
    me.queue = &state.waiters;
    if (deadline == nullptr) {
      engine_.block(me, waiting);
    } else {
      notified = engine_.block_until(me, waiting, time_.to_engine_time(*deadline)) == WakeUp::kUnparked;
    }
  } while (!notified && time_.to_engine_time(*deadline) > engine_.now());
  --state.users;
  states_.close_if_unused(cond.slot);
  acquire(mutex, &me);
  engine_.check_stop(me);
  return notified;
}

void FiberSync::notify_one(runtime::CondVar& cond) noexcept {
  if (cond.slot != 0) {
    engine_.wake_one(states_.at(cond.slot)->waiters);
  }
}

void FiberSync::notify_all(runtime::CondVar& cond) noexcept {
  if (cond.slot != 0) {
    engine_.wake_all(states_.at(cond.slot)->waiters);
  }
}

void FiberSync::acquire(runtime::Semaphore& semaphore) {
  static_cast<void>(acquire_by(semaphore, nullptr));
}

bool FiberSync::acquire_until(runtime::Semaphore& semaphore, base::Instant deadline) {
  return acquire_by(semaphore, &deadline);
}

bool FiberSync::try_acquire(runtime::Semaphore& semaphore) {
  engine_.schedule_point();
  if (semaphore.count == 0) {
    return false;
  }
  --semaphore.count;
  order::acquire(&semaphore);
  return true;
}

bool FiberSync::acquire_by(runtime::Semaphore& semaphore, const base::Instant* deadline) {
  if (try_acquire(semaphore)) {
    return true;
  }
  LOCKSTEP_ASSERT_MSG(engine_.current(), "a permit cannot be waited for outside fibers");
  Fiber& me = *self();
  engine_.check_stop(me);
  State& state = states_.open(semaphore.slot);
  const Waiting waiting{"semaphore", semaphore.name(), nullptr, nullptr};
  ++state.users;
  bool late = false;
  while (semaphore.count == 0 && !late && !me.stopping) {
    state.waiters.push_back(me);
    me.queue = &state.waiters;
    if (deadline == nullptr) {
      engine_.block(me, waiting);
    } else {
      engine_.block_until(me, waiting, time_.to_engine_time(*deadline));
      late = time_.to_engine_time(*deadline) <= engine_.now();
    }
  }
  const bool acquired = semaphore.count > 0 && !me.stopping;
  if (acquired) {
    --semaphore.count;
    order::acquire(&semaphore);
  } else if (semaphore.count > 0) {
    // Whoever is unwound passes on the permit for which it was woken.
    engine_.wake_one(state.waiters);
  }
  --state.users;
  states_.close_if_unused(semaphore.slot);
  engine_.check_stop(me);
  return acquired;
}

void FiberSync::release(runtime::Semaphore& semaphore, std::uint32_t count) {
  LOCKSTEP_ASSERT_MSG(count <= semaphore.maximum() - semaphore.count, semaphore.name());
  semaphore.count += count;
  order::release(&semaphore);
  if (semaphore.slot != 0) {
    State& state = *states_.at(semaphore.slot);
    for (; count > 0 && engine_.wake_one(state.waiters); --count) {
    }
  }
}

void FiberSync::before_atomic(const runtime::AtomicOperation& /*operation*/) {
  engine_.schedule_point();
}

void FiberSync::after_compare(const runtime::AtomicOperation& /*operation*/) {}

}  // namespace lockstep::sim
