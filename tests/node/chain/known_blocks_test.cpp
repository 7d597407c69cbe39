// Presence of many blocks is that of one moment.
#include "node/chain/known_blocks.h"

#include <gtest/gtest.h>

#include "lock_worlds.h"
#include "node/chain/chain_view.h"

namespace lockstep::chain {
namespace {

using test::LockWorld;

spec::Root root_of(std::uint8_t number) {
  spec::Root root;
  root.data.fill(number);
  return root;
}

TEST(KnownBlocks, answers_for_many_at_one_moment) {
  test::in_all_worlds(300, [](LockWorld& world) {
    KnownBlocks known(world.seams());
    EXPECT_TRUE(known.add("test", root_of(1)));
    EXPECT_FALSE(known.add("test", root_of(1)));
    const std::vector<spec::Root> both{root_of(1), root_of(2)};
    // The block that comes is added before the one that goes is removed: at every moment there is one.
    world.beside({{"importer",
                   [&] {
                     known.add("importer", root_of(2));
                     known.remove("importer", root_of(1));
                   }},
                  {"fetcher", [&] {
                     for (int i = 0; i < 3; ++i) {
                       const auto found = known.has_blocks_batch("fetcher", both);
                       ASSERT_EQ(found.size(), 2U);
                       EXPECT_TRUE(found[0] || found[1]);
                     }
                   }}});
    EXPECT_EQ(known.has_blocks_batch("end", both), (std::vector<bool>{false, true}));
    EXPECT_FALSE(known.remove("end", root_of(1)));
    EXPECT_TRUE(known.contains("end", root_of(2)));
  });
}

TEST(ChainView, never_mixes_slots_and_roots_of_two_updates) {
  test::in_all_worlds(300, [](LockWorld& world) {
    SharedChainView view(world.seams(), locking::Tier::kForkChoice, "chain view");
    world.beside({{"importer",
                   [&] {
                     for (std::uint8_t slot = 1; slot < 5; ++slot) {
                       view.update("importer", [&](ChainView& now) {
                         now.head.root = root_of(slot);
                         world.pause();
                         now.head.slot = spec::Slot(slot);
                         now.finalized = now.justified;
                         now.justified = now.head;
                       });
                     }
                   }},
                  {"api", [&] {
                     for (int i = 0; i < 4; ++i) {
                       const ChainView seen = view.read("api");
                       EXPECT_EQ(seen.head.root, root_of(static_cast<std::uint8_t>(seen.head.slot.value)));
                       EXPECT_EQ(seen.justified, seen.head);
                     }
                   }}});
  });
}

TEST(States, lend_states_to_readers_while_blocks_are_imported) {
  test::in_all_worlds(200, [](LockWorld& world) {
    States states(world.seams(), locking::Tier::kStates, "states");
    world.beside({{"importer",
                   [&] {
                     for (std::uint8_t slot = 1; slot < 4; ++slot) {
                       auto state = std::make_shared<spec::State>();
                       state->slot = spec::Slot(slot);
                       auto commit = states.commit_keep_existing("importer", root_of(slot), std::move(state));
                       EXPECT_EQ(commit.value->slot, spec::Slot(slot));
                       commit.value.release();
                       static_cast<void>(
                           states.fetch_remove("prune", root_of(static_cast<std::uint8_t>(slot - 1))));
                     }
                   }},
                  {"api", [&] {
                     for (std::uint8_t slot = 1; slot < 4; ++slot) {
                       std::optional<BorrowedState> borrow = states.get("api", root_of(slot));
                       if (borrow) {
                         EXPECT_EQ(borrow->clone_and_release().slot, spec::Slot(slot));
                       }
                     }
                   }}});
    EXPECT_EQ(states.count("end"), 1U);
  });
}

}  // namespace
}  // namespace lockstep::chain
