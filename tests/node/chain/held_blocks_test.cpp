// Held blocks: bounded, and taken out when their time has come.
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
  EXPECT_EQ(slots(held.take_up_to(spec::Slot(9))), (std::vector<std::uint64_t>{2, 3, 4}));
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
