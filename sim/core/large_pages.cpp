// Advice to the kernel, and to glibc's allocator.
#include "sim/core/large_pages.h"

#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>

namespace lockstep::sim {
namespace {

constexpr int kEverything = -1;
/// The default of mallopt(3).
constexpr int kMappedBlocksMax = 65'536;
/// The largest that glibc takes.
constexpr int kMappedBlockMin = 32 * 1024 * 1024;

}  // namespace

void prefer_large_pages(void* memory, std::size_t bytes) noexcept {
  const auto begin = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t from = (begin + kLargePage - 1) / kLargePage * kLargePage;
  const std::uintptr_t to = (begin + bytes) / kLargePage * kLargePage;
  if (from < to) {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): rounding a pointer up
    static_cast<void>(madvise(reinterpret_cast<void*>(from), to - from, MADV_HUGEPAGE));
  }
}

void grow_heap(std::size_t bytes) noexcept {
#if defined(__GLIBC__)
  if (mallinfo2().keepcost >= bytes) {
    return;
  }
  // One block at the heap's top, let go at once: the heap keeps what it has.
  if (mallopt(M_TRIM_THRESHOLD, kEverything) == 0 || mallopt(M_MMAP_THRESHOLD, kMappedBlockMin) == 0 ||
      mallopt(M_MMAP_MAX, 0) == 0) {
    return;
  }
  if (void* block = std::malloc(bytes)) {
    prefer_large_pages(block, bytes);
    std::free(block);
  }
  static_cast<void>(mallopt(M_MMAP_MAX, kMappedBlocksMax));
#else
  static_cast<void>(bytes);
#endif
}

}  // namespace lockstep::sim
