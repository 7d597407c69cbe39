// What the compiler calls before plain memory accesses and around functions.
#include <cstring>

#include "sim/watch/watch.h"

namespace lockstep::watch {
namespace {

template <bool kWrite>
inline void access(const volatile void* where, std::uint32_t size, const void* pc) {
  if (watched()) {
    const Busy work;
    if constexpr (kWrite) {
      watch->detector.on_write(me->index, number_of(where), size, site_at(pc));
    } else {
      watch->detector.on_read(me->index, number_of(where), size, site_at(pc));
    }
  }
}

template <bool kWrite>
inline void range(const volatile void* where, std::size_t size, const void* pc) {
  if (size != 0) {
    access<kWrite>(where, static_cast<std::uint32_t>(size), pc);
  }
}

}  // namespace
}  // namespace lockstep::watch

using lockstep::watch::access;
using lockstep::watch::me;
using lockstep::watch::range;

// The macros keep the return address that of the program: these functions are what it calls.
#define LOCKSTEP_PC __builtin_return_address(0)
#define LOCKSTEP_ACCESS(name, size, writes)     \
  void name(void* address) {                    \
    access<writes>(address, size, LOCKSTEP_PC); \
  }
#define LOCKSTEP_SIZE(size)                                          \
  LOCKSTEP_ACCESS(__tsan_read##size, size, false)                    \
  LOCKSTEP_ACCESS(__tsan_write##size, size, true)                    \
  LOCKSTEP_ACCESS(__tsan_unaligned_read##size, size, false)          \
  LOCKSTEP_ACCESS(__tsan_unaligned_write##size, size, true)          \
  LOCKSTEP_ACCESS(__tsan_volatile_read##size, size, false)           \
  LOCKSTEP_ACCESS(__tsan_volatile_write##size, size, true)           \
  LOCKSTEP_ACCESS(__tsan_unaligned_volatile_read##size, size, false) \
  LOCKSTEP_ACCESS(__tsan_unaligned_volatile_write##size, size, true) \
  LOCKSTEP_ACCESS(__tsan_read_write##size, size, true)               \
  LOCKSTEP_ACCESS(__tsan_unaligned_read_write##size, size, true)

extern "C" {

LOCKSTEP_SIZE(1)
LOCKSTEP_SIZE(2)
LOCKSTEP_SIZE(4)
LOCKSTEP_SIZE(8)
LOCKSTEP_SIZE(16)
LOCKSTEP_ACCESS(__tsan_vptr_read, 8, false)

void __tsan_init() {}

/// A constructor that writes the value that is there already is no race with a call through it.
void __tsan_vptr_update(void** address, void* value) {
  if (*address != value) {
    access<true>(address, 8, LOCKSTEP_PC);
  }
}

void __tsan_read_range(void* address, unsigned long size) {
  range<false>(address, size, LOCKSTEP_PC);
}

void __tsan_write_range(void* address, unsigned long size) {
  range<true>(address, size, LOCKSTEP_PC);
}

void __tsan_func_entry(void* returns_to) {
  if (me == nullptr) {
    return;
  }
  const std::uint32_t depth = me->depth++;
  if (depth < lockstep::watch::kMostFrames) {
    const std::uint32_t path = depth == 0 ? 0 : me->path[depth - 1];
    const auto caller = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(returns_to) -
                                                   lockstep::watch::program_base);
    me->path[depth] = lockstep::watch::watch->paths.child(path, caller);
  }
}

void __tsan_func_exit() {
  if (me != nullptr && me->depth > 0) {
    --me->depth;
  }
}

/// Called by functions of the world.
void __cyg_profile_func_enter(void* /*function*/, void* /*caller*/) {
  if (me != nullptr) {
    ++me->away;
  }
}

void __cyg_profile_func_exit(void* /*function*/, void* /*caller*/) {
  if (me != nullptr && me->away > 0) {
    --me->away;
  }
}

void* __wrap_memcpy(void* to, const void* from, std::size_t size) {
  range<false>(from, size, LOCKSTEP_PC);
  range<true>(to, size, LOCKSTEP_PC);
  return std::memcpy(to, from, size);
}

void* __wrap_memmove(void* to, const void* from, std::size_t size) {
  range<false>(from, size, LOCKSTEP_PC);
  range<true>(to, size, LOCKSTEP_PC);
  return std::memmove(to, from, size);
}

void* __wrap_memset(void* to, int value, std::size_t size) {
  range<true>(to, size, LOCKSTEP_PC);
  return std::memset(to, value, size);
}

int __wrap_memcmp(const void* a, const void* b, std::size_t size) {
  range<false>(a, size, LOCKSTEP_PC);
  range<false>(b, size, LOCKSTEP_PC);
  return std::memcmp(a, b, size);
}

}  // extern "C"
