// How subtree weights and best children are kept, and how ancestors are found in logarithmic time.
#include "node/spec/block_tree.h"

#include <utility>

#include "node/base/assert.h"
#include "node/spec/containers.h"

namespace lockstep::spec {

BlockTree::BlockTree(const Root& root, std::shared_ptr<const Block> block, std::shared_ptr<const State> state)
    : nodes_(1), contents_(1) {
  LOCKSTEP_ASSERT(block != nullptr);
  const Slot slot = block->slot;
  append(root, slot, kNoBlock, std::move(block), std::move(state));
}

BlockIndex BlockTree::insert(const Root& root, std::shared_ptr<const Block> block,
                             std::shared_ptr<const State> state) {
  LOCKSTEP_ASSERT(block != nullptr);
  LOCKSTEP_ASSERT_MSG(!contains(root), "a block is inserted once");
  const BlockIndex parent = find(block->parent_root);
  LOCKSTEP_ASSERT_MSG(parent != kNoBlock, "a block comes after its parent");
  const Slot slot = block->slot;
  LOCKSTEP_ASSERT_MSG(slot > nodes_[at(parent)].slot, "a block is later than its parent");
  return append(root, slot, parent, std::move(block), std::move(state));
}

BlockIndex BlockTree::append(const Root& root, Slot slot, BlockIndex parent,
                             std::shared_ptr<const Block> block, std::shared_ptr<const State> state) {
  const auto index = static_cast<BlockIndex>(nodes_.size());
  Node node{.slot = slot, .parent = parent};
  if (parent != kNoBlock) {
    // The skip pointers of Myers (An applicative random-access stack, 1983): a jump is as long as the two
    // before it together when those are equally long, and to the parent otherwise.
    const Node& above = nodes_[at(parent)];
    const Node& jumped = nodes_[at(above.jump)];
    const bool equal = above.jump != kNoBlock && jumped.jump != kNoBlock &&
                       above.depth - jumped.depth == jumped.depth - nodes_[at(jumped.jump)].depth;
    node.jump = equal ? jumped.jump : parent;
    node.depth = above.depth + 1;
    node.next_sibling = above.first_child;
  }
  nodes_.push_back(node);
  contents_.push_back({root, std::move(block), std::move(state)});
  by_root_.emplace(root, index);
  if (parent != kNoBlock) {
    nodes_[at(parent)].first_child = index;
    if (const BlockIndex best = nodes_[at(parent)].best_child; best == kNoBlock || beats(index, best)) {
      set_best_child(parent, index);
    }
  }
  return index;
}

BlockIndex BlockTree::find(const Root& root) const {
  const auto found = by_root_.find(root);
  return found == by_root_.end() ? kNoBlock : found->second;
}

BlockIndex BlockTree::ancestor_at_or_below(BlockIndex block, Slot slot) const {
  while (block != kNoBlock && nodes_[at(block)].slot > slot) {
    const Node& node = nodes_[at(block)];
    const bool far = node.jump != kNoBlock && nodes_[at(node.jump)].slot > slot;
    block = far ? node.jump : node.parent;
  }
  return block;
}

bool BlockTree::is_ancestor(BlockIndex ancestor, BlockIndex descendant) const {
  return ancestor_at_or_below(descendant, nodes_[at(ancestor)].slot) == ancestor;
}

void BlockTree::move_vote(BlockIndex from, BlockIndex to) {
  // Children have larger indices than their parents, so the larger of two different blocks is never an
  // ancestor of the other. Where the two climbs meet, the vote is counted before and after alike.
  while (from != to) {
    if (from > to) {
      lost(from);
      from = nodes_[at(from)].parent;
    } else {
      gained(to);
      to = nodes_[at(to)].parent;
    }
  }
}

void BlockTree::gained(BlockIndex block) {
  Node& node = nodes_[at(block)];
  ++node.weight;
  if (node.parent != kNoBlock) {
    const BlockIndex best = nodes_[at(node.parent)].best_child;
    if (best != block && beats(block, best)) {
      set_best_child(node.parent, block);
    }
  }
}

void BlockTree::lost(BlockIndex block) {
  Node& node = nodes_[at(block)];
  LOCKSTEP_ASSERT(node.weight > 0);
  --node.weight;
  if (node.parent == kNoBlock || nodes_[at(node.parent)].best_child != block) {
    return;
  }
  BlockIndex best = block;
  for (BlockIndex child = nodes_[at(node.parent)].first_child; child != kNoBlock;
       child = nodes_[at(child)].next_sibling) {
    if (child != best && beats(child, best)) {
      best = child;
    }
  }
  if (best != block) {
    set_best_child(node.parent, best);
  }
}

bool BlockTree::beats(BlockIndex challenger, BlockIndex holder) const {
  const std::uint32_t weight = nodes_[at(challenger)].weight;
  const std::uint32_t other = nodes_[at(holder)].weight;
  return weight != other ? weight > other : contents_[at(challenger)].root > contents_[at(holder)].root;
}

void BlockTree::set_best_child(BlockIndex parent, BlockIndex child) {
  nodes_[at(parent)].best_child = child;
  // On the remembered path a larger index lies further down, so only a smaller one moves the place to resume
  // at.
  if (parent >= walk_.start && parent < walk_.resume && is_ancestor(parent, walk_.leaf)) {
    walk_.resume = parent;
  }
}

BlockIndex BlockTree::heaviest_leaf(BlockIndex start) {
  LOCKSTEP_ASSERT_MSG(start != kNoBlock, "fork choice starts at a block of the tree");
  BlockIndex leaf = start == walk_.start ? walk_.resume : start;
  while (nodes_[at(leaf)].best_child != kNoBlock) {
    leaf = nodes_[at(leaf)].best_child;
  }
  walk_ = {.start = start, .leaf = leaf, .resume = leaf};
  return leaf;
}

}  // namespace lockstep::spec
