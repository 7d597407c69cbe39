// What a program may ask and say about its threads: attributes, processors, priorities, names.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <cstring>

#include "sim/interpose/hooks.h"

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

extern "C" {

int pthread_getattr_np(pthread_t handle, pthread_attr_t* attributes) noexcept {
  const Thread* target = thread_of(handle);
  if (target == nullptr) {
    return ESRCH;
  }
  pthread_attr_init(attributes);
  pthread_attr_setdetachstate(attributes,
                              target->detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE);
  return pthread_attr_setstack(attributes, reinterpret_cast<void*>(target->stack_low), kStackSize);
}

int pthread_setname_np(pthread_t handle, const char* name) noexcept {
  Thread* target = thread_of(handle);
  if (target == nullptr) {
    return ESRCH;
  }
  const std::size_t length = std::strlen(name);
  if (length > 15) {
    return ERANGE;
  }
  std::memcpy(target->name, name, length + 1);
  return 0;
}

int pthread_getname_np(pthread_t handle, char* name, std::size_t size) noexcept {
  const Thread* target = thread_of(handle);
  if (target == nullptr) {
    return ESRCH;
  }
  if (size <= std::strlen(target->name)) {
    return ERANGE;
  }
  std::memcpy(name, target->name, std::strlen(target->name) + 1);
  return 0;
}

// What places threads on processors or orders them by priority has no meaning here, and is granted.

int pthread_setaffinity_np(pthread_t, std::size_t, const cpu_set_t*) noexcept {
  return 0;
}

int pthread_getaffinity_np(pthread_t, std::size_t size, cpu_set_t* processors) noexcept {
  std::memset(processors, 0, size);
  CPU_SET(0, processors);
  return 0;
}

int sched_setaffinity(pid_t, std::size_t, const cpu_set_t*) noexcept {
  return 0;
}

int pthread_setschedparam(pthread_t, int, const sched_param*) noexcept {
  return 0;
}

int pthread_getschedparam(pthread_t, int* policy, sched_param* parameters) noexcept {
  *policy = SCHED_OTHER;
  *parameters = {};
  return 0;
}

int pthread_setschedprio(pthread_t, int) noexcept {
  return 0;
}

int pthread_getcpuclockid(pthread_t, clockid_t* clock) noexcept {
  *clock = CLOCK_MONOTONIC;
  return 0;
}

/// There are always as many processors, so that programs that ask start as many threads everywhere.
int sched_getcpu() noexcept {
  return 0;
}

/// No signal is ever sent in here.
int pthread_sigmask(int, const sigset_t*, sigset_t* before) noexcept {
  if (before != nullptr) {
    sigemptyset(before);
  }
  return 0;
}

int sigprocmask(int how, const sigset_t* set, sigset_t* before) noexcept {
  return pthread_sigmask(how, set, before);
}

int pthread_atfork(void (*)(), void (*)(), void (*)()) noexcept {
  return 0;
}

}  // extern "C"
