// System calls made by number: the futexes behind std::atomic::wait, semaphores and futures.
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdarg>
#include <string>

#include "sim/interpose/hooks.h"

namespace lockstep::interpose {
namespace {

/// libstdc++ 12 gives away as many turns before a semaphore sleeps.
constexpr std::uint32_t kYieldsBeforeSleep = 4;

bool is_woken(const Thread& me) {
  return me.signalled;
}

long wait_word(std::uint32_t* word, std::uint32_t expected, std::int64_t deadline, const void* pc) {
  Thread& me = *kernel->me;
  Object& object = object_at(address_of(word), Object::kFutex);
  if (meets_others(object.address, true)) {
    point(OpKind::kWait, object.address & ~std::uintptr_t{7}, pc);
  }
  if (*word != expected) {
    errno = EAGAIN;
    return -1;
  }
  me.signalled = false;
  object.kind = Object::kFutex;
  me.word = word;
  me.word_value = expected;
  me.sleeps_by_semaphore = me.announced == 0 && me.yields >= kYieldsBeforeSleep;
  const bool woken = wait_for(object, OpKind::kWait, &is_woken, deadline, pc);
  me.word = nullptr;
  if (!woken) {
    errno = ETIMEDOUT;
    return -1;
  }
  return 0;
}

long wake_word(std::uint32_t* word, std::uint32_t most, const void* pc) {
  Object& object = object_at(address_of(word), Object::kFutex);
  if (meets_others(object.address, true)) {
    point(OpKind::kNotifyAll, object.address & ~std::uintptr_t{7}, pc);
  }
  long woken = 0;
  for (; static_cast<std::uint32_t>(woken) < most; ++woken) {
    std::uint32_t asleep = 0;
    for (const Thread* thread = object.first_waiter; thread != nullptr; thread = thread->next_waiter) {
      asleep += thread->signalled ? 0 : 1;
    }
    if (asleep == 0) {
      break;
    }
    std::uint32_t skip = most >= asleep ? 0 : choose(asleep);
    for (Thread* thread = object.first_waiter; thread != nullptr; thread = thread->next_waiter) {
      if (!thread->signalled && skip-- == 0) {
        thread->signalled = true;
        break;
      }
    }
  }
  if (woken != 0) {
    progress();
    update(object);
  }
  return woken;
}

long futex(std::uint32_t* word, int operation, std::uint32_t value, const timespec* timeout, const void* pc) {
  const clockid_t clock = (operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
      return wait_word(word, value, timeout == nullptr ? kNever : deadline_after(*timeout), pc);
    case FUTEX_WAIT_BITSET:
      return wait_word(word, value, timeout == nullptr ? kNever : deadline_of(clock, *timeout), pc);
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      return wake_word(word, value, pc);
    default:
      refuse("futex operations other than wait and wake");
  }
}

long fill_random(unsigned char* bytes, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<unsigned char>(choose(256));
  }
  return static_cast<long>(size);
}

}  // namespace
}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

extern "C" {

long syscall(long number, ...) noexcept {
  long arguments[6];
  va_list list;
  va_start(list, number);
  for (long& argument : arguments) {
    argument = va_arg(list, long);
  }
  va_end(list);
  if (modelled()) {
    const Inside inside;
    switch (number) {
      case SYS_futex:
        return futex(reinterpret_cast<std::uint32_t*>(arguments[0]), static_cast<int>(arguments[1]),
                     static_cast<std::uint32_t>(arguments[2]),
                     reinterpret_cast<const timespec*>(arguments[3]), __builtin_return_address(0));
      case SYS_gettid:
        return kernel->me->index + 1;
      case SYS_getrandom:
        return fill_random(reinterpret_cast<unsigned char*>(arguments[0]),
                           static_cast<std::size_t>(arguments[1]));
      case SYS_membarrier:
      case SYS_getcpu:
        return 0;
      case SYS_getpid:
        break;
      default:
        refuse(("system call number " + std::to_string(number)).c_str());
    }
  }
  long result = number;
  register long fourth asm("r10") = arguments[3];
  register long fifth asm("r8") = arguments[4];
  register long sixth asm("r9") = arguments[5];
  asm volatile("syscall"
               : "+a"(result)
               : "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]), "r"(fourth), "r"(fifth), "r"(sixth)
               : "rcx", "r11", "memory");
  if (result < 0 && result > -4096) {
    errno = static_cast<int>(-result);
    return -1;
  }
  return result;
}

int gettid() noexcept {
  return modelled() ? static_cast<int>(kernel->me->index + 1) : 1;
}

long getrandom(void* bytes, std::size_t size, unsigned) {
  if (modelled()) {
    const Inside inside;
    return fill_random(static_cast<unsigned char*>(bytes), size);
  }
  return syscall(SYS_getrandom, bytes, size, 0);
}

/// std::random_device reads the machine's entropy through this.
unsigned _ZNSt13random_device9_M_getvalEv(void*) {
  if (!modelled()) {
    return 4;
  }
  const Inside inside;
  unsigned value = 0;
  fill_random(reinterpret_cast<unsigned char*>(&value), sizeof value);
  return value;
}

}  // extern "C"
