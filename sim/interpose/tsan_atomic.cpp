// What the compiler's -fsanitize=thread calls for atomics: sequentially consistent values, happens-before by
// order.
#include <type_traits>

#include "sim/interpose/kernel.h"
#include "sim/interpose/report.h"
#include "sim/interpose/shadow.h"

namespace lockstep::interpose {
namespace {

enum Order : int { kRelaxed, kConsume, kAcquire, kRelease, kAcqRel, kSeqCst };

bool acquires(int order) {
  return order == kConsume || order == kAcquire || order == kAcqRel || order == kSeqCst;
}

bool releases(int order) {
  return order == kRelease || order == kAcqRel || order == kSeqCst;
}

void read_clock(const Object* object, int order) {
  if (object == nullptr || object->clock.empty()) {
    return;
  }
  if (acquires(order)) {
    acquire(object->clock);
  } else {
    kernel->me->fence_acquire.join(object->clock);
  }
}

/// `keeps` says that the write is a read-modify-write, which continues the release sequence it read from.
void write_clock(std::uintptr_t address, int order, bool keeps) {
  Thread& me = *kernel->me;
  if (releases(order)) {
    Object& object = object_at(address, Object::kUnknown);
    if (keeps) {
      release(object.clock);
    } else {
      release_store(object.clock);
    }
    return;
  }
  if (me.has_fence_release) {
    Object& object = object_at(address, Object::kUnknown);
    if (!keeps) {
      object.clock.clear();
    }
    object.clock.join(me.fence_release);
    return;
  }
  Object* object = keeps ? nullptr : known_object(address);
  if (object != nullptr) {
    object->clock.clear();
  }
}

/// Where libstdc++ counts who waits for an atomic by wait(); absent in programs that do not.
extern "C" [[gnu::weak]] char waiter_pools[] asm("_ZZNSt8__detail18__waiter_pool_base6_S_forEPKvE3__w");
constexpr std::uintptr_t kWaiterPool = 128;
constexpr std::uintptr_t kWaiterPools = 16 * kWaiterPool;

bool counts_waiters(std::uintptr_t address) {
  const std::uintptr_t offset = address - reinterpret_cast<std::uintptr_t>(waiter_pools);
  return waiter_pools != nullptr && offset < kWaiterPools && offset % kWaiterPool == 0;
}

/// Before an atomic operation: a turn may change.
void arrive(std::uintptr_t address, OpKind kind, const void* pc) {
  if (meets_others(address, kind != OpKind::kAtomicLoad)) {
    point(kind, address, pc);
  } else if (++kernel->me->quiet > 64) {
    point(OpKind::kYield, 0, pc);
  }
}

template <typename T>
T load(const volatile T* where, int order, const void* pc) {
  if (modelled()) {
    const Inside inside;
    const auto address = reinterpret_cast<std::uintptr_t>(where);
    // A wait that has announced itself looks again and again before it sleeps: one look is as good.
    if (kernel->me->announced == 0) {
      arrive(address, OpKind::kAtomicLoad, pc);
    }
    check_access(address, sizeof(T), Access::kAtomic, pc);
    read_clock(known_object(address), order);
  }
  return *where;
}

template <typename T>
void store(volatile T* where, T value, int order, const void* pc) {
  if (modelled()) {
    const Inside inside;
    const auto address = reinterpret_cast<std::uintptr_t>(where);
    arrive(address, OpKind::kAtomicStore, pc);
    check_access(address, sizeof(T), Access::kAtomic | Access::kWrite, pc);
    write_clock(address, order, false);
    if (*where != value) {
      progress();
    }
  }
  *where = value;
}

/// libstdc++ 12 locks a std::atomic<std::shared_ptr> by the lowest bit of a word, and after a load unlocks it
/// with relaxed order. Taken at its word that is a race in every program that uses one; such an unlock
/// releases here.
int order_of_unlock(std::uintptr_t address, std::size_t size, int order) {
  if (size != 8 || order != kRelaxed) {
    return order;
  }
  Object* object = known_object(address);
  if (object == nullptr || object->bit_locked_by != kernel->me) {
    return order;
  }
  object->bit_locked_by = nullptr;
  return kRelease;
}

/// A read-modify-write that always writes.
template <typename T, typename Change>
T modify(volatile T* where, int order, const void* pc, Change change) {
  if (!modelled()) {
    const T old = *where;
    *where = change(old);
    return old;
  }
  const Inside inside;
  const auto address = reinterpret_cast<std::uintptr_t>(where);
  arrive(address, OpKind::kAtomicRmw, pc);
  check_access(address, sizeof(T), Access::kAtomic | Access::kWrite, pc);
  order = order_of_unlock(address, sizeof(T), order);
  read_clock(known_object(address), order);
  write_clock(address, order, true);
  const T old = *where;
  const T value = change(old);
  if (sizeof(T) == 4 && counts_waiters(address)) {
    kernel->me->announced = value > old ? 1 : 0;
  } else if (old != value) {
    progress();
  }
  *where = value;
  return old;
}

/// With spurious failures, one weak compare-exchange in so many fails for no reason.
constexpr std::uint32_t kOneWeakFailureIn = 8;

template <typename T>
bool compare_exchange(volatile T* where, T* expected, T desired, int order, int failure, const void* pc,
                      bool weak = false) {
  if (!modelled()) {
    const T old = *where;
    if (old == *expected) {
      *where = desired;
      return true;
    }
    *expected = old;
    return false;
  }
  const Inside inside;
  const auto address = reinterpret_cast<std::uintptr_t>(where);
  arrive(address, OpKind::kAtomicRmw, pc);
  const T old = *where;
  const bool fails_anyway = weak && kernel->request.spurious && choose(kOneWeakFailureIn) == 1;
  if (old != *expected || fails_anyway) {
    check_access(address, sizeof(T), Access::kAtomic, pc);
    read_clock(known_object(address), failure);
    *expected = old;
    return false;
  }
  check_access(address, sizeof(T), Access::kAtomic | Access::kWrite, pc);
  read_clock(known_object(address), order);
  write_clock(address, order, true);
  if (old != desired) {
    progress();
    if (sizeof(T) == 8 && acquires(order) && desired == (old | 1)) {
      object_at(address, Object::kUnknown).bit_locked_by = kernel->me;
    }
  }
  *where = desired;
  return true;
}

void fence(int order, const void* pc) {
  if (!modelled()) {
    return;
  }
  const Inside inside;
  Thread& me = *kernel->me;
  if (order == kSeqCst) {
    point(OpKind::kFence, 0, pc);
  }
  if (acquires(order)) {
    acquire(me.fence_acquire);
  }
  if (order == kSeqCst) {
    Object& all = object_at(1, Object::kUnknown);
    acquire(all.clock);
    release(all.clock);
  }
  if (releases(order)) {
    release_store(me.fence_release);
    me.has_fence_release = true;
  }
}

}  // namespace
}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

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
    return compare_exchange(where, expected, desired, order, failure, LOCKSTEP_PC, true) ? 1 : 0;       \
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
__extension__ using Wide = unsigned __int128;
LOCKSTEP_ATOMIC(128, Wide)

void __tsan_atomic_thread_fence(int order) {
  fence(order, LOCKSTEP_PC);
}

void __tsan_atomic_signal_fence(int) {}

}  // extern "C"
