// What is published of a chain: whole, in order, and no longer than it matters.
#include "node/chain/chain_reader.h"

#include <gtest/gtest.h>

#include "author.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::chain {
namespace {

constexpr const char* kTest = "test";

class Reader : public testing::Test {
 protected:
  SignedBlockPointer import(std::uint64_t slot) {
    SignedBlockPointer block = author.run_slot(slot).block;
    test::tick_to(chain, slot * spec::INTERVALS_PER_SLOT + 4);
    EXPECT_EQ(chain.on_block(block, Origin::kGossip, {}).outcome, BlockOutcome::kImported);
    return block;
  }
  static spec::Root root_of(const SignedBlockPointer& block) { return spec::hash_tree_root(block->block); }

  const test::Keys keys{4};
  const std::shared_ptr<const Anchor> anchor = keys.anchor(1000);
  test::Author author{keys, anchor};
  test::CountingMeter meter;
  test::Recorder events;
  test::LoneThread thread;
  Chain chain{anchor, false, std::nullopt, thread.seams(), meter, keys.scheme, keys.prover, events};
  const ChainReader& reader = chain.reader();
};

TEST_F(Reader, knows_the_anchor_from_the_beginning) {
  const ChainView view = reader.view(kTest);
  EXPECT_EQ(view.head.root, spec::hash_tree_root(anchor->block));
  EXPECT_EQ(view.finalized, view.head);
  EXPECT_TRUE(reader.knows(kTest, view.head.root));
  EXPECT_EQ(reader.signed_block(kTest, view.head.root), nullptr) << "nobody signed it";
  const auto state = reader.borrow_state(kTest, view.head.root);
  ASSERT_TRUE(state);
  EXPECT_EQ(&**state, &anchor->state);
}

TEST_F(Reader, sees_what_the_store_holds_after_every_import) {
  for (std::uint64_t slot = 1; slot <= 12; ++slot) {
    const SignedBlockPointer block = import(slot);
    const ChainView view = reader.view(kTest);
    EXPECT_EQ(view.head, chain.head());
    EXPECT_EQ(view.safe_target, chain.safe_target());
    EXPECT_EQ(view.justified, chain.store().latest_justified());
    EXPECT_EQ(view.finalized, chain.store().latest_finalized());
    EXPECT_EQ(view.time, chain.store().time());
    EXPECT_EQ(view.newest_block_slot, spec::Slot(slot));
    EXPECT_EQ(reader.signed_block(kTest, root_of(block)), block);
    EXPECT_EQ(reader.canonical_blocks(kTest, spec::Slot(slot), 1).at(0), block);
    const auto state = reader.share_state(kTest, root_of(block));
    ASSERT_TRUE(state);
    EXPECT_EQ((*state)->slot, spec::Slot(slot));
  }
}

TEST_F(Reader, forgets_states_before_the_finalized_one_and_keeps_what_somebody_shares) {
  const SignedBlockPointer first = import(1);
  auto shared = reader.share_state(kTest, root_of(first));
  for (std::uint64_t slot = 2; slot <= 20; ++slot) {
    import(slot);
  }
  const spec::Checkpoint finalized = reader.view(kTest).finalized;
  ASSERT_GT(finalized.slot, spec::Slot(10));
  EXPECT_FALSE(reader.borrow_state(kTest, root_of(first)));
  EXPECT_TRUE(reader.borrow_state(kTest, finalized.root));
  EXPECT_EQ(reader.states(kTest), 20 - finalized.slot.value + 1);
  ASSERT_TRUE(shared);
  EXPECT_EQ((*shared)->slot, spec::Slot(1));
}

TEST_F(Reader, serves_the_new_chain_after_a_reorg_and_never_a_mixture) {
  // One validator on its own builds a chain that all others then overtake.
  test::Author apart(keys, anchor, keys.own(0, 1));
  for (const std::uint64_t slot : {4U, 8U, 12U}) {
    const SignedBlockPointer block = apart.run_slot(slot).block;
    test::tick_to(chain, slot * spec::INTERVALS_PER_SLOT);
    chain.on_block(block, Origin::kGossip, {});
  }
  ASSERT_EQ(reader.canonical_blocks(kTest, spec::Slot(0), 100).size(), 3U);
  std::vector<SignedBlockPointer> ours;
  for (std::uint64_t slot = 1; slot <= 13; ++slot) {
    ours.push_back(author.run_slot(slot).block);
  }
  test::tick_to(chain, 13 * spec::INTERVALS_PER_SLOT);
  for (const SignedBlockPointer& block : ours) {
    chain.on_block(block, Origin::kGossip, {});
    spec::Root parent = spec::hash_tree_root(anchor->block);
    for (const SignedBlockPointer& served : reader.canonical_blocks(kTest, spec::Slot(0), 100)) {
      EXPECT_EQ(served->block.parent_root, parent);
      parent = root_of(served);
    }
    EXPECT_EQ(parent, reader.view(kTest).head.root);
  }
  EXPECT_EQ(reader.canonical_blocks(kTest, spec::Slot(0), 100), ours);
  EXPECT_EQ(reader.canonical_blocks(kTest, spec::Slot(3), 2).size(), 2U);
  EXPECT_TRUE(reader.canonical_blocks(kTest, spec::Slot(3), 0).empty());
}

TEST_F(Reader, finds_a_block_wherever_it_waits) {
  const SignedBlockPointer first = author.run_slot(1).block;
  const SignedBlockPointer second = author.run_slot(2).block;
  const SignedBlockPointer early = author.run_slot(6).block;
  test::tick_to(chain, 10);
  const auto holds = [&](const SignedBlockPointer& block) {
    return reader.has_or_holds(kTest, root_of(block));
  };
  EXPECT_FALSE(holds(second));
  chain.on_block(second, Origin::kGossip, {});
  EXPECT_TRUE(holds(second)) << "it waits for its parent";
  chain.on_block(early, Origin::kGossip, {});
  EXPECT_TRUE(holds(early)) << "it waits for its slot";
  chain.enqueue_block(root_of(first), first, Origin::kSync, {});
  EXPECT_TRUE(holds(first)) << "it waits for its turn";
  EXPECT_EQ(reader.blocks_coming(kTest), 2U);
  static_cast<void>(chain.step());
  EXPECT_TRUE(holds(first) && holds(second));
  EXPECT_EQ(reader.waiting().count(kTest), 0U);
  test::settle(chain);
  EXPECT_EQ(reader.blocks_coming(kTest), 1U) << "the early one";
  EXPECT_EQ(reader.has_blocks_batch(kTest, std::vector{root_of(first), root_of(early), root_of(second)}),
            (std::vector{true, false, true}));
}

}  // namespace
}  // namespace lockstep::chain
