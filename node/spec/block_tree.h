// The blocks that fork choice knows: a tree with the weight of each subtree and the heaviest child of each
// block.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "node/base/bytes.h"
#include "node/spec/types.h"

namespace lockstep::spec {

struct Block;
struct State;

/// Names a block within one BlockTree. A parent's index is always smaller than its children's.
enum class BlockIndex : std::uint32_t {};

/// Stands for "no block": the parent of the anchor, or a root that the tree does not hold.
inline constexpr BlockIndex kNoBlock{0};

/// A tree of blocks that only grows. Votes are put on blocks; each block's weight is the number of votes on
/// it or on a descendant, kept up to date along the path that a vote moves. Copies share blocks and states.
/// Not thread-safe.
class BlockTree {
 public:
  /// A tree of one block, the anchor.
  BlockTree(const Root& root, std::shared_ptr<const Block> block, std::shared_ptr<const State> state);

  /// Adds a block without votes. O(number of siblings) at worst, otherwise constant apart from the root's
  /// lookup. Requires: the root is not there yet, the parent is, and its slot is lower.
  BlockIndex insert(const Root& root, std::shared_ptr<const Block> block, std::shared_ptr<const State> state);

  /// The block of that root, or kNoBlock.
  [[nodiscard]] BlockIndex find(const Root& root) const;
  [[nodiscard]] bool contains(const Root& root) const { return find(root) != kNoBlock; }
  /// The number of blocks. Their indices are 1 … size(), in the order in which they were inserted.
  [[nodiscard]] std::size_t size() const { return nodes_.size() - 1; }

  [[nodiscard]] const Root& root(BlockIndex block) const { return contents_[at(block)].root; }
  [[nodiscard]] Slot slot(BlockIndex block) const { return nodes_[at(block)].slot; }
  /// kNoBlock for the anchor.
  [[nodiscard]] BlockIndex parent(BlockIndex block) const { return nodes_[at(block)].parent; }
  [[nodiscard]] std::uint64_t weight(BlockIndex block) const { return nodes_[at(block)].weight; }
  [[nodiscard]] const std::shared_ptr<const Block>& block(BlockIndex block) const {
    return contents_[at(block)].block;
  }
  /// The state after that block.
  [[nodiscard]] const std::shared_ptr<const State>& state(BlockIndex block) const {
    return contents_[at(block)].state;
  }
  /// The child inserted last, or kNoBlock; the others follow by next_sibling.
  [[nodiscard]] BlockIndex first_child(BlockIndex block) const { return nodes_[at(block)].first_child; }
  [[nodiscard]] BlockIndex next_sibling(BlockIndex block) const { return nodes_[at(block)].next_sibling; }

  /// The nearest of `block` and its ancestors whose slot is at most `slot`, or kNoBlock if the tree ends
  /// before. O(log of the depth).
  [[nodiscard]] BlockIndex ancestor_at_or_below(BlockIndex block, Slot slot) const;

  /// Moves one vote; kNoBlock stands for a vote that was not there before, or is not there afterwards. Costs
  /// the distance between the two blocks.
  void move_vote(BlockIndex from, BlockIndex to);

  /// LMD-GHOST (leanSpec _compute_lmd_ghost_head without threshold): from `start` always to the heaviest
  /// child, of equally heavy ones to the lexicographically largest root. Asked again for the same start, it
  /// walks only below the first fork that has been decided differently since.
  [[nodiscard]] BlockIndex heaviest_leaf(BlockIndex start);

 private:
  /// What the walks read, apart from the rest so that a long chain stays in the cache.
  struct Node {
    Slot slot;
    BlockIndex parent = kNoBlock;
    BlockIndex jump = kNoBlock;  ///< An ancestor far above; see ancestor_at_or_below.
    std::uint32_t depth = 0;
    std::uint32_t weight = 0;
    BlockIndex first_child = kNoBlock;
    BlockIndex next_sibling = kNoBlock;
    BlockIndex best_child = kNoBlock;
  };
  struct Content {
    Root root;
    std::shared_ptr<const Block> block;
    std::shared_ptr<const State> state;
  };
  /// The last answer of heaviest_leaf, and the highest block on that path whose best child has changed since.
  struct Walk {
    BlockIndex start = kNoBlock;
    BlockIndex leaf = kNoBlock;
    BlockIndex resume = kNoBlock;
  };

  [[nodiscard]] static std::size_t at(BlockIndex block) { return static_cast<std::size_t>(block); }
  BlockIndex append(const Root& root, Slot slot, BlockIndex parent, std::shared_ptr<const Block> block,
                    std::shared_ptr<const State> state);
  [[nodiscard]] bool beats(BlockIndex challenger, BlockIndex holder) const;
  [[nodiscard]] bool is_ancestor(BlockIndex ancestor, BlockIndex descendant) const;
  void gained(BlockIndex block);
  void lost(BlockIndex block);
  void set_best_child(BlockIndex parent, BlockIndex child);

  std::vector<Node> nodes_;        ///< Position 0 stands for kNoBlock.
  std::vector<Content> contents_;  ///< Parallel to nodes_.
  std::unordered_map<Root, BlockIndex, base::RootHash> by_root_;
  Walk walk_;
};

}  // namespace lockstep::spec
