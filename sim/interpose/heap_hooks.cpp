// malloc and new: the program's calls go to its own heap, everybody else's to the C library.
#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "sim/interpose/hooks.h"

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void __libc_free(void* block);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace lockstep::interpose {
namespace {

struct CLibrary {
  std::uintptr_t begin = 1;
  std::uintptr_t end = 0;
};
CLibrary c_library;

/// What the C library allocates for itself (streams, locales) outlives a schedule.
bool is_the_programs(const void* caller) {
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  return kernel != nullptr && kernel->in_program && (address < c_library.begin || address >= c_library.end);
}

void* allocate(std::size_t size, std::size_t alignment) {
  const Inside inside;
  void* block = heap_allocate(size, alignment);
  if (block == nullptr) {
    errno = ENOMEM;
  }
  return block;
}

void give_back(void* block, const void* pc) {
  if (block == nullptr) {
    return;
  }
  if (!in_heap(reinterpret_cast<std::uintptr_t>(block))) {
    __libc_free(block);
    return;
  }
  // The explorer itself sets the whole heap back; what it frees one by one is the program's from before main.
  if (kernel->in_program) {
    const Inside inside;
    if (kernel->running && meets_others(reinterpret_cast<std::uintptr_t>(block), true)) {
      point(OpKind::kWrite, reinterpret_cast<std::uintptr_t>(block), pc);
    }
    heap_free(block, pc);
  }
}

void* take(std::size_t size, std::size_t alignment) {
  void* block =
      kernel != nullptr && kernel->in_program ? allocate(size, alignment) : __libc_memalign(alignment, size);
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  return block;
}

int find_c_library(dl_phdr_info* info, std::size_t, void*) {
  if (std::strstr(info->dlpi_name, "libc.so") == nullptr) {
    return 0;
  }
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0) {
      c_library = {info->dlpi_addr + header.p_vaddr, info->dlpi_addr + header.p_vaddr + header.p_memsz};
    }
  }
  return 1;
}

}  // namespace

void learn_c_library() {
  dl_iterate_phdr(&find_c_library, nullptr);
}

}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

#define LOCKSTEP_PC __builtin_return_address(0)

extern "C" {

void* malloc(std::size_t size) {
  return is_the_programs(LOCKSTEP_PC) ? allocate(size, 16) : __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) {
  if (!is_the_programs(LOCKSTEP_PC)) {
    return __libc_calloc(count, size);
  }
  std::size_t total = 0;
  if (__builtin_mul_overflow(count, size, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  void* block = allocate(total, 16);
  if (block != nullptr) {
    std::memset(block, 0, total);
  }
  return block;
}

void* realloc(void* block, std::size_t size) {
  const bool ours =
      block == nullptr ? is_the_programs(LOCKSTEP_PC) : in_heap(reinterpret_cast<std::uintptr_t>(block));
  if (!ours) {
    return __libc_realloc(block, size);
  }
  void* moved = allocate(size, 16);
  if (moved != nullptr && block != nullptr) {
    const std::size_t before = heap_size(block);
    std::memcpy(moved, block, before < size ? before : size);
    give_back(block, LOCKSTEP_PC);
  }
  return moved;
}

void free(void* block) {
  give_back(block, LOCKSTEP_PC);
}

void* memalign(std::size_t alignment, std::size_t size) {
  return is_the_programs(LOCKSTEP_PC) ? allocate(size, alignment) : __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return is_the_programs(LOCKSTEP_PC) ? allocate(size, alignment) : __libc_memalign(alignment, size);
}

int posix_memalign(void** where, std::size_t alignment, std::size_t size) {
  *where = is_the_programs(LOCKSTEP_PC) ? allocate(size, alignment) : __libc_memalign(alignment, size);
  return *where == nullptr ? ENOMEM : 0;
}

std::size_t malloc_usable_size(void* block) {
  return block == nullptr ? 0 : heap_size(block);
}

}  // extern "C"

void* operator new(std::size_t size) {
  return take(size, 16);
}
void* operator new[](std::size_t size) {
  return take(size, 16);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return take(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return take(size, static_cast<std::size_t>(alignment));
}
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
