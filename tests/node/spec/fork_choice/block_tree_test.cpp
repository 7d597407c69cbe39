// The block tree finds ancestors, weights and heads as a plain walk over parents would.
#include "node/spec/block_tree.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "node/base/assert.h"
#include "node/spec/containers.h"
#include "property.h"

namespace lockstep::spec {
namespace {

Root root_of(std::uint64_t number) {
  Root root;
  // Scattered, so that the order of roots has nothing to do with the order of insertion.
  base::store_le<std::uint64_t>((number + 1) * 0x9e3779b97f4a7c15ULL, root.data.data());
  return root;
}

/// A tree whose block i has root_of(i) and the parent and slot that were asked for.
class Grove {
 public:
  Grove() : tree_(root_of(0), block_at(Slot(0), Root{}), nullptr), parents_{0}, slots_{0}, votes_{0} {}

  std::size_t add(std::size_t parent, std::uint64_t gap) {
    const std::uint64_t slot = slots_[parent] + gap;
    tree_.insert(root_of(parents_.size()), block_at(Slot(slot), root_of(parent)), nullptr);
    parents_.push_back(parent);
    slots_.push_back(slot);
    votes_.push_back(0);
    return parents_.size() - 1;
  }
  void vote(std::size_t block) {
    ++votes_[block];
    tree_.move_vote(kNoBlock, index(block));
  }
  void move(std::size_t from, std::size_t to) {
    --votes_[from];
    ++votes_[to];
    tree_.move_vote(index(from), index(to));
  }
  [[nodiscard]] static BlockIndex index(std::size_t block) { return static_cast<BlockIndex>(block + 1); }
  [[nodiscard]] std::size_t size() const { return parents_.size(); }
  [[nodiscard]] std::uint64_t votes(std::size_t block) const { return votes_[block]; }
  [[nodiscard]] std::uint64_t slot(std::size_t block) const { return slots_[block]; }
  [[nodiscard]] std::size_t parent(std::size_t block) const { return parents_[block]; }
  [[nodiscard]] std::uint64_t weight(std::size_t block) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      sum += is_under(i, block) ? votes_[i] : 0;
    }
    return sum;
  }
  [[nodiscard]] std::size_t head(std::size_t start) const {
    std::size_t best = start;
    for (std::size_t i = start + 1; i < size(); ++i) {
      if (parents_[i] != start) continue;
      const auto key = [&](std::size_t b) { return std::pair(weight(b), root_of(b)); };
      best = best == start || key(i) > key(best) ? i : best;
    }
    return best == start ? start : head(best);
  }
  [[nodiscard]] BlockTree& tree() { return tree_; }

 private:
  static std::shared_ptr<const Block> block_at(Slot slot, const Root& parent) {
    return std::make_shared<const Block>(
        Block{.slot = slot, .proposer_index = {}, .parent_root = parent, .state_root = {}, .body = {}});
  }
  [[nodiscard]] bool is_under(std::size_t block, std::size_t ancestor) const {
    while (block > ancestor) block = parents_[block];
    return block == ancestor;
  }

  BlockTree tree_;
  std::vector<std::size_t> parents_;
  std::vector<std::uint64_t> slots_;
  std::vector<std::uint64_t> votes_;
};

TEST(BlockTree, begins_with_its_anchor_as_head) {
  Grove grove;
  EXPECT_EQ(grove.tree().size(), 1U);
  EXPECT_EQ(grove.tree().find(root_of(0)), Grove::index(0));
  EXPECT_EQ(grove.tree().find(root_of(1)), kNoBlock);
  EXPECT_EQ(grove.tree().parent(Grove::index(0)), kNoBlock);
  EXPECT_EQ(grove.tree().heaviest_leaf(Grove::index(0)), Grove::index(0));
}

TEST(BlockTree, breaks_ties_towards_the_larger_root) {
  Grove grove;
  std::size_t largest = grove.add(0, 1);
  for (int i = 0; i < 5; ++i) {
    const std::size_t sibling = grove.add(0, 1);
    largest = root_of(sibling) > root_of(largest) ? sibling : largest;
    EXPECT_EQ(grove.tree().heaviest_leaf(Grove::index(0)), Grove::index(largest));
  }
}

TEST(BlockTree, prefers_one_vote_to_any_root) {
  Grove grove;
  for (int i = 0; i < 6; ++i) grove.add(0, 1);
  for (std::size_t block = 1; block <= 6; ++block) {
    Grove copy = grove;
    copy.vote(block);
    EXPECT_EQ(copy.tree().heaviest_leaf(Grove::index(0)), Grove::index(block));
  }
}

TEST(BlockTree, has_no_ancestor_below_the_anchor) {
  Grove grove;
  const std::size_t late = grove.add(0, 10);
  EXPECT_EQ(grove.tree().ancestor_at_or_below(Grove::index(late), Slot(10)), Grove::index(late));
  EXPECT_EQ(grove.tree().ancestor_at_or_below(Grove::index(late), Slot(9)), Grove::index(0));
  EXPECT_EQ(grove.tree().ancestor_at_or_below(kNoBlock, Slot(9)), kNoBlock);
}

TEST(BlockTree, refuses_orphans_duplicates_and_blocks_not_later_than_their_parent) {
  Grove grove;
  grove.add(0, 1);
  const auto block = [](Slot slot, const Root& parent) {
    return std::make_shared<const Block>(
        Block{.slot = slot, .proposer_index = {}, .parent_root = parent, .state_root = {}, .body = {}});
  };
  BlockTree& tree = grove.tree();
  EXPECT_THROW(tree.insert(root_of(9), block(Slot(5), root_of(8)), nullptr), base::AssertionFailed);
  EXPECT_THROW(tree.insert(root_of(1), block(Slot(5), root_of(0)), nullptr), base::AssertionFailed);
  EXPECT_THROW(tree.insert(root_of(9), block(Slot(1), root_of(1)), nullptr), base::AssertionFailed);
  EXPECT_THROW((void)tree.heaviest_leaf(kNoBlock), base::AssertionFailed);
  EXPECT_EQ(tree.size(), 2U);
}

TEST(BlockTreeProperty, agrees_with_a_plain_walk) {
  EXPECT_TRUE(testing::holds("agrees_with_a_plain_walk", 300, [](const std::vector<std::uint32_t>& moves) {
    Grove grove;
    std::vector<std::size_t> placed;
    std::size_t start = 0;
    for (const std::uint32_t number : moves) {
      const std::size_t block = (number >> 4) % grove.size();
      switch (number % 6) {
        case 0:
        case 1:
          grove.add(grove.size() - 1 - block % std::min<std::size_t>(grove.size(), 4), 1 + number / 4096 % 3);
          break;
        case 2:
          grove.vote(block);
          placed.push_back(block);
          break;
        case 3:
          if (!placed.empty()) {
            std::size_t& vote = placed[(number >> 16) % placed.size()];
            grove.move(vote, block);
            vote = block;
          }
          break;
        case 4:
          start = block;
          break;
        default:
          break;
      }
      // Not always asked, so that several changes pile up between two answers.
      if (number % 6 != 2 || number % 5 == 0) {
        RC_ASSERT(grove.tree().heaviest_leaf(Grove::index(start)) == Grove::index(grove.head(start)));
      }
    }
    for (std::size_t i = 0; i < grove.size(); ++i) {
      RC_ASSERT(grove.tree().weight(Grove::index(i)) == grove.weight(i));
    }
  }));
}

TEST(BlockTreeProperty, finds_the_same_ancestors_as_a_climb) {
  EXPECT_TRUE(testing::holds(
      "finds_the_same_ancestors_as_a_climb", 300, [](const std::vector<std::uint32_t>& parents) {
        Grove grove;
        for (const std::uint32_t number : parents) {
          grove.add(grove.size() - 1 - number % std::min<std::size_t>(grove.size(), 3), 1 + number / 16 % 3);
        }
        for (std::size_t i = 0; i < grove.size(); ++i) {
          for (std::uint64_t slot = 0; slot <= grove.slot(i); ++slot) {
            std::size_t climbed = i;
            while (grove.slot(climbed) > slot) climbed = grove.parent(climbed);
            RC_ASSERT(grove.tree().ancestor_at_or_below(Grove::index(i), Slot(slot)) ==
                      Grove::index(climbed));
          }
        }
      }));
}

}  // namespace
}  // namespace lockstep::spec
