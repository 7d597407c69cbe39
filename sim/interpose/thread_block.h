// thread_local variables: a static TLS area and thread control block for every simulated thread.
#pragma once

#include <cstdint>

namespace lockstep::interpose {

/// Learns the layout of the calling OS thread's block, and keeps its contents as they are for the first
/// simulated thread. Refuses (see die()) on a C library whose layout it does not know.
void learn_thread_block();

/// A block for simulated thread `index`, with thread_local variables as the program's files initialise them;
/// for thread 0 as learn_thread_block() found them. Returns the thread pointer to give to
/// set_thread_pointer().
[[nodiscard]] std::uint64_t make_thread_block(std::uint32_t index);

/// Where thread_local variables of simulated thread `index` lie.
struct ThreadBlock {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};
[[nodiscard]] ThreadBlock thread_block(std::uint32_t index);

/// The calling OS thread's own pointer.
[[nodiscard]] std::uint64_t get_thread_pointer();

/// Makes thread_local variables those of another block.
void set_thread_pointer(std::uint64_t pointer);

}  // namespace lockstep::interpose
