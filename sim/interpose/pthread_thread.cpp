// Threads of a program that has never heard of us: their beginning, end, names and keys.
#include <errno.h>
#include <pthread.h>

#include "sim/interpose/hooks.h"
#include "sim/interpose/lock_orders.h"

namespace lockstep::interpose {
namespace {

bool has_ended(const Thread& me) {
  return reinterpret_cast<const Thread*>(me.on->address)->finished;
}

pthread_t handle_of(const Thread& thread) {
  return thread.index + 1;
}

int join(pthread_t handle, void** result, std::int64_t deadline, const void* pc) {
  Thread* target = thread_of(handle);
  if (target == nullptr) {
    return ESRCH;
  }
  if (target == kernel->me) {
    return EDEADLK;
  }
  if (target->detached || target->joined) {
    return EINVAL;
  }
  Object& end = object_at(address_of(target), Object::kThread);
  end.owner = target;
  if (!wait_for(end, OpKind::kJoin, &has_ended, deadline, pc)) {
    return ETIMEDOUT;
  }
  acquire(end.clock);
  target->joined = true;
  order_join(*kernel->me, *target);
  kernel->strategy->order(sim::Ordering::Kind::kJoined, kernel->me->fiber, target->index);
  if (result != nullptr) {
    *result = target->result;
  }
  return 0;
}

}  // namespace
}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

#define LOCKSTEP_PC __builtin_return_address(0)

extern "C" {

int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*routine)(void*),
                   void* argument) {
  if (!modelled()) {
    begin_again_early();
  }
  const Inside inside;
  Thread* child = start_thread(routine, argument, LOCKSTEP_PC);
  if (child == nullptr) {
    return EAGAIN;
  }
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) {
    pthread_attr_getdetachstate(attributes, &state);
  }
  child->detached = state == PTHREAD_CREATE_DETACHED;
  *handle = handle_of(*child);
  progress();
  return 0;
}

int pthread_join(pthread_t handle, void** result) {
  const Inside inside;
  return join(handle, result, kNever, LOCKSTEP_PC);
}

int pthread_tryjoin_np(pthread_t handle, void** result) noexcept {
  const Inside inside;
  const Thread* target = thread_of(handle);
  if (target != nullptr && !target->finished) {
    point(OpKind::kJoin, address_of(target), LOCKSTEP_PC);
    if (!target->finished) {
      return EBUSY;
    }
  }
  return join(handle, result, kNever, LOCKSTEP_PC);
}

int pthread_timedjoin_np(pthread_t handle, void** result, const timespec* until) {
  const Inside inside;
  return join(handle, result, deadline_of(CLOCK_REALTIME, *until), LOCKSTEP_PC);
}

int pthread_clockjoin_np(pthread_t handle, void** result, clockid_t clock, const timespec* until) {
  const Inside inside;
  return join(handle, result, deadline_of(clock, *until), LOCKSTEP_PC);
}

int pthread_detach(pthread_t handle) noexcept {
  Thread* target = thread_of(handle);
  if (target == nullptr) {
    return ESRCH;
  }
  if (target->detached || target->joined) {
    return EINVAL;
  }
  target->detached = true;
  return 0;
}

pthread_t pthread_self() noexcept {
  return kernel == nullptr || kernel->me == nullptr ? 1 : handle_of(*kernel->me);
}

int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) noexcept {
  for (unsigned i = 0; i < kMaxKeys; ++i) {
    if (!kernel->key_used[i]) {
      kernel->key_used[i] = true;
      kernel->key_destructors[i] = destructor;
      *key = i;
      return 0;
    }
  }
  return EAGAIN;
}

int pthread_key_delete(pthread_key_t key) noexcept {
  if (key >= kMaxKeys || !kernel->key_used[key]) {
    return EINVAL;
  }
  kernel->key_used[key] = false;
  for (std::uint32_t i = 0; i < kernel->thread_count; ++i) {
    kernel->threads[i].keys[key] = nullptr;
  }
  return 0;
}

void* pthread_getspecific(pthread_key_t key) noexcept {
  return kernel->me == nullptr || key >= kernel->me->keys_end ? nullptr : kernel->me->keys[key];
}

int pthread_setspecific(pthread_key_t key, const void* value) noexcept {
  if (key >= kMaxKeys || !kernel->key_used[key]) {
    return EINVAL;
  }
  if (kernel->me == nullptr) {
    refuse("pthread_setspecific() before main");
  }
  Thread& me = *kernel->me;
  for (; me.keys_end <= key; ++me.keys_end) {
    me.keys[me.keys_end] = nullptr;
  }
  me.keys[key] = const_cast<void*>(value);
  return 0;
}

/// Destructors of thread_local variables.
int __cxa_thread_atexit(void (*run)(void*), void* argument, void* module) {
  const bool was = kernel->in_program;
  kernel->in_program = false;
  auto& list = kernel->me == nullptr ? kernel->at_exit : kernel->me->at_exit;
  list.push_back({run, argument, module});
  kernel->in_program = was;
  return 0;
}

}  // extern "C"
