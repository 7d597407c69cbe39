// Blocking fibers on mutexes and condition variables.
#include "sim/core/fiber_sync.h"

#include <string>

#include "sim/core/order.h"

namespace lockstep::sim {
Fiber* FiberSync::self() {
  const FiberRef current = engine_.current();
  return current ? current.fiber : &outside_;
}

namespace {

/// The program's code notes where it calls; the word in which it does belongs to the world.
void is_the_worlds(const runtime::Where& where) {
  order::forget(&where, sizeof where);
}

}  // namespace

/// A scheduling point before an operation. Without a strategy nobody asks what comes.
void FiberSync::point(OpKind kind, ObjectId object) {
  is_the_worlds(where());
  if (engine_.strategy() == nullptr) {
    engine_.schedule_point();
  } else if (engine_.current() && !engine_.stopping()) {
    engine_.point(Operation{kind, MemoryOrder::kSeqCst, object, place_of(where())});
  }
}

/// Says what `me`, which blocks, does when it is woken.
void FiberSync::comes_next(Fiber& me, OpKind kind, ObjectId object) const {
  if (engine_.strategy() != nullptr) {
    me.op = Operation{kind, MemoryOrder::kSeqCst, object, me.op.site};
  }
}

void FiberSync::tell(Ordering::Kind kind, ObjectId lock) noexcept {
  if (engine_.strategy() != nullptr && engine_.current()) {
    engine_.strategy()->order(kind, *engine_.current().fiber, lock);
  }
}

void FiberSync::lock(runtime::Mutex& mutex) {
  point(OpKind::kLock, mutex.number);
  acquire(mutex, self());
}

/// Lets time pass for `me`, which cannot have a lock, until it may look again. False when it is being unwound
/// and has waited long enough: it goes on without.
bool FiberSync::wait_for_lock(Fiber& me, WaitQueue& queue, const Waiting& waiting, int& patience) {
  if (me.stopping) {
    if (patience-- == 0) {
      return false;
    }
    engine_.let_others(me);
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
    tell(Ordering::Kind::kTook, mutex.number);
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
    tell(Ordering::Kind::kTook, mutex.number);
  }
}

bool FiberSync::try_lock(runtime::Mutex& mutex) {
  point(OpKind::kTryLock, mutex.number);
  State& state = states_.open(mutex.slot);
  if (state.holder != nullptr) {
    return false;
  }
  state.holder = self();
  order::took(&mutex, mutex.name(), false);
  tell(Ordering::Kind::kTook, mutex.number);
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
  tell(Ordering::Kind::kGaveBack, mutex.number);
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
  point(OpKind::kWait, cond.number);
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
  comes_next(me, OpKind::kLock, mutex.number);
  bool notified = true;
  do {
    state.waiters.push_back(me);
    me.queue = &state.waiters;
    if (deadline == nullptr) {
      engine_.block(me, waiting);
    } else {
      notified = engine_.block_until(me, waiting, time_.to_engine_time(*deadline)) == WakeUp::kUnparked;
    }
  } while (!notified && !engine_.early_timers() && time_.to_engine_time(*deadline) > engine_.now());
  --state.users;
  states_.close_if_unused(cond.slot);
  acquire(mutex, &me);
  engine_.check_stop(me);
  return notified;
}

void FiberSync::notify(runtime::CondVar& cond, bool all) noexcept {
  is_the_worlds(where());
  if (engine_.strategy() != nullptr) {
    point(all ? OpKind::kNotifyAll : OpKind::kNotifyOne, cond.number);
  }
  if (cond.slot == 0) {
    return;
  }
  WaitQueue& waiters = states_.at(cond.slot)->waiters;
  if (all) {
    engine_.wake_all(waiters);
  } else {
    engine_.wake_one(waiters);
  }
}

void FiberSync::notify_one(runtime::CondVar& cond) noexcept {
  notify(cond, false);
}

void FiberSync::notify_all(runtime::CondVar& cond) noexcept {
  notify(cond, true);
}

void FiberSync::acquire(runtime::Semaphore& semaphore) {
  static_cast<void>(acquire_by(semaphore, nullptr));
}

bool FiberSync::acquire_until(runtime::Semaphore& semaphore, base::Instant deadline) {
  return acquire_by(semaphore, &deadline);
}

bool FiberSync::try_acquire(runtime::Semaphore& semaphore) {
  point(OpKind::kTryAcquire, semaphore.number);
  return try_take(semaphore);
}

bool FiberSync::try_take(runtime::Semaphore& semaphore) {
  if (semaphore.count == 0) {
    return false;
  }
  --semaphore.count;
  order::acquire(&semaphore);
  return true;
}

bool FiberSync::acquire_by(runtime::Semaphore& semaphore, const base::Instant* deadline) {
  point(OpKind::kAcquire, semaphore.number);
  if (try_take(semaphore)) {
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
      const WakeUp woken = engine_.block_until(me, waiting, time_.to_engine_time(*deadline));
      late = (woken == WakeUp::kTimedOut && engine_.early_timers()) ||
             time_.to_engine_time(*deadline) <= engine_.now();
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
  is_the_worlds(where());
  if (engine_.strategy() != nullptr) {
    point(OpKind::kRelease, semaphore.number);
  }
  LOCKSTEP_ASSERT_MSG(count <= semaphore.maximum() - semaphore.count, semaphore.name());
  semaphore.count += count;
  order::release(&semaphore);
  if (semaphore.slot != 0) {
    State& state = *states_.at(semaphore.slot);
    for (; count > 0 && engine_.wake_one(state.waiters); --count) {
    }
  }
}

void FiberSync::before_atomic(const runtime::AtomicOperation& operation) {
  if (engine_.strategy() == nullptr) {
    engine_.schedule_point();
    return;
  }
  const OpKind kind = operation.kind == runtime::AtomicKind::kLoad    ? OpKind::kAtomicLoad
                      : operation.kind == runtime::AtomicKind::kStore ? OpKind::kAtomicStore
                                                                      : OpKind::kAtomicRmw;
  from(operation.where);
  point(kind, static_cast<ObjectId>(*operation.slot));
}

void FiberSync::after_compare(const runtime::AtomicOperation& /*operation*/) {}

}  // namespace lockstep::sim
