// An array that grows without moving what is in it.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "sim/core/large_pages.h"

namespace lockstep::sim {

/// Elements by index, made one after another and kept until clear() or the end. They lie in slabs of equal
/// size; references stay valid. A million elements of a cache line each are touched in no order that a
/// processor foresees: growing must not copy them, and finding one must not walk a page table, so that every
/// slab but the first, which few worlds fill, is a large page. Not thread-safe.
template <typename T>
class Slabs {
 public:
  Slabs() = default;
  ~Slabs() { clear(); }
  Slabs(const Slabs&) = delete;
  Slabs& operator=(const Slabs&) = delete;

  [[nodiscard]] T& operator[](std::uint32_t index) { return *place(index); }
  [[nodiscard]] const T& operator[](std::uint32_t index) const { return *place(index); }
  [[nodiscard]] std::uint32_t size() const { return size_; }

  /// Makes one more and returns its index.
  std::uint32_t add() {
    if (size_ == slabs_.size() * kInSlab) [[unlikely]] {
      grow();
    }
    std::construct_at(place(size_));
    return size_++;
  }

  /// Ends all elements and gives their memory back.
  void clear() {
    while (size_ > 0) {
      std::destroy_at(place(--size_));
    }
    for (T* slab : slabs_) {
      ::operator delete(slab, std::align_val_t{kLargePage});
    }
    slabs_.clear();
  }

 private:
  static constexpr std::uint32_t kInSlab = std::bit_floor(kLargePage / sizeof(T));

  [[nodiscard]] T* place(std::uint32_t index) const { return slabs_[index / kInSlab] + index % kInSlab; }

  void grow() {
    constexpr std::size_t kBytes = kInSlab * sizeof(T);
    slabs_.reserve(slabs_.size() + 1);
    void* memory = ::operator new(kBytes, std::align_val_t{kLargePage});
    if (!slabs_.empty()) {
      prefer_large_pages(memory, kBytes);
    }
    slabs_.push_back(static_cast<T*>(memory));
  }

  std::vector<T*> slabs_;
  std::uint32_t size_ = 0;
};

}  // namespace lockstep::sim
