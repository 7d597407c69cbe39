// What the compiler's -fsanitize=thread calls around plain memory accesses and functions.
#include <cstring>

#include "sim/interpose/kernel.h"
#include "sim/interpose/report.h"
#include "sim/interpose/shadow.h"

namespace lockstep::interpose {
namespace {

/// Accesses between two operations after which others get a turn: somebody may poll a plain variable.
constexpr std::uint32_t kQuiet = 4096;
/// What so many accesses count for where operations are bounded: loops that only compute must end as well.
constexpr std::uint64_t kNoisySteps = 63;

[[gnu::noinline]] void make_noise(const void* pc) {
  const Inside inside;
  kernel->steps += kNoisySteps;
  point(OpKind::kYield, 0, pc);
}

[[gnu::noinline]] void wrote_shared() {
  progress();
}

inline void access(const void* where, std::uint32_t size, std::uint8_t flags, const void* pc) {
  if (!modelled()) {
    return;
  }
  if (kernel->request.detector) [[likely]] {
    on_access(reinterpret_cast<std::uintptr_t>(where), size, flags, pc);
  }
  Thread& me = *kernel->me;
  // What it writes to its own stack changes nothing for others: it may still be polling.
  if ((flags & Access::kWrite) != 0 && reinterpret_cast<std::uintptr_t>(where) - me.stack_low >= kStackSize) {
    me.idle = 0;
    if (kernel->lazy_count != 0) [[unlikely]] {
      wrote_shared();
    }
  }
  if (++me.quiet > kQuiet) [[unlikely]] {
    make_noise(pc);
  }
}

inline void range(const void* where, std::size_t size, std::uint8_t flags, const void* pc) {
  if (size != 0) {
    access(where, static_cast<std::uint32_t>(size), flags, pc);
  }
}

}  // namespace
}  // namespace lockstep::interpose

using lockstep::interpose::access;
using lockstep::interpose::Access;
using lockstep::interpose::kernel;
using lockstep::interpose::modelled;
using lockstep::interpose::range;

// The macros keep the return address that of the program: these functions are what it calls.
#define LOCKSTEP_ACCESS(name, size, flags)                     \
  void name(void* address) {                                   \
    access(address, size, flags, __builtin_return_address(0)); \
  }
#define LOCKSTEP_BOTH(suffix, size)                                              \
  LOCKSTEP_ACCESS(__tsan_read##suffix, size, 0)                                  \
  LOCKSTEP_ACCESS(__tsan_write##suffix, size, Access::kWrite)                    \
  LOCKSTEP_ACCESS(__tsan_unaligned_read##suffix, size, 0)                        \
  LOCKSTEP_ACCESS(__tsan_unaligned_write##suffix, size, Access::kWrite)          \
  LOCKSTEP_ACCESS(__tsan_volatile_read##suffix, size, 0)                         \
  LOCKSTEP_ACCESS(__tsan_volatile_write##suffix, size, Access::kWrite)           \
  LOCKSTEP_ACCESS(__tsan_unaligned_volatile_read##suffix, size, 0)               \
  LOCKSTEP_ACCESS(__tsan_unaligned_volatile_write##suffix, size, Access::kWrite) \
  LOCKSTEP_ACCESS(__tsan_read_write##suffix, size, Access::kWrite)               \
  LOCKSTEP_ACCESS(__tsan_unaligned_read_write##suffix, size, Access::kWrite)

extern "C" {

LOCKSTEP_BOTH(1, 1)
LOCKSTEP_BOTH(2, 2)
LOCKSTEP_BOTH(4, 4)
LOCKSTEP_BOTH(8, 8)
LOCKSTEP_BOTH(16, 16)
LOCKSTEP_ACCESS(__tsan_vptr_read, 8, 0)

void __tsan_init() {}

/// A constructor that writes the value that is there already is no race with a call through it.
void __tsan_vptr_update(void** address, void* value) {
  if (*address != value) {
    access(address, 8, Access::kWrite, __builtin_return_address(0));
  }
}

void __tsan_read_range(void* address, unsigned long size) {
  range(address, size, 0, __builtin_return_address(0));
}

void __tsan_write_range(void* address, unsigned long size) {
  range(address, size, Access::kWrite, __builtin_return_address(0));
}

void __tsan_func_entry(void* returns_to) {
  if (modelled()) {
    auto& me = *kernel->me;
    if (me.depth < lockstep::interpose::kMaxFrames) {
      me.frames[me.depth] = returns_to;
    }
    ++me.depth;
  }
}

void __tsan_func_exit() {
  if (modelled() && kernel->me->depth > 0) {
    --kernel->me->depth;
  }
}

void __tsan_ignore_thread_begin() {}

void __tsan_ignore_thread_end() {}

void* __real_memcpy(void* to, const void* from, std::size_t size);
void* __real_memmove(void* to, const void* from, std::size_t size);
void* __real_memset(void* to, int value, std::size_t size);

#define LOCKSTEP_COPY(name, real)                                   \
  void* name(void* to, const void* from, std::size_t size) {        \
    if (modelled()) {                                               \
      range(from, size, 0, __builtin_return_address(0));            \
      range(to, size, Access::kWrite, __builtin_return_address(0)); \
    }                                                               \
    return real(to, from, size);                                    \
  }
#define LOCKSTEP_FILL(name)                                         \
  void* name(void* to, int value, std::size_t size) {               \
    if (modelled()) {                                               \
      range(to, size, Access::kWrite, __builtin_return_address(0)); \
    }                                                               \
    return __real_memset(to, value, size);                          \
  }

LOCKSTEP_COPY(__wrap_memcpy, __real_memcpy)
LOCKSTEP_COPY(__tsan_memcpy, __real_memcpy)
LOCKSTEP_COPY(__wrap_memmove, __real_memmove)
LOCKSTEP_COPY(__tsan_memmove, __real_memmove)
LOCKSTEP_FILL(__wrap_memset)
LOCKSTEP_FILL(__tsan_memset)

}  // extern "C"
