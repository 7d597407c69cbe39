// Condition variables, semaphores, barriers and one-time initialisation.
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>

#include "sim/interpose/hooks.h"

namespace lockstep::interpose {
namespace {

bool is_signalled(const Thread& me) {
  return me.signalled;
}

bool lock_is_free(const Thread& me) {
  return me.on->owner == nullptr;
}

bool has_tokens(const Thread& me) {
  return me.on->count > 0;
}

bool round_is_over(const Thread& me) {
  return me.on->round != me.ticket;
}

bool is_not_running(const Thread& me) {
  return me.on->owner == nullptr;
}

int wait_for_condition(pthread_cond_t* cond, pthread_mutex_t* mutex, std::int64_t deadline, const void* pc) {
  Thread& me = *kernel->me;
  Object& object = object_at(address_of(cond), Object::kCond);
  check_alive(object, "waits for a condition that was destroyed", pc);
  if (meets_others(object.address, true)) {
    point(OpKind::kWait, object.address, pc);
  }
  Object& lock = object_at(address_of(mutex), Object::kMutex);
  if (lock.owner != &me) {
    report("misuse", "waits for a condition without holding its mutex", pc);
  }
  const std::uint32_t count = lock.count;
  release_mutex(lock);
  me.signalled = kernel->request.spurious && choose(16) == 1;
  me.relock = &lock;
  const bool woken =
      me.signalled || (wait_for(object, OpKind::kWait, &is_signalled, deadline, pc), me.signalled);
  if (lock.owner != nullptr || !woken || kernel->request.spurious) {
    wait_for(lock, OpKind::kLock, &lock_is_free, kNever, pc);
  }
  take_mutex(lock, count);
  return woken ? 0 : ETIMEDOUT;
}

/// Moves one waiter on to the lock that it takes again.
void wake(Object& object, Thread& thread) {
  (thread.previous_waiter == nullptr ? object.first_waiter : thread.previous_waiter->next_waiter) =
      thread.next_waiter;
  (thread.next_waiter == nullptr ? object.last_waiter : thread.next_waiter->previous_waiter) =
      thread.previous_waiter;
  --object.waiters;
  Object& lock = *thread.relock;
  thread.signalled = true;
  thread.on = &lock;
  thread.can = &lock_is_free;
  thread.deadline = kNever;
  thread.fiber.op.kind = OpKind::kLock;
  thread.fiber.op.object = object_number(lock.address);
  thread.next_waiter = nullptr;
  thread.previous_waiter = lock.last_waiter;
  (lock.last_waiter == nullptr ? lock.first_waiter : lock.last_waiter->next_waiter) = &thread;
  lock.last_waiter = &thread;
  ++lock.waiters;
  if (lock.owner == nullptr) {
    enable(thread);
  } else {
    disable(thread);
  }
}

int notify(pthread_cond_t* cond, bool all, const void* pc) {
  Object& object = object_at(address_of(cond), Object::kCond);
  check_alive(object, "notifies a condition that was destroyed", pc);
  if (meets_others(object.address, true)) {
    point(OpKind::kNotifyAll, object.address, pc);
  }
  progress();
  if (object.waiters == 0) {
    ++object.lost;
    object.lost_by = kernel->me;
    object.lost_at = pc;
    return 0;
  }
  do {
    Thread* thread = object.first_waiter;
    for (std::uint32_t skip = all ? 0 : choose(object.waiters); skip > 0; --skip) {
      thread = thread->next_waiter;
    }
    wake(object, *thread);
  } while (all && object.waiters != 0);
  return 0;
}

int take_token(sem_t* semaphore, std::int64_t deadline, const void* pc) {
  Object& object = object_at(address_of(semaphore), Object::kSemaphore);
  check_alive(object, "waits for a semaphore that was destroyed", pc);
  if (!wait_for(object, OpKind::kAcquire, &has_tokens, deadline, pc)) {
    errno = ETIMEDOUT;
    return -1;
  }
  --object.count;
  acquire(object.clock);
  update(object);
  return 0;
}

void end_once(Object& object) {
  object.owner = nullptr;
  release(object.clock);
  progress();
  update(object);
}

}  // namespace
}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

#define LOCKSTEP_PC __builtin_return_address(0)

extern "C" {

int pthread_cond_init(pthread_cond_t* cond, const pthread_condattr_t* attributes) noexcept {
  clockid_t clock = CLOCK_REALTIME;
  if (attributes != nullptr) {
    pthread_condattr_getclock(attributes, &clock);
  }
  *cond = pthread_cond_t{};
  // Where glibc keeps the clock, so that a condition survives from before main.
  cond->__data.__wrefs = clock == CLOCK_MONOTONIC ? 2 : 0;
  if (modelled()) {
    const Inside inside;
    forget_object(address_of(cond));
  }
  return 0;
}

int pthread_cond_destroy(pthread_cond_t* cond) noexcept {
  if (modelled()) {
    const Inside inside;
    Object& object = object_at(address_of(cond), Object::kCond);
    if (meets_others(object.address, true)) {
      point(OpKind::kWrite, object.address, LOCKSTEP_PC);
    }
    if (object.waiters != 0) {
      report("misuse", "destroys a condition that somebody waits for", LOCKSTEP_PC);
    }
    object.destroyed = true;
  }
  return 0;
}

int pthread_cond_wait(pthread_cond_t* cond, pthread_mutex_t* mutex) {
  if (!modelled()) {
    die("a condition is waited for before main");
  }
  const Inside inside;
  return wait_for_condition(cond, mutex, kNever, LOCKSTEP_PC);
}

int pthread_cond_timedwait(pthread_cond_t* cond, pthread_mutex_t* mutex, const timespec* until) {
  if (!modelled()) {
    die("a condition is waited for before main");
  }
  const Inside inside;
  const clockid_t clock = (cond->__data.__wrefs & 2) != 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
  return wait_for_condition(cond, mutex, deadline_of(clock, *until), LOCKSTEP_PC);
}

int pthread_cond_clockwait(pthread_cond_t* cond, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* until) {
  if (!modelled()) {
    die("a condition is waited for before main");
  }
  const Inside inside;
  return wait_for_condition(cond, mutex, deadline_of(clock, *until), LOCKSTEP_PC);
}

int pthread_cond_signal(pthread_cond_t* cond) noexcept {
  if (!modelled()) {
    return 0;
  }
  const Inside inside;
  return notify(cond, false, LOCKSTEP_PC);
}

int pthread_cond_broadcast(pthread_cond_t* cond) noexcept {
  if (!modelled()) {
    return 0;
  }
  const Inside inside;
  return notify(cond, true, LOCKSTEP_PC);
}

int sem_init(sem_t* semaphore, int, unsigned value) noexcept {
  if (!modelled()) {
    die("a semaphore is made before main");
  }
  const Inside inside;
  forget_object(address_of(semaphore));
  object_at(address_of(semaphore), Object::kSemaphore).count = value;
  return 0;
}

int sem_destroy(sem_t* semaphore) noexcept {
  if (modelled()) {
    const Inside inside;
    Object& object = object_at(address_of(semaphore), Object::kSemaphore);
    if (object.waiters != 0) {
      report("misuse", "destroys a semaphore that somebody waits for", LOCKSTEP_PC);
    }
    object.destroyed = true;
  }
  return 0;
}

int sem_wait(sem_t* semaphore) {
  const Inside inside;
  return take_token(semaphore, kNever, LOCKSTEP_PC);
}

int sem_timedwait(sem_t* semaphore, const timespec* until) {
  const Inside inside;
  return take_token(semaphore, deadline_of(CLOCK_REALTIME, *until), LOCKSTEP_PC);
}

int sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* until) {
  const Inside inside;
  return take_token(semaphore, deadline_of(clock, *until), LOCKSTEP_PC);
}

int sem_trywait(sem_t* semaphore) noexcept {
  const Inside inside;
  Object& object = object_at(address_of(semaphore), Object::kSemaphore);
  if (meets_others(object.address, true)) {
    point(OpKind::kTryLock, object.address, LOCKSTEP_PC);
  }
  if (object.count == 0) {
    errno = EAGAIN;
    return -1;
  }
  --object.count;
  acquire(object.clock);
  update(object);
  return 0;
}

int sem_post(sem_t* semaphore) noexcept {
  const Inside inside;
  Object& object = object_at(address_of(semaphore), Object::kSemaphore);
  check_alive(object, "posts a semaphore that was destroyed", LOCKSTEP_PC);
  if (meets_others(object.address, true)) {
    point(OpKind::kRelease, object.address, LOCKSTEP_PC);
  }
  ++object.count;
  release(object.clock);
  progress();
  update(object);
  return 0;
}

int sem_getvalue(sem_t* semaphore, int* value) noexcept {
  const Inside inside;
  *value = static_cast<int>(object_at(address_of(semaphore), Object::kSemaphore).count);
  return 0;
}

int pthread_barrier_init(pthread_barrier_t* barrier, const pthread_barrierattr_t*, unsigned count) noexcept {
  if (!modelled()) {
    die("a barrier is made before main");
  }
  const Inside inside;
  if (count == 0) {
    return EINVAL;
  }
  forget_object(address_of(barrier));
  object_at(address_of(barrier), Object::kBarrier).limit = count;
  return 0;
}

int pthread_barrier_destroy(pthread_barrier_t* barrier) noexcept {
  const Inside inside;
  Object& object = object_at(address_of(barrier), Object::kBarrier);
  if (object.waiters != 0) {
    report("misuse", "destroys a barrier that somebody waits at", LOCKSTEP_PC);
  }
  object.destroyed = true;
  return 0;
}

int pthread_barrier_wait(pthread_barrier_t* barrier) noexcept {
  const Inside inside;
  Thread& me = *kernel->me;
  Object& object = object_at(address_of(barrier), Object::kBarrier);
  check_alive(object, "waits at a barrier that was destroyed", LOCKSTEP_PC);
  if (meets_others(object.address, true)) {
    point(OpKind::kRelease, object.address, LOCKSTEP_PC);
  }
  me.ticket = object.round;
  release(object.clock);
  if (++object.count < object.limit) {
    wait_for(object, OpKind::kRelease, &round_is_over, kNever, LOCKSTEP_PC);
    acquire(object.clock);
    return 0;
  }
  object.count = 0;
  ++object.round;
  acquire(object.clock);
  progress();
  update(object);
  return PTHREAD_BARRIER_SERIAL_THREAD;
}

int pthread_once(pthread_once_t* control, void (*initialise)()) {
  constexpr int kDone = 2;
  if (!modelled()) {
    if (*control != kDone) {
      initialise();
      *control = kDone;
    }
    return 0;
  }
  const Inside inside;
  Object& object = object_at(address_of(control), Object::kOnce);
  while (*control != kDone) {
    if (object.owner == kernel->me) {
      report("misuse", "enters a one-time initialisation from within itself", LOCKSTEP_PC);
    }
    wait_for(object, OpKind::kLock, &is_not_running, kNever, LOCKSTEP_PC);
    if (*control == kDone || object.owner != nullptr) {
      continue;
    }
    object.owner = kernel->me;
    update(object);
    try {
      const Outside outside;
      initialise();
    } catch (...) {
      end_once(object);
      throw;
    }
    *control = kDone;
    end_once(object);
    return 0;
  }
  acquire(object.clock);
  return 0;
}

/// The compiler asks before it initialises a function's static variable; the first byte says that it is done.
int __cxa_guard_acquire(unsigned char* guard) {
  if (!modelled()) {
    return guard[0] == 0 ? 1 : 0;
  }
  const Inside inside;
  Object& object = object_at(address_of(guard), Object::kOnce);
  while (guard[0] == 0) {
    if (object.owner == kernel->me) {
      report("misuse", "enters a static variable's initialisation from within itself", LOCKSTEP_PC);
    }
    wait_for(object, OpKind::kLock, &is_not_running, kNever, LOCKSTEP_PC);
    if (guard[0] == 0 && object.owner == nullptr) {
      object.owner = kernel->me;
      update(object);
      return 1;
    }
  }
  acquire(object.clock);
  return 0;
}

void __cxa_guard_release(unsigned char* guard) {
  guard[0] = 1;
  if (modelled()) {
    const Inside inside;
    end_once(object_at(address_of(guard), Object::kOnce));
  }
}

void __cxa_guard_abort(unsigned char* guard) {
  if (modelled()) {
    const Inside inside;
    end_once(object_at(address_of(guard), Object::kOnce));
  }
}

}  // extern "C"
