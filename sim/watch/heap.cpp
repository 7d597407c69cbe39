// The heap: to free is to write in the eyes of the detector, and what was known of the block is forgotten.
#include <malloc.h>

#include <new>

#include "sim/watch/watch.h"

extern "C" {
void __libc_free(void* block);
void* __libc_realloc(void* block, std::size_t size);
}

namespace lockstep::watch {
namespace {

/// The world's own blocks, and those of code that is not looked at, are only forgotten: who comes next at
/// that address has nothing to do with them.
void give_back(void* block, const void* pc) {
  if (block != nullptr && engine_thread && !busy && watch->alive != 0) {
    const Busy work;
    const std::size_t size = malloc_usable_size(block);
    if (me != nullptr && me->away == 0) {
      watch->detector.on_free(me->index, number_of(block), size, site_at(pc));
    } else {
      watch->detector.on_alloc(number_of(block), size);
    }
  }
  __libc_free(block);
}

}  // namespace
}  // namespace lockstep::watch

#define LOCKSTEP_PC __builtin_return_address(0)
using lockstep::watch::give_back;

void operator delete(void* block) noexcept {
  give_back(block, LOCKSTEP_PC);
}
void operator delete[](void* block) noexcept {
  give_back(block, LOCKSTEP_PC);
}
void operator delete(void* block, std::size_t) noexcept {
  give_back(block, LOCKSTEP_PC);
}
void operator delete[](void* block, std::size_t) noexcept {
  give_back(block, LOCKSTEP_PC);
}
void operator delete(void* block, std::align_val_t) noexcept {
  give_back(block, LOCKSTEP_PC);
}
void operator delete[](void* block, std::align_val_t) noexcept {
  give_back(block, LOCKSTEP_PC);
}
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  give_back(block, LOCKSTEP_PC);
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
  give_back(block, LOCKSTEP_PC);
}

extern "C" {

void free(void* block) {
  give_back(block, LOCKSTEP_PC);
}

void* realloc(void* block, std::size_t size) {
  if (block != nullptr && lockstep::watch::engine_thread && !lockstep::watch::busy &&
      lockstep::watch::watch->alive != 0) {
    const lockstep::watch::Busy work;
    lockstep::watch::watch->detector.on_alloc(lockstep::watch::number_of(block), malloc_usable_size(block));
  }
  return __libc_realloc(block, size);
}

}  // extern "C"
