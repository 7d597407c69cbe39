// How a chain treats blocks in and out of order, too early, too late and wrong.
#include <gtest/gtest.h>

#include <algorithm>

#include "author.h"
#include "node/chain/chain.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::chain {
namespace {

constexpr runtime::PeerId kPeer{3};

class ChainBlocks : public testing::Test {
 protected:
  /// Blocks of the slots 1 to `count`.
  std::vector<SignedBlockPointer> blocks(std::uint64_t count) {
    std::vector<SignedBlockPointer> out;
    for (std::uint64_t slot = 1; slot <= count; ++slot) {
      out.push_back(author.run_slot(slot).block);
    }
    return out;
  }
  BlockOutcome give(const SignedBlockPointer& block) {
    return chain.on_block(block, Origin::kGossip, kPeer).outcome;
  }
  void go_to_slot(std::uint64_t slot) { test::tick_to(chain, slot * spec::INTERVALS_PER_SLOT); }
  [[nodiscard]] std::size_t waiting() const { return chain.reader().waiting().count("test"); }
  [[nodiscard]] SignedBlockPointer canonical(std::uint64_t slot) const {
    const auto found = chain.reader().canonical_blocks("test", spec::Slot(slot), 1);
    return found.empty() ? nullptr : found.front();
  }
  void expect_sums() const {
    const BlockCounts& counts = chain.block_counts();
    EXPECT_EQ(counts.entered, counts.imported + counts.duplicate + counts.rejected + counts.too_old +
                                  counts.too_far_ahead + counts.evicted + waiting() + chain.early().size() +
                                  chain.ready_blocks());
  }
  static SignedBlockPointer changed(const SignedBlockPointer& block, auto&& change) {
    spec::SignedBlock copy = *block;
    change(copy);
    return std::make_shared<const spec::SignedBlock>(std::move(copy));
  }

  const test::Keys keys{4};
  const std::shared_ptr<const Anchor> anchor = keys.anchor(1000);
  test::Author author{keys, anchor};
  test::CountingMeter meter;
  test::Recorder events;
  test::LoneThread thread;
  Chain chain{anchor, false, std::nullopt, thread.seams(), meter, keys.scheme, keys.prover, events};
};

TEST_F(ChainBlocks, blocks_in_order_are_imported_and_move_the_head) {
  const auto all = blocks(3);
  go_to_slot(3);
  for (const SignedBlockPointer& block : all) {
    EXPECT_EQ(give(block), BlockOutcome::kImported);
  }
  EXPECT_EQ(chain.head().slot, spec::Slot(3));
  EXPECT_EQ(chain.head().root, author.chain().head().root);
  EXPECT_EQ(events.heads.size(), 3U);
  EXPECT_EQ(give(all[1]), BlockOutcome::kDuplicate);
  EXPECT_EQ(chain.newest_block_slot(), spec::Slot(3));
  expect_sums();
}

TEST_F(ChainBlocks, a_chain_that_follows_by_blocks_alone_justifies_and_finalizes) {
  for (const SignedBlockPointer& block : blocks(10)) {
    go_to_slot(block->block.slot.value);
    ASSERT_EQ(give(block), BlockOutcome::kImported);
  }
  EXPECT_GE(chain.store().latest_finalized().slot, spec::Slot(5));
  EXPECT_FALSE(events.justified.empty());
  EXPECT_FALSE(events.finalized.empty());
  EXPECT_EQ(events.finalized.back().new_checkpoint, chain.store().latest_finalized());
}

TEST_F(ChainBlocks, children_wait_for_their_parent_and_follow_it_in_slot_order) {
  auto all = blocks(6);
  go_to_slot(6);
  for (std::size_t i = all.size() - 1; i > 0; --i) {
    const BlockResult result = chain.on_block(all[i], Origin::kGossip, kPeer);
    EXPECT_EQ(result.outcome, BlockOutcome::kUnknownParent);
    EXPECT_EQ(result.from, kPeer);
    EXPECT_EQ(result.parent_root, all[i]->block.parent_root);
  }
  EXPECT_EQ(give(all[3]), BlockOutcome::kDuplicate);
  EXPECT_EQ(waiting(), 5U);
  EXPECT_EQ(give(all[0]), BlockOutcome::kImported);
  EXPECT_TRUE(chain.has_work());
  test::settle(chain);
  EXPECT_EQ(chain.head().slot, spec::Slot(6));
  EXPECT_EQ(waiting(), 0U);
  std::vector<std::uint64_t> imported;
  for (const auto& note : events.blocks) {
    if (note.outcome == BlockOutcome::kImported) {
      imported.push_back(note.slot.value);
    }
  }
  EXPECT_EQ(imported, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6}));
  expect_sums();
}

TEST_F(ChainBlocks, pending_blocks_stay_within_their_bound_and_the_oldest_goes) {
  go_to_slot(10);
  for (std::uint64_t i = 0; i < kCachedBlocksMax + 10; ++i) {
    spec::SignedBlock orphan;
    orphan.block.slot = spec::Slot(5);
    base::store_le(i + 1, orphan.block.parent_root.data.data());
    EXPECT_EQ(give(std::make_shared<const spec::SignedBlock>(orphan)), BlockOutcome::kUnknownParent);
  }
  EXPECT_EQ(waiting(), kCachedBlocksMax);
  EXPECT_EQ(chain.block_counts().evicted, 10U);
  EXPECT_FALSE(events.over_bound);
  expect_sums();
}

TEST_F(ChainBlocks, an_early_block_waits_until_one_interval_before_its_slot) {
  const auto all = blocks(2);
  go_to_slot(1);
  EXPECT_EQ(give(all[0]), BlockOutcome::kImported);
  EXPECT_EQ(give(all[1]), BlockOutcome::kEarly);
  EXPECT_EQ(give(all[1]), BlockOutcome::kDuplicate);
  test::tick_to(chain, 8);
  EXPECT_FALSE(chain.has_work());
  test::tick_to(chain, 9);
  ASSERT_TRUE(chain.has_work());
  test::settle(chain);
  EXPECT_EQ(chain.head().slot, spec::Slot(2));
  expect_sums();
}

TEST_F(ChainBlocks, a_block_of_the_next_slot_is_welcome_one_interval_before_it) {
  const auto all = blocks(1);
  test::tick_to(chain, 3);
  EXPECT_EQ(give(all[0]), BlockOutcome::kEarly);
  test::tick_to(chain, 4);
  test::settle(chain);
  EXPECT_EQ(chain.head().slot, spec::Slot(1));
}

TEST_F(ChainBlocks, a_block_too_far_ahead_is_not_kept) {
  const auto block =
      changed(blocks(1)[0], [](auto& one) { one.block.slot = spec::Slot(kEarlySlotsMax + 1); });
  EXPECT_EQ(give(block), BlockOutcome::kTooFarAhead);
  const auto latest = changed(block, [](auto& one) { one.block.slot = spec::Slot(~std::uint64_t{0}); });
  EXPECT_EQ(give(latest), BlockOutcome::kTooFarAhead);
  EXPECT_EQ(chain.early().size(), 0U);
  expect_sums();
}

TEST_F(ChainBlocks, early_blocks_stay_within_their_bound) {
  for (std::uint64_t i = 0; i < kEarlyBlocksMax + 5; ++i) {
    spec::SignedBlock early;
    early.block.slot = spec::Slot(3);
    early.block.proposer_index = spec::ValidatorIndex(i);
    EXPECT_EQ(give(std::make_shared<const spec::SignedBlock>(early)), BlockOutcome::kEarly);
  }
  EXPECT_EQ(chain.early().size(), kEarlyBlocksMax);
  EXPECT_EQ(chain.block_counts().evicted, 5U);
  expect_sums();
}

TEST_F(ChainBlocks, a_rejected_block_changes_nothing_and_takes_its_descendants_along) {
  const auto all = blocks(3);
  go_to_slot(3);
  const auto wrong = changed(all[0], [](auto& one) { one.block.proposer_index = spec::ValidatorIndex(99); });
  const auto child =
      changed(all[1], [&](auto& one) { one.block.parent_root = spec::hash_tree_root(wrong->block); });
  EXPECT_EQ(give(child), BlockOutcome::kUnknownParent);
  const spec::Checkpoint head = chain.head();
  EXPECT_EQ(give(wrong), BlockOutcome::kRejected);
  EXPECT_EQ(chain.head(), head);
  EXPECT_EQ(chain.store().tree().size(), 1U);
  EXPECT_EQ(waiting(), 0U);
  EXPECT_EQ(chain.block_counts().rejected, 2U);
  EXPECT_TRUE(events.heads.empty());
  expect_sums();
}

TEST_F(ChainBlocks, a_wrong_proof_does_not_condemn_the_block_or_its_children) {
  const auto all = blocks(2);
  go_to_slot(2);
  const auto forged = changed(all[0], [](auto& one) { one.proof.proof.data.back() ^= 1; });
  EXPECT_EQ(give(all[1]), BlockOutcome::kUnknownParent);
  EXPECT_EQ(give(forged), BlockOutcome::kRejected);
  EXPECT_EQ(events.blocks.back().reason, spec::RejectionReason::INVALID_BLOCK_PROOF);
  EXPECT_EQ(give(all[0]), BlockOutcome::kImported);
  test::settle(chain);
  EXPECT_EQ(chain.head().slot, spec::Slot(2));
  expect_sums();
}

TEST_F(ChainBlocks, what_waits_for_a_block_that_is_too_old_goes_with_it) {
  for (const SignedBlockPointer& block : blocks(8)) {
    go_to_slot(block->block.slot.value);
    give(block);
  }
  spec::SignedBlock old;
  old.block.slot = spec::Slot(1);
  old.block.parent_root.data[0] = 0xee;
  spec::SignedBlock child;
  child.block.slot = chain.store().latest_finalized().slot + 1;
  child.block.parent_root = spec::hash_tree_root(old.block);
  EXPECT_EQ(give(std::make_shared<const spec::SignedBlock>(child)), BlockOutcome::kUnknownParent);
  EXPECT_EQ(chain.reader().waiting().count("test"), 1U);
  EXPECT_EQ(give(std::make_shared<const spec::SignedBlock>(old)), BlockOutcome::kTooOld);
  EXPECT_EQ(chain.reader().waiting().count("test"), 0U) << "nobody asks for its parent any more";
  expect_sums();
}

TEST_F(ChainBlocks, an_orphan_of_a_finalized_slot_is_too_old) {
  for (const SignedBlockPointer& block : blocks(8)) {
    go_to_slot(block->block.slot.value);
    give(block);
  }
  ASSERT_GT(chain.store().latest_finalized().slot, spec::Slot(1));
  spec::SignedBlock orphan;
  orphan.block.slot = spec::Slot(1);
  orphan.block.parent_root.data[0] = 0xee;
  EXPECT_EQ(give(std::make_shared<const spec::SignedBlock>(orphan)), BlockOutcome::kTooOld);
  expect_sums();
}

TEST_F(ChainBlocks, orphans_are_dropped_when_their_slot_is_finalized) {
  const auto all = blocks(8);
  go_to_slot(2);
  give(all[0]);
  spec::SignedBlock orphan;
  orphan.block.slot = spec::Slot(2);
  orphan.block.parent_root.data[0] = 0xee;
  EXPECT_EQ(give(std::make_shared<const spec::SignedBlock>(orphan)), BlockOutcome::kUnknownParent);
  for (std::size_t i = 1; i < all.size(); ++i) {
    go_to_slot(all[i]->block.slot.value);
    give(all[i]);
  }
  EXPECT_EQ(waiting(), 0U);
  EXPECT_EQ(chain.block_counts().too_old, 1U);
  expect_sums();
}

TEST_F(ChainBlocks, signed_blocks_can_be_had_by_root_and_by_slot_of_the_head_s_chain) {
  const SignedBlockPointer first = author.run_slot(1).block;
  const SignedBlockPointer third = author.run_slot(3).block;
  go_to_slot(3);
  give(first);
  give(third);
  EXPECT_EQ(chain.reader().signed_block("test", spec::hash_tree_root(first->block)), first);
  EXPECT_EQ(canonical(1), first);
  EXPECT_EQ(canonical(2), nullptr);
  EXPECT_EQ(canonical(3), third);
  EXPECT_EQ(canonical(4), nullptr);
  EXPECT_EQ(canonical(0), nullptr);
}

TEST_F(ChainBlocks, a_reorg_is_reported_with_its_depth) {
  test::Author other(keys, anchor);
  const SignedBlockPointer mine = author.run_slot(1, true, false).block;
  go_to_slot(1);
  ASSERT_EQ(give(mine), BlockOutcome::kImported);
  // The others never saw that block; all of them vote for another branch.
  std::vector<SignedBlockPointer> theirs;
  for (std::uint64_t slot = 2; slot <= 4; ++slot) {
    theirs.push_back(other.run_slot(slot).block);
  }
  go_to_slot(6);
  for (const SignedBlockPointer& block : theirs) {
    give(block);
  }
  test::tick_to(chain, 34);
  ASSERT_EQ(chain.head().slot, spec::Slot(4));
  EXPECT_TRUE(std::any_of(events.heads.begin(), events.heads.end(),
                          [](const HeadChanged& one) { return one.reorg_depth == 1; }));
}

TEST_F(ChainBlocks, votes_in_a_block_count_at_the_next_acceptance_though_no_aggregate_came_by_gossip) {
  // Half of the validators justify nothing, so that their votes remain worth counting.
  test::Author half(keys, anchor, keys.own(0, 2));
  for (const std::uint64_t slot : {1U, 4U, 5U, 8U, 9U}) {
    const SignedBlockPointer block = half.run_slot(slot).block;
    ASSERT_NE(block, nullptr);
    go_to_slot(slot);
    ASSERT_EQ(give(block), BlockOutcome::kImported);
  }
  ASSERT_EQ(chain.store().latest_new_aggregated_payloads().size(), 1U);
  ASSERT_TRUE(chain.store().latest_known_votes().empty() ||
              chain.store().tree().weight(chain.store().head_block()) == 0);
  test::tick_to(chain, 9 * spec::INTERVALS_PER_SLOT + 4);
  EXPECT_TRUE(chain.store().latest_new_aggregated_payloads().empty());
  const spec::BlockTree& tree = chain.store().tree();
  EXPECT_EQ(tree.weight(tree.find(canonical(8)->block.parent_root)), 2U);
  EXPECT_TRUE(chain.take_recovered().empty()) << "only an aggregator publishes them";
}

TEST_F(ChainBlocks, work_is_metered) {
  const auto all = blocks(1);
  go_to_slot(1);
  give(all[0]);
  EXPECT_EQ(meter.count[runtime::Work::kStateTransition], 1U);
  EXPECT_EQ(meter.count[runtime::Work::kVerifyProof], 1U);
  EXPECT_EQ(meter.count[runtime::Work::kForkChoice], 1U);
}

}  // namespace
}  // namespace lockstep::chain
