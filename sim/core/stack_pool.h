// Stacks for fibers: mapped in slabs, used again and again, guarded against overflow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lockstep::sim {

/// One stack: the bytes [low, low + size), growing down. Belongs to the pool that gave it out.
struct Stack {
  void* low = nullptr;
  std::size_t size = 0;
  /// Bytes to leave free above the first frame; differs from stack to stack to spread cache sets.
  std::size_t colour = 0;
  /// An inaccessible page lies below `low`. Without one the lowest bytes carry a painted canary.
  bool guarded = false;
};

/// Hands out stacks of one size. Only pages that were touched take memory. The first 16,384 stacks have guard
/// pages (each costs the kernel two mappings, of which a process has 65,530); later ones a canary. One pool
/// may serve many engines one after another: reuse saves the page faults. Belongs to one OS thread and
/// outlives its engines.
class StackPool {
 public:
  /// 64 KiB, or 256 KiB under sanitizers, whose frames are larger.
  static const std::size_t kDefaultSize;

  /// `size` is rounded up to whole pages.
  explicit StackPool(std::size_t size = kDefaultSize);
  ~StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  /// A stack with undefined contents. Throws std::bad_alloc when the kernel refuses.
  [[nodiscard]] Stack take();

  /// Takes a stack back. False when its canary is dead: something overflowed it, and memory below is damaged.
  [[nodiscard]] bool give_back(const Stack& stack);

  /// Never reuses or unmaps a stack on which frames still stand; what they refer to is not a leak.
  void abandon(const Stack& stack);

  /// Stacks handed out and not given back.
  [[nodiscard]] std::size_t in_use() const { return in_use_; }
  /// Stacks mapped so far.
  [[nodiscard]] std::size_t mapped() const { return mapped_; }

 private:
  struct Slab {
    void* memory;
    std::size_t size;
    bool pinned;
  };

  void map_slab();

  std::size_t size_;
  std::size_t in_use_ = 0;
  std::size_t mapped_ = 0;
  std::vector<Stack> free_;
  std::vector<Slab> slabs_;
};

}  // namespace lockstep::sim
