// The chain's thread by itself: what goes first, who is refused, and what became of everything, also at its
// end.
#include "node/node/chain_worker.h"

#include <gtest/gtest.h>

#include <set>

#include "node/base/assert.h"
#include "node/spec/hash_tree_root.h"
#include "stage.h"

namespace lockstep::node {
namespace {

using chain::BlockOutcome;
using chain::Origin;
using test::Stage;
using test::World;
using namespace std::chrono_literals;

/// What all validators make in the first slots of a chain that begins at the beginning of time.
struct Chapter {
  test::Keys keys{4};
  std::shared_ptr<const chain::Anchor> anchor = keys.anchor(0);
  std::vector<test::SlotProducts> slots;
  Chapter() {
    test::Author author(keys, anchor);
    for (std::uint64_t slot = 1; slot <= 6; ++slot) {
      slots.push_back(author.run_slot(slot));
    }
  }
};
const Chapter& chapter() {
  static const Chapter kChapter;
  return kChapter;
}

/// A worker whose network only collects what it is told.
class Bench {
 public:
  explicit Bench(World& world, bool with_thread = true)
      : stage(world),
        network(stage.runtime, Config{}, stage.keys.scheme, stage.heard, stage.inbox),
        worker(stage.runtime, stage.keys.scheme, stage.keys.prover, stage.heard, config(with_thread), network,
               stage.inbox.wake) {
    worker.begin(std::nullopt);
  }
  bool submit(const chain::SignedBlockPointer& block) {
    const spec::Root root = spec::hash_tree_root(block->block);
    submitted.insert(root);
    return worker.take_block(root, block, Origin::kGossip, {1});
  }
  void end() {
    worker.close();
    worker.join();
    network.close();
    network.join();
  }
  /// Every block that was handed in has got one final outcome.
  [[nodiscard]] bool all_are_settled() {
    for (const spec::Root& root : submitted) {
      const auto& outcomes = stage.heard.blocks[root];
      if (std::count_if(outcomes.begin(), outcomes.end(), [](BlockOutcome one) { return is_final(one); }) !=
          1) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] const chain::ChainReader& reader() const { return worker.reader(); }

  Stage stage;
  NetworkActor network;
  ChainWorker worker;
  std::set<spec::Root> submitted;

 private:
  static Config config(bool with_thread) {
    Config config;
    config.anchor = chapter().anchor;
    config.chain_worker = with_thread;
    return config;
  }
};
std::unique_ptr<Bench> bench(World& world, bool with_thread = true) {
  return std::make_unique<Bench>(world, with_thread);
}

TEST(ChainWorker, takes_time_first_then_blocks_then_aggregates_then_votes) {
  EXPECT_EQ(test::explored(
                100,
                [](World& world) {
                  const auto b = bench(world);
                  const test::SlotProducts& first = chapter().slots[0];
                  for (const spec::SignedAttestation& vote : first.votes) {
                    world.expect(b->worker.take_vote({{1}, std::make_unique<spec::SignedAttestation>(vote)}),
                                 "room");
                  }
                  for (const auto& aggregate : first.aggregates) {
                    world.expect(b->worker.take_aggregate(
                                     {{1}, std::make_unique<spec::SignedAggregatedAttestation>(aggregate)}),
                                 "room");
                  }
                  world.expect(b->submit(first.block), "room");
                  world.expect(b->worker.tick_to(spec::Interval(5)), "room");
                  b->worker.start();
                  b->stage.pass(1s);
                  const std::string expected = "tttttb" + std::string(first.aggregates.size(), 'a') +
                                               std::string(first.votes.size(), 'v');
                  world.expect(b->stage.heard.order == expected, b->stage.heard.order.c_str());
                  b->end();
                }),
            "");
}

TEST(ChainWorker, does_not_begin_before_it_has_its_duties) {
  EXPECT_EQ(test::explored(1,
                           [](World& world) {
                             Stage stage(world);
                             NetworkActor network(stage.runtime, Config{}, stage.keys.scheme, stage.heard,
                                                  stage.inbox);
                             Config config;
                             config.anchor = chapter().anchor;
                             const auto worker = std::make_unique<ChainWorker>(
                                 stage.runtime, stage.keys.scheme, stage.keys.prover, stage.heard, config,
                                 network, stage.inbox.wake);
                             EXPECT_THROW(worker->start(), base::AssertionFailed);
                             worker->close();
                             worker->join();
                             network.close();
                             network.join();
                           }),
            "");
}

TEST(ChainWorker, that_has_no_room_says_so_and_takes_back_what_it_announced) {
  EXPECT_EQ(test::explored(1,
                           [](World& world) {
                             const auto b = bench(world);
                             for (std::uint64_t number = 0; number < ChainWorker::kBlocksMax; ++number) {
                               ASSERT_TRUE(b->submit(test::orphan(number)));
                             }
                             const chain::SignedBlockPointer late = test::orphan(ChainWorker::kBlocksMax);
                             const spec::Root root = spec::hash_tree_root(late->block);
                             EXPECT_FALSE(b->submit(late));
                             EXPECT_EQ(b->stage.heard.blocks[root], std::vector{BlockOutcome::kQueueFull});
                             EXPECT_FALSE(b->reader().has_or_holds("test", root));
                             // A second copy of one that waits is refused as well, and hides nothing.
                             const spec::Root waiting = spec::hash_tree_root(test::orphan(0)->block);
                             EXPECT_FALSE(b->worker.take_block(waiting, test::orphan(0), Origin::kSync, {2}));
                             EXPECT_TRUE(b->reader().has_or_holds("test", waiting));
                             b->worker.close();
                             EXPECT_FALSE(b->worker.take_block(root, late, Origin::kSync, {2}));
                             EXPECT_EQ(b->stage.heard.blocks[root].back(), BlockOutcome::kShutDown);
                             b->end();
                             for (const spec::Root& one : b->submitted) {
                               ASSERT_FALSE(b->reader().has_or_holds("test", one));
                             }
                             EXPECT_EQ(b->stage.heard.blocks[waiting].back(), BlockOutcome::kShutDown);
                           }),
            "");
}

TEST(ChainWorker, loses_no_outcome_however_long_nobody_takes_them) {
  constexpr std::uint64_t kBlocks = ChainWorker::kBlocksMax + 300;
  EXPECT_EQ(test::explored(10,
                           [](World& world) {
                             const auto b = bench(world);
                             b->worker.start();
                             static_cast<void>(b->worker.tick_to(spec::Interval(5)));
                             std::uint64_t handed_in = 0;
                             std::set<spec::Root> told;
                             const auto take_all = [&] {
                               while (const auto result = b->worker.next_result()) {
                                 if (const auto* block = std::get_if<chain::BlockResult>(&*result)) {
                                   told.insert(block->root);
                                 }
                                 b->worker.made_room();
                                 world.pause();
                               }
                             };
                             world.beside({{"main", [&] {
                                              while (handed_in < kBlocks) {
                                                if (b->submit(test::orphan(handed_in))) {
                                                  ++handed_in;
                                                } else {
                                                  b->stage.pass(10ms);
                                                }
                                              }
                                              // It waits for room among the results now.
                                              b->stage.pass(1s);
                                              take_all();
                                              b->stage.pass(1s);
                                              take_all();
                                            }}});
                             world.expect(told.size() == kBlocks, "an outcome is lost");
                             b->end();
                             world.expect(b->all_are_settled(), "a block has no final outcome");
                           }),
            "");
}

TEST(ChainWorker, ends_also_while_it_waits_for_room_and_settles_everything) {
  EXPECT_EQ(test::explored(10,
                           [](World& world) {
                             const auto b = bench(world);
                             b->worker.start();
                             static_cast<void>(b->worker.tick_to(spec::Interval(5)));
                             for (std::uint64_t number = 0; number < ChainWorker::kResultsMax + 50;
                                  ++number) {
                               if (number == ChainWorker::kBlocksMax - 1) {
                                 b->stage.pass(1s);
                               }
                               world.expect(b->submit(test::orphan(number)), "room");
                             }
                             b->stage.pass(std::chrono::milliseconds(world.choose(3)));
                             b->end();
                             world.expect(b->all_are_settled(), "a block has no final outcome, or two");
                           }),
            "");
}

TEST(ChainWorker, ends_at_any_moment_with_one_outcome_for_everything) {
  EXPECT_EQ(test::explored(300,
                           [](World& world) {
                             const auto b = bench(world);
                             b->worker.start();
                             world.beside({{"main",
                                            [&] {
                                              static_cast<void>(b->worker.tick_to(spec::Interval(10)));
                                              for (std::size_t slot = 0; slot < 2; ++slot) {
                                                b->submit(chapter().slots[slot].block);
                                                b->submit(test::orphan(slot));
                                                world.pause();
                                              }
                                            }},
                                           {"operator", [&] { b->worker.close(); }}});
                             b->end();
                             world.expect(b->all_are_settled(), "a block has no final outcome, or two");
                             for (const spec::Root& root : b->submitted) {
                               const bool is_in = b->reader().knows("test", root);
                               world.expect(b->reader().has_or_holds("test", root) == is_in,
                                            "a block is waited for that will never come");
                             }
                           }),
            "");
}

TEST(ChainWorker, tells_of_a_block_whose_parent_vanished_while_it_waited) {
  EXPECT_EQ(
      test::explored(
          100,
          [](World& world) {
            const auto b = bench(world);
            b->worker.start();
            static_cast<void>(b->worker.tick_to(spec::Interval(20)));
            auto bad = std::make_shared<spec::SignedBlock>(*chapter().slots[0].block);
            bad->block.state_root.data.fill(1);
            spec::SignedBlock child;
            child.block.slot = spec::Slot(2);
            child.block.parent_root = spec::hash_tree_root(bad->block);
            const auto child_block = std::make_shared<const spec::SignedBlock>(child);
            const spec::Root child_root = spec::hash_tree_root(child.block);
            world.beside({{"gossip", [&] { b->submit(child_block); }}, {"sync", [&] { b->submit(bad); }}});
            b->stage.pass(1s);
            std::map<spec::Root, int> told;
            while (const auto result = b->worker.next_result()) {
              ++told[std::get<chain::BlockResult>(*result).root];
              b->worker.made_room();
            }
            world.expect(told[spec::hash_tree_root(bad->block)] == 1, "the parent's end is lost");
            world.expect(told[child_root] >= 1, "nobody hears of the child");
            const auto& outcomes = b->stage.heard.blocks[child_root];
            // After the parent was refused it is one that waits for somebody else to send the parent.
            world.expect(
                outcomes.back() == BlockOutcome::kRejected || outcomes.back() == BlockOutcome::kUnknownParent,
                "the child came to something else");
            b->end();
            world.expect(b->all_are_settled(), "a block has no final outcome, or two");
          }),
      "");
}

/// What came of a whole chapter.
struct Ending {
  std::map<spec::Root, std::vector<BlockOutcome>> blocks;
  std::map<chain::VoteOutcome, std::uint64_t> votes;
  std::map<chain::VoteOutcome, std::uint64_t> aggregates;
  std::uint64_t digest = 0;
  std::size_t results = 0;
  friend bool operator==(const Ending&, const Ending&) = default;
};

Ending told_through(World& world, bool with_thread) {
  const auto b = bench(world, with_thread);
  if (with_thread) {
    b->worker.start();
  }
  Ending ending;
  const auto work_off = [&] {
    while (!with_thread && b->worker.do_one()) {
    }
    world.spend(1ms);
    while (b->worker.next_result()) {
      ++ending.results;
      b->worker.made_room();
    }
  };
  for (std::size_t i = 0; i < chapter().slots.size(); ++i) {
    // Of each two neighbours the later one comes first.
    const test::SlotProducts& slot = chapter().slots[i % 2 == 0 ? i + 1 : i - 1];
    world.expect(b->worker.tick_to(spec::Interval(spec::INTERVALS_PER_SLOT * (i / 2 * 2 + 3))), "room");
    work_off();
    b->submit(slot.block);
    work_off();
    for (const spec::SignedAttestation& vote : slot.votes) {
      world.expect(b->worker.take_vote({{1}, std::make_unique<spec::SignedAttestation>(vote)}), "room");
    }
    work_off();
    for (const spec::SignedAggregatedAttestation& aggregate : slot.aggregates) {
      world.expect(
          b->worker.take_aggregate({{1}, std::make_unique<spec::SignedAggregatedAttestation>(aggregate)}),
          "room");
    }
    work_off();
  }
  b->end();
  ending.blocks = b->stage.heard.blocks;
  ending.votes = b->stage.heard.votes;
  ending.aggregates = b->stage.heard.aggregates;
  ending.digest = b->worker.chain().digest(true);
  return ending;
}

TEST(ChainWorker, without_a_thread_does_the_same) {
  EXPECT_EQ(test::explored(30,
                           [](World& world) {
                             const Ending with = told_through(world, true);
                             const Ending without = told_through(world, false);
                             EXPECT_EQ(with.blocks, without.blocks);
                             EXPECT_EQ(with.votes, without.votes);
                             EXPECT_EQ(with.aggregates, without.aggregates);
                             EXPECT_EQ(with.results, without.results);
                             EXPECT_EQ(with.digest, without.digest);
                             world.expect(with == without, "the two paths do not do the same");
                           }),
            "");
}

}  // namespace
}  // namespace lockstep::node
