// Held blocks: bounded, found by parent, in slot order.
#include "node/chain/held_blocks.h"

#include <gtest/gtest.h>

namespace lockstep::chain {
namespace {

spec::Root root(std::uint64_t number) {
  spec::Root out;
  base::store_le(number, out.data.data());
  return out;
}

IncomingBlock block(std::uint64_t number, std::uint64_t parent, std::uint64_t slot) {
  spec::SignedBlock content;
  content.block.slot = spec::Slot(slot);
  content.block.parent_root = root(parent);
  return {.root = root(number),
          .block = std::make_shared<const spec::SignedBlock>(std::move(content)),
          .origin = Origin::kGossip,
          .from = runtime::PeerId{7}};
}

std::vector<std::uint64_t> slots(const std::vector<IncomingBlock>& blocks) {
  std::vector<std::uint64_t> out;
  for (const IncomingBlock& one : blocks) {
    out.push_back(one.slot().value);
  }
  return out;
}

TEST(HeldBlocks, the_first_one_in_makes_room) {
  HeldBlocks held(3);
  EXPECT_FALSE(held.add(block(1, 100, 1)));
  EXPECT_FALSE(held.add(block(2, 100, 2)));
  EXPECT_FALSE(held.add(block(3, 100, 3)));
  const auto evicted = held.add(block(4, 100, 4));
  ASSERT_TRUE(evicted);
  EXPECT_EQ(evicted->root, root(1));
  EXPECT_EQ(held.size(), 3U);
  EXPECT_FALSE(held.contains(root(1)));
  EXPECT_EQ(slots(held.take_children(root(100))), (std::vector<std::uint64_t>{2, 3, 4}));
}

TEST(HeldBlocks, children_come_out_by_slot_whatever_the_order_they_came_in) {
  HeldBlocks held(10);
  held.add(block(3, 100, 9));
  held.add(block(1, 100, 2));
  held.add(block(5, 200, 1));
  held.add(block(2, 100, 4));
  EXPECT_EQ(slots(held.take_children(root(100))), (std::vector<std::uint64_t>{2, 4, 9}));
  EXPECT_EQ(held.size(), 1U);
}

TEST(HeldBlocks, a_chain_of_held_blocks_misses_the_parent_of_its_oldest) {
  HeldBlocks held(10);
  held.add(block(3, 2, 3));
  held.add(block(4, 3, 4));
  held.add(block(2, 1, 2));
  EXPECT_EQ(held.missing_ancestor(root(4)), root(1));
  const auto missing = held.missing(10);
  ASSERT_EQ(missing.size(), 1U);
  EXPECT_EQ(missing[0].root, root(1));
  EXPECT_EQ(missing[0].child_slot, spec::Slot(2));
  EXPECT_EQ(slots(held.take_descendants(root(1))), (std::vector<std::uint64_t>{2, 3, 4}));
  EXPECT_EQ(held.size(), 0U);
}

TEST(HeldBlocks, blocks_up_to_a_slot_can_be_taken_out) {
  HeldBlocks held(10);
  held.add(block(1, 100, 5));
  held.add(block(2, 100, 6));
  held.add(block(3, 100, 7));
  EXPECT_EQ(slots(held.take_up_to(spec::Slot(6))), (std::vector<std::uint64_t>{5, 6}));
  EXPECT_EQ(held.size(), 1U);
}

}  // namespace
}  // namespace lockstep::chain
