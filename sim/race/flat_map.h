// A hash table from 64-bit keys to 32-bit numbers that only grows: for shadow state, looked up on every
// access.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "sim/core/mix.h"

namespace lockstep::race {

/// Open addressing with linear probing. Nothing is ever erased and nothing is ever iterated. The key ~0 is
/// reserved.
class FlatMap {
 public:
  static constexpr std::uint32_t kMissing = 0xffffffff;

  FlatMap() : entries_(64) {}

  /// The number of `key`, or kMissing.
  [[nodiscard]] std::uint32_t find(std::uint64_t key) const {
    for (std::size_t i = place(key);; i = (i + 1) & (entries_.size() - 1)) {
      if (entries_[i].key == key) {
        return entries_[i].value;
      }
      if (entries_[i].key == kEmpty) {
        return kMissing;
      }
    }
  }

  /// Requires: `key` is not in yet.
  void insert(std::uint64_t key, std::uint32_t value) {
    if (2 * ++used_ > entries_.size()) {
      grow();
    }
    put(key, value);
  }

  void clear() {
    entries_.assign(entries_.size(), Entry{});
    used_ = 0;
  }
  [[nodiscard]] std::size_t size() const { return used_; }

 private:
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};
  struct Entry {
    std::uint64_t key = kEmpty;
    std::uint32_t value = kMissing;
  };

  [[nodiscard]] std::size_t place(std::uint64_t key) const {
    return static_cast<std::size_t>((key * sim::kGoldenStep) >> 20) & (entries_.size() - 1);
  }
  void put(std::uint64_t key, std::uint32_t value) {
    std::size_t i = place(key);
    while (entries_[i].key != kEmpty) {
      i = (i + 1) & (entries_.size() - 1);
    }
    entries_[i] = {key, value};
  }
  void grow() {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old) {
      if (entry.key != kEmpty) {
        put(entry.key, entry.value);
      }
    }
  }

  std::vector<Entry> entries_;
  std::size_t used_ = 0;
};

}  // namespace lockstep::race
