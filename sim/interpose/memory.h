// The program's heap: at a fixed place, every thread in its own part, set back between schedules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

namespace lockstep::interpose {

/// With its low 40 bits away from those of the executable, the stacks, the libraries and the null page.
inline constexpr std::uintptr_t kHeapBase = 0x1080'0000'0000;
/// Each thread allocates from a part of its own, so that addresses hardly depend on the schedule.
inline constexpr std::size_t kPartSize = std::size_t{256} << 20;
inline constexpr std::uint32_t kParts = 1024;

[[nodiscard]] inline bool in_heap(std::uintptr_t address) {
  return address >= kHeapBase && address < kHeapBase + kPartSize * kParts;
}

void map_heap();
/// Null when the thread's part is used up.
[[nodiscard]] void* heap_allocate(std::size_t size, std::size_t alignment);
/// Poisons and keeps the block; reports double and wild frees.
void heap_free(void* block, const void* pc);
[[nodiscard]] std::size_t heap_size(const void* block);

/// The block that `address` lies in or next to.
struct Block {
  std::uintptr_t begin = 0;
  std::size_t size = 0;
  bool freed = false;
};
/// False when there is none.
[[nodiscard]] bool heap_block(std::uintptr_t address, Block& block);

/// Those that are not freed, by address.
void for_each_live_block(const std::function<void(const Block&)>& show);
/// Whether the block was allocated after main began.
[[nodiscard]] bool is_of_this_schedule(std::uintptr_t begin);
/// The number of the block that begins at `begin` among those of its thread, from 1 where main begins.
[[nodiscard]] std::uint64_t heap_number(std::uintptr_t begin);
/// Where that block begins; 0 when it was not allocated yet.
[[nodiscard]] std::uintptr_t heap_numbered(std::uint32_t thread, std::uint64_t number);
/// Once that block is allocated, the granule at `offset` is shared as `object` (see share_as()).
void heap_expect(std::uint32_t thread, std::uint64_t number, std::uint64_t offset, std::uint32_t object);

/// Remembers the heap as the program's initialisers left it.
void heap_snapshot();
/// Goes back to that.
void heap_restore();

}  // namespace lockstep::interpose
