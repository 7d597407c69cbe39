// A long list of roots that many states share: append-only, persistent, hashed as it grows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "node/spec/merkle.h"
#include "node/spec/types.h"

namespace lockstep::spec {

/// List[Bytes32, 2^18]. Copies share everything but the last eight roots and the Merkle frontier, so that a
/// copy takes constant time and memory (about 900 bytes). What is shared is never written again: copies may
/// live on different threads; one list may be changed by one thread at a time.
class RootList {
 public:
  static constexpr std::size_t kLimit = HISTORICAL_ROOTS_LIMIT;

  RootList() = default;
  /// Requires: at most kLimit roots.
  explicit RootList(std::span<const Root> roots);
  explicit RootList(const std::vector<Root>& roots) : RootList(std::span<const Root>(roots)) {}

  [[nodiscard]] std::size_t size() const { return frontier_.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  /// Requires: i < size(). The reference holds until this list is changed or destroyed.
  [[nodiscard]] const Root& operator[](std::size_t i) const;
  [[nodiscard]] std::vector<Root> to_vector() const;

  /// Appends one root, at a cost of two hashes on average and 18 at worst. Requires: size() < kLimit.
  void push_back(const Root& root);
  /// Appends `count` zero roots in time proportional to count / 8, with few hashes. Requires: room for them.
  void append_zeros(std::size_t count);

  /// hash_tree_root of the list: at most 19 hashes, whatever the size.
  [[nodiscard]] Root root() const { return mix_in_length(frontier_.root(), size()); }
  /// A 64-bit digest of the content (see MerkleFrontier::fingerprint).
  [[nodiscard]] std::uint64_t fingerprint() const { return frontier_.fingerprint(); }

  /// Compares Merkle roots of the parts, not the roots one by one.
  friend bool operator==(const RootList& a, const RootList& b) { return a.frontier_ == b.frontier_; }

 private:
  static constexpr std::size_t kLeafSize = 8;
  static constexpr std::size_t kFanOut = 32;
  static constexpr std::size_t kDepth = 18;

  struct Leaf {
    std::array<Root, kLeafSize> roots;
  };
  using LeafPointer = std::shared_ptr<const Leaf>;
  template <typename Child>
  struct Node {
    std::array<std::shared_ptr<const Child>, kFanOut> children;
  };
  using Branch = Node<Leaf>;   ///< 256 roots.
  using Bough = Node<Branch>;  ///< 8,192 roots.
  using Trunk = Node<Bough>;   ///< 262,144 roots.
  static_assert(kLeafSize * kFanOut * kFanOut * kFanOut == kLimit);

  /// Hangs `count` leaves after the first `at` of them, copying the nodes on the way.
  void hang(std::size_t at, std::span<const LeafPointer> leaves);

  std::shared_ptr<const Trunk> trunk_;  ///< The roots in full leaves.
  std::array<Root, kLeafSize> tail_;    ///< The size() % kLeafSize roots after them.
  MerkleFrontier<kDepth> frontier_;
};

}  // namespace lockstep::spec
