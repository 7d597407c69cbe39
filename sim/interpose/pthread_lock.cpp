// Mutexes, spin locks and read-write locks of a program that has never heard of us.
#include <errno.h>
#include <pthread.h>

#include "sim/interpose/hooks.h"
#include "sim/interpose/lock_orders.h"

namespace lockstep::interpose {
namespace {

bool mutex_is_free(const Thread& me) {
  return me.on->owner == nullptr;
}

bool can_read(const Thread& me) {
  return me.on->owner == nullptr;
}

bool can_write(const Thread& me) {
  return me.on->owner == nullptr && me.on->count == 0;
}

int kind_of(const pthread_mutex_t* mutex) {
  return mutex->__data.__kind & 3;
}

/// The caller holds the lock from now on.
void hold(Object& object, sim::Ordering::Kind how = sim::Ordering::Kind::kTook) {
  kernel->me->held.push_back(&object);
  kernel->strategy->order(how, kernel->me->fiber, object_number(object.address));
}

/// Before a lock is held that was waited for, and not tried for, nor for a time only.
void waited_for(const Object& object, std::int64_t deadline, bool shared, const void* pc) {
  if (!kernel->me->held.empty() && deadline == kNever) {
    note_order(object, shared, pc);
  }
}

void take(Object& object) {
  Thread& me = *kernel->me;
  object.owner = &me;
  object.count = 1;
  hold(object);
  acquire(object.clock);
  update(object);
}

int lock_mutex(pthread_mutex_t* mutex, std::int64_t deadline, const void* pc) {
  Thread& me = *kernel->me;
  Object& object = object_at(address_of(mutex), Object::kMutex);
  check_alive(object, "locks a mutex that was destroyed", pc);
  if (object.owner == &me) {
    if (kind_of(mutex) == PTHREAD_MUTEX_RECURSIVE) {
      ++object.count;
      return 0;
    }
    if (kind_of(mutex) == PTHREAD_MUTEX_ERRORCHECK) {
      return EDEADLK;
    }
  }
  poll_politely(pc);
  if (!wait_for(object, OpKind::kLock, &mutex_is_free, deadline, pc)) {
    return ETIMEDOUT;
  }
  waited_for(object, deadline, false, pc);
  take(object);
  return 0;
}

int try_mutex(pthread_mutex_t* mutex, const void* pc) {
  Object& object = object_at(address_of(mutex), Object::kMutex);
  check_alive(object, "locks a mutex that was destroyed", pc);
  note_tried(object);
  if (meets_others(object.address, true)) {
    point(OpKind::kTryLock, object.address, pc);
  }
  if (object.owner == kernel->me && kind_of(mutex) == PTHREAD_MUTEX_RECURSIVE) {
    ++object.count;
    return 0;
  }
  if (object.owner != nullptr) {
    kernel->me->failed_at = &object;
    return EBUSY;
  }
  take(object);
  return 0;
}

/// Before a lock is given back: whether it is held matters only to those who try for it.
void leave_lock(const Object& object, const void* pc) {
  if (object.tried && meets_others(object.address, true)) {
    point(OpKind::kUnlock, object.address, pc);
  }
}

int unlock_mutex(pthread_mutex_t* mutex, const void* pc) {
  Thread& me = *kernel->me;
  Object& object = object_at(address_of(mutex), Object::kMutex);
  if (object.owner != &me) {
    if (kind_of(mutex) != PTHREAD_MUTEX_NORMAL) {
      return EPERM;
    }
    report("misuse",
           object.owner == nullptr ? "unlocks a mutex that is not locked"
                                   : "unlocks a mutex that " + name_of(*object.owner) + " holds",
           pc);
  }
  if (object.count == 1) {
    leave_lock(object, pc);
  }
  if (--object.count == 0) {
    release_mutex(object);
  }
  return 0;
}

int read_lock(pthread_rwlock_t* lock, std::int64_t deadline, const void* pc) {
  Object& object = object_at(address_of(lock), Object::kRwLock);
  check_alive(object, "locks a rwlock that was destroyed", pc);
  if (object.owner == kernel->me) {
    return EDEADLK;
  }
  poll_politely(pc);
  if (!wait_for(object, OpKind::kLockShared, &can_read, deadline, pc)) {
    return ETIMEDOUT;
  }
  waited_for(object, deadline, true, pc);
  ++object.count;
  hold(object, sim::Ordering::Kind::kTookShared);
  acquire(object.clock);
  update(object);
  return 0;
}

int write_lock(pthread_rwlock_t* lock, std::int64_t deadline, const void* pc) {
  Object& object = object_at(address_of(lock), Object::kRwLock);
  check_alive(object, "locks a rwlock that was destroyed", pc);
  if (object.owner == kernel->me) {
    return EDEADLK;
  }
  poll_politely(pc);
  if (!wait_for(object, OpKind::kLock, &can_write, deadline, pc)) {
    return ETIMEDOUT;
  }
  waited_for(object, deadline, false, pc);
  object.owner = kernel->me;
  hold(object);
  acquire(object.clock);
  acquire(object.reader_clock);
  update(object);
  return 0;
}

int try_rwlock(pthread_rwlock_t* lock, bool writes, const void* pc) {
  Object& object = object_at(address_of(lock), Object::kRwLock);
  note_tried(object);
  if (meets_others(object.address, true)) {
    point(OpKind::kTryLock, object.address, pc);
  }
  if (object.owner != nullptr || (writes && object.count != 0)) {
    kernel->me->failed_at = &object;
    return EBUSY;
  }
  acquire(object.clock);
  if (writes) {
    object.owner = kernel->me;
    acquire(object.reader_clock);
  } else {
    ++object.count;
  }
  hold(object, writes ? sim::Ordering::Kind::kTook : sim::Ordering::Kind::kTookShared);
  update(object);
  return 0;
}

int unlock_rwlock(pthread_rwlock_t* lock, const void* pc) {
  Object& object = object_at(address_of(lock), Object::kRwLock);
  leave_lock(object, pc);
  if (object.owner == kernel->me) {
    object.owner = nullptr;
    release(object.clock);
  } else if (object.count != 0) {
    --object.count;
    release(object.reader_clock);
  } else {
    report("misuse", "unlocks a rwlock that it does not hold", pc);
  }
  drop_held(object);
  update(object);
  if (object.tried) {
    can_be_had(object);
  }
  return 0;
}

}  // namespace

void drop_held(Object& object) {
  kernel->strategy->order(sim::Ordering::Kind::kGaveBack, kernel->me->fiber, object_number(object.address));
  auto& held = kernel->me->held;
  for (std::size_t i = held.size(); i-- > 0;) {
    if (held[i] == &object) {
      held.erase(held.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }
}

void release_mutex(Object& object) {
  object.owner = nullptr;
  object.count = 0;
  release(object.clock);
  drop_held(object);
  update(object);
  if (object.tried) {
    can_be_had(object);
  }
}

void take_mutex(Object& object, std::uint32_t count) {
  take(object);
  object.count = count;
}

void check_alive(const Object& object, const char* sentence, const void* pc) {
  // What lies at no address must crash here as it does without us.
  static_cast<void>(*reinterpret_cast<const volatile char*>(object.address));
  check_access(object.address, 8, Access::kAtomic, pc);
  if (object.destroyed) {
    report("misuse", sentence, pc);
  }
}

}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

#define LOCKSTEP_PC __builtin_return_address(0)

extern "C" {

int pthread_mutex_init(pthread_mutex_t* mutex, const pthread_mutexattr_t* attributes) noexcept {
  int kind = PTHREAD_MUTEX_DEFAULT;
  if (attributes != nullptr) {
    pthread_mutexattr_gettype(attributes, &kind);
  }
  *mutex = pthread_mutex_t{};
  mutex->__data.__kind = kind;
  if (modelled()) {
    const Inside inside;
    forget_object(address_of(mutex));
  }
  return 0;
}

int pthread_mutex_destroy(pthread_mutex_t* mutex) noexcept {
  if (modelled()) {
    const Inside inside;
    Object& object = object_at(address_of(mutex), Object::kMutex);
    if (meets_others(object.address, true)) {
      point(OpKind::kWrite, object.address, LOCKSTEP_PC);
    }
    if (object.owner != nullptr || object.waiters != 0) {
      report("misuse", "destroys a mutex that is in use", LOCKSTEP_PC);
    }
    object.destroyed = true;
  }
  return 0;
}

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  if (!modelled()) {
    return 0;
  }
  const Inside inside;
  return lock_mutex(mutex, kNever, LOCKSTEP_PC);
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  if (!modelled()) {
    return 0;
  }
  const Inside inside;
  return try_mutex(mutex, LOCKSTEP_PC);
}

int pthread_mutex_timedlock(pthread_mutex_t* mutex, const timespec* until) noexcept {
  if (!modelled()) {
    return 0;
  }
  const Inside inside;
  return lock_mutex(mutex, deadline_of(CLOCK_REALTIME, *until), LOCKSTEP_PC);
}

int pthread_mutex_clocklock(pthread_mutex_t* mutex, clockid_t clock, const timespec* until) noexcept {
  if (!modelled()) {
    return 0;
  }
  const Inside inside;
  return lock_mutex(mutex, deadline_of(clock, *until), LOCKSTEP_PC);
}

int pthread_mutex_unlock(pthread_mutex_t* mutex) noexcept {
  if (!modelled()) {
    return 0;
  }
  const Inside inside;
  return unlock_mutex(mutex, LOCKSTEP_PC);
}

int pthread_spin_init(pthread_spinlock_t* lock, int) noexcept {
  if (modelled()) {
    const Inside inside;
    forget_object(address_of(lock));
  }
  return 0;
}

int pthread_spin_destroy(pthread_spinlock_t*) noexcept {
  return 0;
}

int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
  if (!modelled()) {
    return 0;
  }
  const Inside inside;
  Object& object = object_at(address_of(lock), Object::kSpin);
  poll_politely(LOCKSTEP_PC);
  wait_for(object, OpKind::kLock, &mutex_is_free, kNever, LOCKSTEP_PC);
  waited_for(object, kNever, false, LOCKSTEP_PC);
  take(object);
  return 0;
}

int pthread_spin_trylock(pthread_spinlock_t* lock) noexcept {
  if (!modelled()) {
    return 0;
  }
  const Inside inside;
  Object& object = object_at(address_of(lock), Object::kSpin);
  note_tried(object);
  if (meets_others(object.address, true)) {
    point(OpKind::kTryLock, object.address, LOCKSTEP_PC);
  }
  if (object.owner != nullptr) {
    kernel->me->failed_at = &object;
    return EBUSY;
  }
  take(object);
  return 0;
}

int pthread_spin_unlock(pthread_spinlock_t* lock) noexcept {
  if (modelled()) {
    const Inside inside;
    Object& object = object_at(address_of(lock), Object::kSpin);
    leave_lock(object, LOCKSTEP_PC);
    release_mutex(object);
  }
  return 0;
}

int pthread_rwlock_init(pthread_rwlock_t* lock, const pthread_rwlockattr_t*) noexcept {
  *lock = pthread_rwlock_t{};
  if (modelled()) {
    const Inside inside;
    forget_object(address_of(lock));
  }
  return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t* lock) noexcept {
  if (modelled()) {
    const Inside inside;
    Object& object = object_at(address_of(lock), Object::kRwLock);
    if (object.owner != nullptr || object.count != 0) {
      report("misuse", "destroys a rwlock that is in use", LOCKSTEP_PC);
    }
    object.destroyed = true;
  }
  return 0;
}

#define LOCKSTEP_RWLOCK(name, call)           \
  int name(pthread_rwlock_t* lock) noexcept { \
    if (!modelled()) {                        \
      return 0;                               \
    }                                         \
    const Inside inside;                      \
    return call;                              \
  }
LOCKSTEP_RWLOCK(pthread_rwlock_rdlock, read_lock(lock, kNever, LOCKSTEP_PC))
LOCKSTEP_RWLOCK(pthread_rwlock_wrlock, write_lock(lock, kNever, LOCKSTEP_PC))
LOCKSTEP_RWLOCK(pthread_rwlock_tryrdlock, try_rwlock(lock, false, LOCKSTEP_PC))
LOCKSTEP_RWLOCK(pthread_rwlock_trywrlock, try_rwlock(lock, true, LOCKSTEP_PC))
LOCKSTEP_RWLOCK(pthread_rwlock_unlock, unlock_rwlock(lock, LOCKSTEP_PC))

#define LOCKSTEP_TIMED_RWLOCK(name, clock_parameter, clock, call)                    \
  int name(pthread_rwlock_t* lock clock_parameter, const timespec* until) noexcept { \
    if (!modelled()) {                                                               \
      return 0;                                                                      \
    }                                                                                \
    const Inside inside;                                                             \
    return call(lock, deadline_of(clock, *until), LOCKSTEP_PC);                      \
  }
#define LOCKSTEP_NOTHING
#define LOCKSTEP_CLOCK , clockid_t clock
LOCKSTEP_TIMED_RWLOCK(pthread_rwlock_timedrdlock, LOCKSTEP_NOTHING, CLOCK_REALTIME, read_lock)
LOCKSTEP_TIMED_RWLOCK(pthread_rwlock_timedwrlock, LOCKSTEP_NOTHING, CLOCK_REALTIME, write_lock)
LOCKSTEP_TIMED_RWLOCK(pthread_rwlock_clockrdlock, LOCKSTEP_CLOCK, clock, read_lock)
LOCKSTEP_TIMED_RWLOCK(pthread_rwlock_clockwrlock, LOCKSTEP_CLOCK, clock, write_lock)

}  // extern "C"
