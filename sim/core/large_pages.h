// Memory on large pages, for worlds of which a processor's address caches cover only a part.
#pragma once

#include <cstddef>

namespace lockstep::sim {

/// What the kernel makes one large page of on x86-64 and on most of ARM.
inline constexpr std::size_t kLargePage = std::size_t{2} * 1024 * 1024;

/// Asks the kernel to put large pages under [memory, memory + bytes). Those that are touched take memory as a
/// whole. A wish: where it cannot be had nothing changes.
void prefer_large_pages(void* memory, std::size_t bytes) noexcept;

/// Lets the heap grow by `bytes` at once, with large pages where it is touched, so that what many nodes
/// allocate from here on lies on few of them: a node that has its turn finds little of its memory in caches,
/// and walking page tables for it costs as much again. Takes no memory by itself. A wish, too: without
/// glibc's allocator nothing changes. Not to be called while other OS threads allocate.
void grow_heap(std::size_t bytes) noexcept;

}  // namespace lockstep::sim
