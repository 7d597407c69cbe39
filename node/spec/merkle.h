// SSZ's Merkle trees over 32-byte chunks, without allocation (leanSpec: spec/crypto/merkleization.py).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "node/spec/types.h"

namespace lockstep::spec {

/// The highest tree that any container of ours needs; a Bitlist[2^30] has 2^22 chunks.
inline constexpr std::size_t kMaximalDepth = 40;

/// The root of a tree of 2^level zero chunks. Requires: level <= kMaximalDepth.
const Root& zero_hash(std::size_t level);

/// The depth of the smallest tree with at least `leaves` leaves; 0 for none and for one.
constexpr std::size_t depth_for(std::size_t leaves) {
  return leaves <= 1 ? 0 : static_cast<std::size_t>(std::bit_width(leaves - 1));
}

/// Appends a full subtree of 2^level leaves to a frontier, which holds the root of one full subtree for each
/// set bit of `size`, the number of leaves so far. Requires: `size` is a multiple of 2^level; `subtrees` has
/// room.
void push_subtree(std::span<Root> subtrees, std::size_t size, const Root& root, std::size_t level);

/// The root of the tree of 2^depth leaves that a frontier begins, zero chunks following.
/// Requires: size <= 2^depth.
[[nodiscard]] Root close_frontier(std::span<const Root> subtrees, std::size_t size, std::size_t depth);

/// Hashes a tree of 2^Depth leaves that arrive one after another. Keeps only the roots of the full subtrees
/// to the left. A value: copies go on by themselves.
template <std::size_t Depth>
class MerkleFrontier {
 public:
  /// Appends one leaf. Requires: size() < 2^Depth.
  void add(const Root& leaf) { add_subtree(leaf, 0); }
  /// Appends a full subtree of 2^level leaves. Requires: size() is a multiple of 2^level, and there is room.
  void add_subtree(const Root& root, std::size_t level) {
    push_subtree(subtrees_, size_, root, level);
    size_ += std::size_t{1} << level;
  }
  /// The number of leaves so far.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The root of the whole tree, zero chunks following those that were added.
  [[nodiscard]] Root root() const { return close_frontier(subtrees_, size_, Depth); }
  /// Whether both hold the same leaves: as certain as SHA-256 is.
  friend bool operator==(const MerkleFrontier& a, const MerkleFrontier& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t left = a.size_; left != 0; left &= left - 1) {
      const auto level = static_cast<std::size_t>(std::countr_zero(left));
      if (a.subtrees_[level] != b.subtrees_[level]) return false;
    }
    return true;
  }
  /// A 64-bit digest of the leaves, for telling by accident unequal lists apart.
  [[nodiscard]] std::uint64_t fingerprint() const {
    std::uint64_t out = size_;
    for (std::size_t left = size_; left != 0; left &= left - 1) {
      const auto level = static_cast<std::size_t>(std::countr_zero(left));
      out = out * 0x9e3779b97f4a7c15U + base::load_le<std::uint64_t>(subtrees_[level].data.data());
    }
    return out;
  }

 private:
  std::size_t size_ = 0;
  std::array<Root, Depth + 1> subtrees_;
};

/// The root of a tree of 2^depth leaves that begins with `chunks`. Requires: chunks.size() <= 2^depth.
[[nodiscard]] Root merkleize(std::span<const Root> chunks, std::size_t depth);

/// The root of a tree of 2^depth leaves over `bytes`, cut into chunks, the last of them padded with zeros.
[[nodiscard]] Root merkleize_bytes(base::ByteView bytes, std::size_t depth);

/// The same over little-endian words.
[[nodiscard]] Root merkleize_words(std::span<const std::uint64_t> words, std::size_t depth);

/// SHA-256(root ‖ length as 32 little-endian bytes): how lists commit to their length.
[[nodiscard]] Root mix_in_length(const Root& root, std::uint64_t length);

/// A chunk that begins with the eight little-endian bytes of `number`.
[[nodiscard]] inline Root chunk_of(std::uint64_t number) {
  Root out;
  base::store_le(number, out.data.data());
  return out;
}

}  // namespace lockstep::spec
