// What the compiler calls for atomics: done at once, told with their memory orders.
#include <cxxabi.h>

#include "sim/watch/watch.h"

namespace lockstep::watch {
namespace {

using sim::MemoryOrder;

MemoryOrder order_of(int order) {
  return static_cast<MemoryOrder>(order & 7);
}

template <typename T>
T load(const volatile T* where, int order, const void* pc) {
  if (watched()) {
    const Busy work;
    watch->detector.on_atomic_load(me->index, number_of(where), sizeof(T), order_of(order), site_at(pc));
  }
  return *where;
}

template <typename T>
void store(volatile T* where, T value, int order, const void* pc) {
  if (watched()) {
    const Busy work;
    watch->detector.on_atomic_store(me->index, number_of(where), sizeof(T), order_of(order), site_at(pc));
  }
  __atomic_store_n(where, value, __ATOMIC_SEQ_CST);
}

template <typename T>
void tell_modification(const volatile T* where, int order, const void* pc) {
  if (watched()) {
    const Busy work;
    watch->detector.on_atomic_rmw(me->index, number_of(where), sizeof(T), order_of(order), site_at(pc));
  }
}

template <typename T, typename Change>
T modify(volatile T* where, int order, const void* pc, Change change) {
  tell_modification(where, order, pc);
  T old = __atomic_load_n(where, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(where, &old, change(old), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
  }
  return old;
}

template <typename T>
bool compare_exchange(volatile T* where, T* expected, T desired, int order, int failure, const void* pc) {
  const bool stored =
      __atomic_compare_exchange_n(where, expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  if (watched()) {
    const Busy work;
    if (stored) {
      watch->detector.on_atomic_rmw(me->index, number_of(where), sizeof(T), order_of(order), site_at(pc));
    } else {
      watch->detector.on_atomic_load(me->index, number_of(where), sizeof(T), order_of(failure), site_at(pc));
    }
  }
  return stored;
}

}  // namespace
}  // namespace lockstep::watch

using namespace lockstep::watch;  // NOLINT: the functions below are the C interface of the room above

#define LOCKSTEP_PC __builtin_return_address(0)
#define LOCKSTEP_MODIFY(bits, type, name, expression)                                                      \
  type __tsan_atomic##bits##_##name(volatile type* where, type value, int order) {                         \
    return modify(where, order, LOCKSTEP_PC, [value](type old) { return static_cast<type>(expression); }); \
  }
#define LOCKSTEP_ATOMIC(bits, type)                                                                     \
  type __tsan_atomic##bits##_load(const volatile type* where, int order) {                              \
    return load(where, order, LOCKSTEP_PC);                                                             \
  }                                                                                                     \
  void __tsan_atomic##bits##_store(volatile type* where, type value, int order) {                       \
    store(where, value, order, LOCKSTEP_PC);                                                            \
  }                                                                                                     \
  LOCKSTEP_MODIFY(bits, type, exchange, (static_cast<void>(old), value))                                \
  LOCKSTEP_MODIFY(bits, type, fetch_add, old + value)                                                   \
  LOCKSTEP_MODIFY(bits, type, fetch_sub, old - value)                                                   \
  LOCKSTEP_MODIFY(bits, type, fetch_and, old& value)                                                    \
  LOCKSTEP_MODIFY(bits, type, fetch_or, old | value)                                                    \
  LOCKSTEP_MODIFY(bits, type, fetch_xor, old ^ value)                                                   \
  LOCKSTEP_MODIFY(bits, type, fetch_nand, ~(old & value))                                               \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile type* where, type* expected, type desired, \
                                                    int order, int failure) {                           \
    return compare_exchange(where, expected, desired, order, failure, LOCKSTEP_PC) ? 1 : 0;             \
  }                                                                                                     \
  int __tsan_atomic##bits##_compare_exchange_weak(volatile type* where, type* expected, type desired,   \
                                                  int order, int failure) {                             \
    return compare_exchange(where, expected, desired, order, failure, LOCKSTEP_PC) ? 1 : 0;             \
  }                                                                                                     \
  type __tsan_atomic##bits##_compare_exchange_val(volatile type* where, type expected, type desired,    \
                                                  int order, int failure) {                             \
    compare_exchange(where, &expected, desired, order, failure, LOCKSTEP_PC);                           \
    return expected;                                                                                    \
  }

extern "C" {

LOCKSTEP_ATOMIC(8, unsigned char)
LOCKSTEP_ATOMIC(16, unsigned short)
LOCKSTEP_ATOMIC(32, unsigned int)
LOCKSTEP_ATOMIC(64, unsigned long)

void __tsan_atomic_thread_fence(int order) {
  if (watched()) {
    const Busy work;
    watch->detector.on_fence(me->index, order_of(order));
  }
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_atomic_signal_fence(int) {}

// Static variables of functions: who comes later and finds them made comes after their making, which the
// C++ library does without telling anybody.
int __wrap___cxa_guard_acquire(abi::__guard* guard) {
  if (watched()) {
    const Busy work;
    watch->detector.on_atomic_load(me->index, number_of(guard), 1, MemoryOrder::kAcquire,
                                   site_at(LOCKSTEP_PC));
  }
  return abi::__cxa_guard_acquire(guard);
}

void __wrap___cxa_guard_release(abi::__guard* guard) {
  if (watched()) {
    const Busy work;
    watch->detector.on_atomic_store(me->index, number_of(guard), 1, MemoryOrder::kRelease,
                                    site_at(LOCKSTEP_PC));
  }
  abi::__cxa_guard_release(guard);
}

}  // extern "C"
