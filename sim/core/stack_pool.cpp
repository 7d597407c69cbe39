// Mapping, guarding and poisoning of fiber stacks.
#include "sim/core/stack_pool.h"

#include <sys/mman.h>

#include <cstring>
#include <new>

#include "node/base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#define LOCKSTEP_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOCKSTEP_ASAN 1
#endif
#endif
#ifdef LOCKSTEP_TSAN
#define LOCKSTEP_LARGE_FRAMES 1
#endif

#ifdef LOCKSTEP_ASAN
#define LOCKSTEP_LARGE_FRAMES 1
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

namespace lockstep::sim {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kStacksInSlab = 32;
constexpr std::size_t kGuardedStacks = 16'384;
constexpr std::uint64_t kCanary = 0x70a1a7edca9a52e5ULL;
constexpr std::size_t kCanaryWords = 8;

void paint(const Stack& stack) {
  auto* word = static_cast<std::uint64_t*>(stack.low);
  for (std::size_t i = 0; i < kCanaryWords; ++i) {
    word[i] = kCanary;
  }
}

bool intact(const Stack& stack) {
  const auto* word = static_cast<const std::uint64_t*>(stack.low);
  for (std::size_t i = 0; i < kCanaryWords; ++i) {
    if (word[i] != kCanary) {
      return false;
    }
  }
  return true;
}

}  // namespace

#ifdef LOCKSTEP_LARGE_FRAMES
const std::size_t StackPool::kDefaultSize = 256 * 1024;
#else
const std::size_t StackPool::kDefaultSize = 64 * 1024;
#endif

StackPool::StackPool(std::size_t size) : size_((size + kPage - 1) / kPage * kPage) {
  LOCKSTEP_ASSERT(size_ >= 4 * kPage);
}

StackPool::~StackPool() {
#ifdef LOCKSTEP_ASAN
  for (const Stack& stack : free_) {
    ASAN_UNPOISON_MEMORY_REGION(stack.low, stack.size);
  }
#endif
  for (const Slab& slab : slabs_) {
    if (!slab.pinned) {
      munmap(slab.memory, slab.size);
    }
  }
}

/// A page between stacks is either a guard or plain padding: a stride that is no power of two keeps the tops
/// of many stacks out of one another's cache sets.
void StackPool::map_slab() {
  const std::size_t stride = size_ + kPage;
  const std::size_t bytes = stride * kStacksInSlab;
  void* memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    throw std::bad_alloc();
  }
  slabs_.push_back({memory, bytes, false});
  bool guard = mapped_ < kGuardedStacks;
  for (std::size_t i = kStacksInSlab; i-- > 0;) {
    char* page = static_cast<char*>(memory) + i * stride;
    guard = guard && mprotect(page, kPage, PROT_NONE) == 0;
    Stack stack{page + kPage, size_, (mapped_ + i) * 5 % 32 * 128, guard};
    if (!guard) {
      paint(stack);
    }
#ifdef LOCKSTEP_ASAN
    ASAN_POISON_MEMORY_REGION(stack.low, stack.size);
#endif
    free_.push_back(stack);
  }
  mapped_ += kStacksInSlab;
}

Stack StackPool::take() {
  if (free_.empty()) {
    map_slab();
  }
  const Stack stack = free_.back();
  free_.pop_back();
  ++in_use_;
#ifdef LOCKSTEP_ASAN
  ASAN_UNPOISON_MEMORY_REGION(stack.low, stack.size);
#endif
  return stack;
}

bool StackPool::give_back(const Stack& stack) {
  const bool sound = stack.guarded || intact(stack);
  if (!sound) {
    paint(stack);
  }
#ifdef LOCKSTEP_ASAN
  ASAN_POISON_MEMORY_REGION(stack.low, stack.size);
#endif
  free_.push_back(stack);
  --in_use_;
  return sound;
}

void StackPool::abandon(const Stack& stack) {
  for (Slab& slab : slabs_) {
    const char* low = static_cast<const char*>(slab.memory);
    if (stack.low >= low && stack.low < low + slab.size) {
      slab.pinned = true;
    }
  }
#ifdef LOCKSTEP_ASAN
  __lsan_register_root_region(stack.low, stack.size);
#endif
  --in_use_;
}

}  // namespace lockstep::sim
