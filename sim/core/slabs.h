// An array that grows without moving what is in it.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "sim/core/large_pages.h"

namespace lockstep::sim {

/// Elements by index, made one after another and kept until clear() or the end. They lie in slabs of which
/// each is as large as all before it, the large ones on large pages; references stay valid. A million
/// elements of a cache line each are touched in no order that a processor foresees: growing must not copy
/// them, and finding one must not walk a page table. Not thread-safe.
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
    if (size_ == room_) [[unlikely]] {
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
    while (slabs_in_use_ > 0) {
      --slabs_in_use_;
      ::operator delete(slabs_[slabs_in_use_], std::align_val_t{alignment_of(slabs_in_use_)});
    }
    room_ = 0;
  }

 private:
  static constexpr unsigned kFirstBits = 6;
  static constexpr std::size_t kSlabsMax = 26;

  /// Slab 0 holds 2^6 elements, slab n > 0 the 2^(n + 5) from index 2^(n + 5) on.
  [[nodiscard]] T* place(std::uint32_t index) const {
    const auto slab = static_cast<unsigned>(std::bit_width(index >> kFirstBits));
    const std::uint32_t first = slab == 0 ? 0 : std::uint32_t{1} << (slab + kFirstBits - 1);
    return slabs_[slab] + (index - first);
  }
  [[nodiscard]] static std::size_t bytes_of(std::size_t slab) {
    return sizeof(T) << (slab == 0 ? kFirstBits : slab + kFirstBits - 1);
  }
  [[nodiscard]] static std::size_t alignment_of(std::size_t slab) {
    return bytes_of(slab) >= kLargePage ? kLargePage : alignof(T);
  }

  void grow() {
    const std::size_t bytes = bytes_of(slabs_in_use_);
    void* memory = ::operator new(bytes, std::align_val_t{alignment_of(slabs_in_use_)});
    if (bytes >= kLargePage) {
      prefer_large_pages(memory, bytes);
    }
    slabs_.at(slabs_in_use_++) = static_cast<T*>(memory);
    room_ += static_cast<std::uint32_t>(bytes / sizeof(T));
  }

  std::array<T*, kSlabsMax> slabs_{};
  std::size_t slabs_in_use_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t room_ = 0;
};

}  // namespace lockstep::sim
