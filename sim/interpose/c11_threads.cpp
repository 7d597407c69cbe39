// C11's <threads.h>: the same threads and locks under other names.
#include <errno.h>
#include <pthread.h>
#include <threads.h>
#include <time.h>

#include <cstdint>
#include <cstdlib>

#include "sim/interpose/hooks.h"

namespace lockstep::interpose {
namespace {

struct Begin {
  thrd_start_t function;
  void* argument;
};

void* run_c11(void* argument) {
  const Begin begin = *static_cast<Begin*>(argument);
  std::free(argument);
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(begin.function(begin.argument)));
}

int as_c11(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    case EBUSY:
      return thrd_busy;
    default:
      return thrd_error;
  }
}

pthread_mutex_t* mutex_of(mtx_t* mutex) {
  return reinterpret_cast<pthread_mutex_t*>(mutex);
}

pthread_cond_t* condition_of(cnd_t* condition) {
  return reinterpret_cast<pthread_cond_t*>(condition);
}

}  // namespace
}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto* begin = static_cast<Begin*>(std::malloc(sizeof(Begin)));
  *begin = {function, argument};
  return as_c11(pthread_create(thread, nullptr, &run_c11, begin));
}

int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result != nullptr) {
    *result = static_cast<int>(reinterpret_cast<std::intptr_t>(value));
  }
  return as_c11(error);
}

int thrd_detach(thrd_t thread) {
  return as_c11(pthread_detach(thread));
}

void thrd_exit(int result) {
  pthread_exit(reinterpret_cast<void*>(static_cast<std::intptr_t>(result)));
}

thrd_t thrd_current() {
  return pthread_self();
}

// In C, as a function of the library; in C++ the header has it already.
int thrd_equal_function(thrd_t a, thrd_t b) noexcept asm("thrd_equal");
int thrd_equal_function(thrd_t a, thrd_t b) noexcept {
  return a == b ? 1 : 0;
}

int thrd_sleep(const timespec* duration, timespec* left) {
  return nanosleep(duration, left);
}

void thrd_yield() {
  sched_yield();
}

int mtx_init(mtx_t* mutex, int kind) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes,
                            (kind & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
  return as_c11(pthread_mutex_init(mutex_of(mutex), &attributes));
}

int mtx_lock(mtx_t* mutex) {
  return as_c11(pthread_mutex_lock(mutex_of(mutex)));
}

int mtx_trylock(mtx_t* mutex) {
  return as_c11(pthread_mutex_trylock(mutex_of(mutex)));
}

int mtx_timedlock(mtx_t* mutex, const timespec* until) {
  return as_c11(pthread_mutex_timedlock(mutex_of(mutex), until));
}

int mtx_unlock(mtx_t* mutex) {
  return as_c11(pthread_mutex_unlock(mutex_of(mutex)));
}

void mtx_destroy(mtx_t* mutex) {
  pthread_mutex_destroy(mutex_of(mutex));
}

int cnd_init(cnd_t* condition) {
  return as_c11(pthread_cond_init(condition_of(condition), nullptr));
}

int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return as_c11(pthread_cond_wait(condition_of(condition), mutex_of(mutex)));
}

int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return as_c11(pthread_cond_timedwait(condition_of(condition), mutex_of(mutex), until));
}

int cnd_signal(cnd_t* condition) {
  return as_c11(pthread_cond_signal(condition_of(condition)));
}

int cnd_broadcast(cnd_t* condition) {
  return as_c11(pthread_cond_broadcast(condition_of(condition)));
}

void cnd_destroy(cnd_t* condition) {
  pthread_cond_destroy(condition_of(condition));
}

void call_once(once_flag* flag, void (*function)()) {
  pthread_once(reinterpret_cast<pthread_once_t*>(flag), function);
}

int tss_create(tss_t* key, tss_dtor_t destructor) {
  return as_c11(pthread_key_create(key, destructor));
}

void* tss_get(tss_t key) {
  return pthread_getspecific(key);
}

int tss_set(tss_t key, void* value) {
  return as_c11(pthread_setspecific(key, value));
}

void tss_delete(tss_t key) {
  pthread_key_delete(key);
}

}  // extern "C"
