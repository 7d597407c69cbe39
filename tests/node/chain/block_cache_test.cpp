// Block, bytes and parent link are changed and seen as one, by however many threads.
#include "node/chain/block_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "lock_worlds.h"

namespace lockstep::chain {
namespace {

using test::LockWorld;

spec::Root root_of(std::uint64_t slot) {
  spec::Root root;
  base::store_le(slot * 0x0101, root.data.data());
  return root;
}

/// The block of `slot` on that of `parent`, slots standing for roots.
SignedBlockPointer block(std::uint64_t slot, std::uint64_t parent) {
  spec::SignedBlock signed_block;
  signed_block.block.slot = spec::Slot(slot);
  signed_block.block.parent_root = root_of(parent);
  return std::make_shared<const spec::SignedBlock>(std::move(signed_block));
}

BytesPointer bytes(std::uint64_t slot) {
  return std::make_shared<const base::Bytes>(8, static_cast<std::uint8_t>(slot));
}

CacheOutcome add(BlockCache& cache, std::uint64_t slot, std::uint64_t parent) {
  return cache.insert("add", root_of(slot), block(slot, parent), bytes(slot));
}

TEST(BlockCache, keeps_block_bytes_and_link_together) {
  test::on_threads([](LockWorld& world) {
    BlockCache cache(world.seams(), 3);
    EXPECT_EQ(add(cache, 2, 1), CacheOutcome::kInserted);
    EXPECT_EQ(add(cache, 2, 1), CacheOutcome::kAlreadyCached);
    EXPECT_EQ(cache.insert("bare", root_of(3), block(3, 1), nullptr), CacheOutcome::kInserted);
    EXPECT_EQ(add(cache, 4, 2), CacheOutcome::kInserted);
    EXPECT_EQ(add(cache, 5, 2), CacheOutcome::kFull);
    EXPECT_EQ(cache.audit("test"), "");
    EXPECT_EQ(cache.count("test"), 3U);
    EXPECT_EQ(cache.children_of("test", root_of(1)), (std::vector<spec::Root>{root_of(2), root_of(3)}));
    EXPECT_TRUE(cache.children_of("test", root_of(4)).empty());

    EXPECT_EQ(cache.clone("test", root_of(3))->bytes, nullptr);
    EXPECT_TRUE(cache.attach_bytes("test", root_of(3), bytes(3)));
    EXPECT_FALSE(cache.attach_bytes("test", root_of(3), bytes(9))) << "bytes do not change";
    EXPECT_FALSE(cache.attach_bytes("test", root_of(9), bytes(9)));
    EXPECT_EQ(cache.clone("test", root_of(3))->bytes->front(), 3);

    const auto kept = cache.clone("test", root_of(2));
    EXPECT_TRUE(cache.remove("test", root_of(2)));
    EXPECT_FALSE(cache.remove("test", root_of(2)));
    EXPECT_EQ(kept->bytes->front(), 2) << "what was handed out stays";
    EXPECT_EQ(kept->slot(), spec::Slot(2));
    EXPECT_EQ(cache.children_of("test", root_of(2)), (std::vector<spec::Root>{root_of(4)}))
        << "a child goes on waiting for its parent";
    EXPECT_EQ(cache.audit("test"), "");
  });
}

TEST(BlockCache, when_it_is_full_the_one_that_came_first_makes_room) {
  test::on_threads([](LockWorld& world) {
    BlockCache cache(world.seams(), 2);
    const auto add_evicting = [&](std::uint64_t slot) {
      return cache.insert_evicting("add", root_of(slot), block(slot, 1), nullptr, runtime::PeerId{slot});
    };
    EXPECT_FALSE(add_evicting(9).evicted);
    EXPECT_FALSE(add_evicting(5).evicted);
    EXPECT_EQ(add_evicting(5).outcome, CacheOutcome::kAlreadyCached);
    const BlockCache::Insertion third = add_evicting(7);
    EXPECT_EQ(third.outcome, CacheOutcome::kInserted);
    ASSERT_TRUE(third.evicted);
    EXPECT_EQ(third.evicted->root, root_of(9));
    EXPECT_EQ(third.evicted->from, runtime::PeerId{9});
    EXPECT_EQ(cache.count("test"), 2U);
    EXPECT_EQ(cache.audit("test"), "");
  });
}

TEST(BlockCache, hands_out_children_by_slot_and_descendants_parents_first) {
  test::on_threads([](LockWorld& world) {
    BlockCache cache(world.seams());
    for (const auto& [slot, parent] : {std::pair{9, 1}, {4, 1}, {12, 4}, {11, 4}, {20, 19}, {13, 12}}) {
      add(cache, static_cast<std::uint64_t>(slot), static_cast<std::uint64_t>(parent));
    }
    const auto slots = [](const std::vector<CachedBlock>& blocks) {
      std::vector<std::uint64_t> out;
      for (const CachedBlock& one : blocks) {
        out.push_back(one.slot().value);
      }
      return out;
    };
    EXPECT_EQ(cache.missing_ancestor("test", root_of(13)), root_of(1));
    EXPECT_EQ(cache.missing_ancestor("test", root_of(77)), root_of(77));
    const std::vector<MissingBlock> missing = cache.missing("test", 10);
    ASSERT_EQ(missing.size(), 2U);
    EXPECT_EQ(missing[0].root, root_of(1));
    EXPECT_EQ(missing[0].child_slot, spec::Slot(4));
    EXPECT_EQ(missing[1].root, root_of(19));
    EXPECT_EQ(cache.missing("test", 1).size(), 1U);
    EXPECT_EQ(slots(cache.take_children("test", root_of(1))), (std::vector<std::uint64_t>{4, 9}));
    EXPECT_EQ(slots(cache.take_descendants("test", root_of(4))), (std::vector<std::uint64_t>{11, 12, 13}));
    EXPECT_TRUE(cache.take_up_to("test", spec::Slot(19)).empty());
    EXPECT_EQ(slots(cache.take_up_to("test", spec::Slot(20))), (std::vector<std::uint64_t>{20}));
    EXPECT_EQ(cache.audit("test"), "");
  });
}

TEST(BlockCache, removes_subtrees_and_what_the_chain_has_passed) {
  test::on_threads([](LockWorld& world) {
    BlockCache cache(world.seams());
    for (const auto& [slot, parent] : std::vector<std::pair<std::uint64_t, std::uint64_t>>{
             {2, 1}, {3, 2}, {4, 3}, {5, 2}, {6, 1}, {7, 6}}) {
      add(cache, slot, parent);
    }
    EXPECT_EQ(cache.remove_children_of("test", root_of(2)), 3U);
    EXPECT_TRUE(cache.contains("test", root_of(2)));
    EXPECT_EQ(cache.count("test"), 3U);
    EXPECT_EQ(cache.audit("test"), "");
    EXPECT_EQ(cache.collect_up_to("test", spec::Slot(6)), (std::vector<spec::Root>{root_of(2), root_of(6)}));
    EXPECT_EQ(cache.prune_up_to("test", spec::Slot(6)), 2U);
    std::vector<spec::Root> left;
    cache.for_each_block("test", [&](CachedBlock cached) { left.push_back(cached.root); });
    EXPECT_EQ(left, (std::vector<spec::Root>{root_of(7)}));
    EXPECT_EQ(cache.audit("test"), "");
    const std::vector<spec::Root> asked{root_of(7), root_of(2), root_of(7)};
    EXPECT_EQ(cache.has_blocks_batch("test", asked), (std::vector<bool>{true, false, true}));
    EXPECT_TRUE(cache.has_blocks_batch("test", {}).empty());
  });
}

TEST(BlockCache, holds_no_more_than_its_bound_and_takes_in_again_after_pruning) {
  test::on_threads([](LockWorld& world) {
    BlockCache cache(world.seams());
    for (std::uint64_t slot = 1; slot <= kCachedBlocksMax; ++slot) {
      ASSERT_EQ(add(cache, slot, slot - 1), CacheOutcome::kInserted);
    }
    EXPECT_EQ(add(cache, 5000, 4999), CacheOutcome::kFull);
    EXPECT_EQ(cache.prune_up_to("test", spec::Slot(1000)), 1000U);
    EXPECT_EQ(add(cache, 5000, 4999), CacheOutcome::kInserted);
    EXPECT_EQ(cache.remove_children_of("test", root_of(0)), 0U);
    EXPECT_EQ(cache.remove_children_of("test", root_of(1000)), kCachedBlocksMax - 1000);
    EXPECT_EQ(cache.audit("test"), "");
  });
}

TEST(BlockCache, shows_whole_pairs_and_has_one_remover_whoever_comes_between) {
  test::in_all_worlds(500, [](LockWorld& world) {
    BlockCache cache(world.seams());
    int removed = 0;
    locking::TieredMutex counting(world.seams(), locking::Tier::kForkChoice, "counting");
    const auto remover = [&] {
      for (std::uint64_t slot = 2; slot < 6; ++slot) {
        if (cache.remove("remover", root_of(slot))) {
          const locking::Hold hold = counting.hold("remover");
          ++removed;
        }
      }
    };
    int inserted = 0;
    world.beside({{"gossip",
                   [&] {
                     for (std::uint64_t slot = 2; slot < 6; ++slot) {
                       inserted += add(cache, slot, slot - 1) == CacheOutcome::kInserted ? 1 : 0;
                     }
                   }},
                  {"importer",
                   [&] {
                     for (std::uint64_t slot = 2; slot < 6; ++slot) {
                       if (const auto cached = cache.clone("importer", root_of(slot))) {
                         ASSERT_NE(cached->bytes, nullptr);
                         EXPECT_EQ(cached->bytes->front(), slot);
                         EXPECT_EQ(cached->slot(), spec::Slot(slot));
                       }
                       EXPECT_EQ(cache.audit("importer"), "");
                     }
                   }},
                  {"pruner", [&] { remover(); }},
                  {"other pruner", [&] {
                     static_cast<void>(cache.children_of("other pruner", root_of(2)));
                     remover();
                   }}});
    EXPECT_EQ(static_cast<std::size_t>(inserted - removed), cache.count("end"));
    EXPECT_EQ(cache.audit("end"), "");
  });
}

}  // namespace
}  // namespace lockstep::chain
