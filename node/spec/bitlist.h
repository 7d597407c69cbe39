// SSZ's bit sequences, packed into 64-bit words: Bitlist[Limit] and Bitvector[Length].
#pragma once

#include <array>
#include <bit>
#include <boost/container/small_vector.hpp>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "node/base/assert.h"

namespace lockstep::spec {

/// Calls `f(index)` for every set bit of `words`, in ascending order.
template <typename F>
void for_each_set_bit(std::span<const std::uint64_t> words, F&& f) {
  for (std::size_t w = 0; w < words.size(); ++w) {
    for (std::uint64_t left = words[w]; left != 0; left &= left - 1) {
      f(w * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }
  }
}

/// A list of at most Limit bits. Bits beyond size() in the last word are always zero, so that words can be
/// compared and hashed as they are. Up to 512 bits live in the object itself, without allocation.
template <std::size_t Limit>
class Bitlist {
 public:
  static constexpr std::size_t kLimit = Limit;
  static constexpr std::size_t kInlineWords = 8;
  using Words = boost::container::small_vector<std::uint64_t, kInlineWords>;

  Bitlist() = default;
  /// `size` bits, all unset. Requires: size <= Limit.
  explicit Bitlist(std::size_t size) { resize(size); }
  /// The given bits, in order.
  static Bitlist of(const std::vector<bool>& bits) {
    Bitlist out(bits.size());
    for (std::size_t i = 0; i < bits.size(); ++i) {
      out.set(i, bits[i]);
    }
    return out;
  }
  /// A list just long enough for the highest of `indices`, with exactly these bits set.
  static Bitlist of_indices(std::span<const std::size_t> indices) {
    Bitlist out;
    for (const std::size_t i : indices) {
      if (i >= out.size()) {
        out.resize(i + 1);
      }
      out.set(i);
    }
    return out;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// The packed bits: bit i is bit i % 64 of word i / 64.
  [[nodiscard]] std::span<const std::uint64_t> words() const { return {words_.data(), words_.size()}; }

  /// Requires: i < size().
  [[nodiscard]] bool get(std::size_t i) const {
    LOCKSTEP_ASSERT(i < size_);
    return ((words_[i / 64] >> (i % 64)) & 1) != 0;
  }
  [[nodiscard]] bool operator[](std::size_t i) const { return get(i); }
  /// Requires: i < size().
  void set(std::size_t i, bool value = true) {
    LOCKSTEP_ASSERT(i < size_);
    const std::uint64_t mask = std::uint64_t{1} << (i % 64);
    words_[i / 64] = value ? (words_[i / 64] | mask) : (words_[i / 64] & ~mask);
  }
  /// Cuts the list, or lengthens it by unset bits. Requires: size <= Limit.
  void resize(std::size_t size) {
    LOCKSTEP_ASSERT_MSG(size <= Limit, "a bitlist stays within its limit");
    words_.resize((size + 63) / 64, 0);
    size_ = size;
    clear_padding();
  }
  void push_back(bool bit) {
    resize(size_ + 1);
    set(size_ - 1, bit);
  }
  /// Adds the first `count` bits of `bits` at the end. Requires: `bits` holds that many; the limit allows
  /// them.
  void append(std::span<const std::uint64_t> bits, std::size_t count) {
    LOCKSTEP_ASSERT(bits.size() * 64 >= count);
    const std::size_t at = size_;
    resize(at + count);
    const std::size_t used_words = (count + 63) / 64;
    for (std::size_t w = 0; w < used_words; ++w) {
      const std::size_t position = at + w * 64;
      words_[position / 64] |= bits[w] << (position % 64);
      if (position % 64 != 0 && position / 64 + 1 < words_.size()) {
        words_[position / 64 + 1] |= bits[w] >> (64 - position % 64);
      }
    }
    clear_padding();
  }
  /// Adds all bits of another list at the end.
  template <std::size_t OtherLimit>
  void append(const Bitlist<OtherLimit>& other) {
    append(other.words(), other.size());
  }
  /// Copies bits [from, from + count) into `to`, whose first (count + 63) / 64 words are overwritten.
  void extract(std::size_t from, std::size_t count, std::span<std::uint64_t> to) const {
    LOCKSTEP_ASSERT(from <= size_ && count <= size_ - from);
    const std::size_t used_words = (count + 63) / 64;
    for (std::size_t w = 0; w < used_words; ++w) {
      const std::size_t position = from + w * 64;
      std::uint64_t word = words_[position / 64] >> (position % 64);
      if (position % 64 != 0 && position / 64 + 1 < words_.size()) {
        word |= words_[position / 64 + 1] << (64 - position % 64);
      }
      to[w] = word;
    }
    if (count % 64 != 0) {
      to[used_words - 1] &= (std::uint64_t{1} << (count % 64)) - 1;
    }
  }
  /// Removes the first `count` bits, or all if there are fewer.
  void drop_front(std::size_t count) {
    if (count >= size_) {
      resize(0);
      return;
    }
    const std::size_t left = size_ - count;
    Words moved((left + 63) / 64, 0);
    extract(count, left, {moved.data(), moved.size()});
    words_ = std::move(moved);
    size_ = left;
  }

  /// The number of set bits.
  [[nodiscard]] std::size_t popcount() const {
    std::size_t count = 0;
    for (const std::uint64_t word : words_) {
      count += static_cast<std::size_t>(std::popcount(word));
    }
    return count;
  }
  [[nodiscard]] bool any() const {
    for (const std::uint64_t word : words_) {
      if (word != 0) return true;
    }
    return false;
  }
  /// One more than the index of the highest set bit; 0 if there is none.
  [[nodiscard]] std::size_t span_of_set_bits() const {
    for (std::size_t w = words_.size(); w > 0; --w) {
      if (words_[w - 1] != 0) {
        return w * 64 - static_cast<std::size_t>(std::countl_zero(words_[w - 1]));
      }
    }
    return 0;
  }
  /// Calls `f(index)` for every set bit, in ascending order.
  template <typename F>
  void for_each_set(F&& f) const {
    for_each_set_bit(words(), std::forward<F>(f));
  }
  /// The indices of the set bits, ascending.
  [[nodiscard]] std::vector<std::size_t> set_indices() const {
    std::vector<std::size_t> out;
    out.reserve(popcount());
    for_each_set([&out](std::size_t i) { out.push_back(i); });
    return out;
  }

  /// The union; this list grows to the longer of the two.
  Bitlist& operator|=(const Bitlist& other) {
    if (other.size_ > size_) {
      resize(other.size_);
    }
    for (std::size_t w = 0; w < other.words_.size(); ++w) {
      words_[w] |= other.words_[w];
    }
    return *this;
  }
  /// Whether every set bit of `other` is set here as well, whatever the sizes.
  [[nodiscard]] bool covers(const Bitlist& other) const {
    for (std::size_t w = 0; w < other.words_.size(); ++w) {
      const std::uint64_t mine = w < words_.size() ? words_[w] : 0;
      if ((other.words_[w] & ~mine) != 0) return false;
    }
    return true;
  }

  friend bool operator==(const Bitlist& a, const Bitlist& b) {
    return a.size_ == b.size_ && a.words_ == b.words_;
  }
  /// Some total order: by size, then by words. It is not an order that leanSpec knows.
  friend std::strong_ordering operator<=>(const Bitlist& a, const Bitlist& b) {
    if (const auto by_size = a.size_ <=> b.size_; by_size != 0) {
      return by_size;
    }
    for (std::size_t w = 0; w < a.words_.size(); ++w) {
      if (const auto by_word = a.words_[w] <=> b.words_[w]; by_word != 0) {
        return by_word;
      }
    }
    return std::strong_ordering::equal;
  }

 private:
  void clear_padding() {
    if (size_ % 64 != 0) {
      words_.back() &= (std::uint64_t{1} << (size_ % 64)) - 1;
    }
  }

  std::size_t size_ = 0;
  Words words_;
};

/// Exactly Length bits.
template <std::size_t Length>
class Bitvector {
 public:
  static constexpr std::size_t kLength = Length;
  static constexpr std::size_t kWords = (Length + 63) / 64;

  [[nodiscard]] static constexpr std::size_t size() { return Length; }
  [[nodiscard]] std::span<const std::uint64_t> words() const { return words_; }
  /// Requires: i < Length.
  [[nodiscard]] bool get(std::size_t i) const {
    LOCKSTEP_ASSERT(i < Length);
    return ((words_[i / 64] >> (i % 64)) & 1) != 0;
  }
  /// Requires: i < Length.
  void set(std::size_t i, bool value = true) {
    LOCKSTEP_ASSERT(i < Length);
    const std::uint64_t mask = std::uint64_t{1} << (i % 64);
    words_[i / 64] = value ? (words_[i / 64] | mask) : (words_[i / 64] & ~mask);
  }
  friend auto operator<=>(const Bitvector&, const Bitvector&) = default;

 private:
  std::array<std::uint64_t, kWords> words_{};
};

}  // namespace lockstep::spec
