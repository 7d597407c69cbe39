// Each root gets one outcome, each request one place, whatever goes wrong.
#include "node/sync/block_fetches.h"

#include <gtest/gtest.h>

#include <deque>
#include <numeric>

#include "author.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::sync {
namespace {

using chain::FetchOutcome;

constexpr runtime::PeerId kAlice{1};
constexpr runtime::PeerId kBob{2};

struct Asked {
  runtime::PeerId peer;
  std::uint64_t id;
  std::vector<spec::Root> roots;
};

class RootWire final : public Wire {
 public:
  bool request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) override {
    if (!refuses) {
      asked.push_back({peer, id, std::get<spec::BlocksByRootRequest>(request).roots});
    }
    return !refuses;
  }
  bool respond(runtime::PeerId, std::uint64_t, const chain::Response&) override { return true; }
  bool import_block(const spec::Root&, chain::SignedBlockPointer, runtime::PeerId) override { return true; }
  void complain(runtime::PeerId, chain::Drop) override {}
  std::deque<Asked> asked;
  bool refuses = false;
};

class Fetches : public testing::Test {
 protected:
  static spec::Root root(std::uint64_t number) {
    spec::Root out;
    base::store_le(number + 1000, out.data.data());
    return out;
  }
  void connect(std::uint64_t count) {
    for (std::uint64_t id = 1; id <= count; ++id) {
      peers.connected(runtime::PeerId{id});
    }
  }
  /// How many roots of all looks so far had that outcome.
  [[nodiscard]] std::size_t counted(FetchOutcome outcome) const {
    std::size_t sum = 0;
    for (const chain::RootsLooked& look : events.looks) {
      EXPECT_EQ(std::accumulate(look.outcomes.begin(), look.outcomes.end(), std::size_t{0}), look.roots);
      sum += look.outcomes[static_cast<std::size_t>(outcome)];
    }
    return sum;
  }
  void end_next() {
    const Asked one = wire.asked.front();
    wire.asked.pop_front();
    fetches.ended(*questions.take(one.peer, one.id));
  }
  void look() { fetches.look(++now); }

  const test::Keys keys{4};
  test::Author author{keys, keys.anchor(1000)};
  test::SeededRandom random;
  test::Recorder events;
  RootWire wire;
  PeerBook peers{random};
  Questions questions{peers, wire, events};
  InvalidRoots invalid{events};
  BlockFetches fetches{author.chain().reader(), peers, questions, invalid, events};
  spec::Interval now{100};
};

TEST_F(Fetches, what_is_in_the_store_or_waits_or_is_asked_for_is_not_asked_for) {
  connect(2);
  const spec::Root known = spec::hash_tree_root(author.run_slot(1).block->block);
  spec::SignedBlock orphan;
  orphan.block.slot = spec::Slot(1);
  orphan.block.parent_root = root(7);
  const spec::Root waiting = spec::hash_tree_root(orphan.block);
  author.chain().on_block(std::make_shared<const spec::SignedBlock>(orphan), chain::Origin::kGossip, kAlice);

  fetches.want(known, kAlice, Why::kParent, 1);
  fetches.want(waiting, kAlice, Why::kParent, 1);
  EXPECT_TRUE(wire.asked.empty());
  fetches.want(root(1), kAlice, Why::kParent, 1);
  fetches.want(root(1), kBob, Why::kParent, 1);
  EXPECT_EQ(wire.asked.size(), 1U);
  EXPECT_EQ(counted(FetchOutcome::kAlreadyInForkChoice), 1U);
  EXPECT_EQ(counted(FetchOutcome::kAlreadyInBlockCache), 1U);
  EXPECT_EQ(counted(FetchOutcome::kFetched), 1U);
  EXPECT_EQ(counted(FetchOutcome::kAlreadyPending), 1U);
  EXPECT_EQ(fetches.wanted(), 1U);
}

TEST_F(Fetches, what_many_votes_name_within_an_interval_is_asked_for_once_and_together) {
  connect(2);
  for (const std::uint64_t number : {1U, 2U, 1U, 3U, 2U}) {
    fetches.want(root(number), kAlice, Why::kVote, 0);
  }
  EXPECT_TRUE(wire.asked.empty());
  look();
  ASSERT_EQ(wire.asked.size(), 1U);
  EXPECT_EQ(wire.asked[0].peer, kAlice);
  EXPECT_EQ(wire.asked[0].roots, (std::vector{root(1), root(2), root(3)}));
  EXPECT_EQ(counted(FetchOutcome::kDedupLostRace), 2U);
}

TEST_F(Fetches, at_most_eight_are_under_way_and_the_others_wait_for_a_place) {
  connect(20);
  for (std::uint64_t i = 0; i < 12; ++i) {
    fetches.want(root(i), runtime::PeerId{i + 1}, Why::kParent, 1);
  }
  EXPECT_EQ(fetches.in_flight(), kBlockFetchesMax);
  EXPECT_EQ(counted(FetchOutcome::kInflightCap), 4U);
  end_next();
  EXPECT_EQ(fetches.in_flight(), kBlockFetchesMax - 1);
  look();
  EXPECT_EQ(fetches.in_flight(), kBlockFetchesMax);
  EXPECT_FALSE(events.over_bound);
}

TEST_F(Fetches, a_place_is_given_back_when_there_is_nobody_to_ask) {
  for (int i = 0; i < 20; ++i) {
    fetches.want(root(1), kAlice, Why::kParent, 1);
    look();
    EXPECT_EQ(fetches.in_flight(), 0U);
  }
  EXPECT_GE(counted(FetchOutcome::kFetchNoPeers), 20U);
  connect(1);
  look();
  EXPECT_EQ(wire.asked.size(), 1U) << "as soon as there is somebody";
}

TEST_F(Fetches, a_request_that_cannot_be_handed_on_leaves_nothing_behind) {
  connect(2);
  wire.refuses = true;
  fetches.want(root(1), kAlice, Why::kParent, 1);
  EXPECT_EQ(counted(FetchOutcome::kFetchFailed), 1U);
  EXPECT_EQ(fetches.in_flight(), 0U);
  EXPECT_EQ(questions.size(), 0U);
  EXPECT_EQ(peers.find(kAlice)->in_flight, 0U);
  wire.refuses = false;
  look();
  EXPECT_EQ(wire.asked.size(), 1U) << "it is tried again";
}

TEST_F(Fetches, what_did_not_come_is_asked_for_again_elsewhere_with_growing_pauses) {
  connect(1);
  fetches.want(root(1), kAlice, Why::kParent, 1);
  std::vector<std::uint64_t> asked_at;
  for (int i = 0; i < 200; ++i) {
    if (!wire.asked.empty()) {
      asked_at.push_back(now.value);
      end_next();
    }
    look();
  }
  ASSERT_GE(asked_at.size(), 9U);
  const std::vector<std::uint64_t> pauses{1, 2, 4, 8, 16, 32, 32, 32};
  for (std::size_t i = 1; i < pauses.size(); ++i) {
    EXPECT_EQ(asked_at[i + 1] - asked_at[i], pauses[i]) << i;
  }
}

TEST_F(Fetches, what_only_votes_speak_of_is_left_alone_after_three_attempts) {
  connect(1);
  fetches.want(root(1), kAlice, Why::kVote, 0);
  int asked = 0;
  for (int i = 0; i < 100; ++i) {
    look();
    if (!wire.asked.empty()) {
      ++asked;
      end_next();
    }
  }
  EXPECT_EQ(asked, 3);
  EXPECT_EQ(fetches.wanted(), 0U);
}

TEST_F(Fetches, naming_a_root_again_does_not_shorten_its_pause) {
  connect(2);
  fetches.want(root(1), kAlice, Why::kParent, 1);
  end_next();
  fetches.want(root(1), kBob, Why::kParent, 1);
  EXPECT_TRUE(wire.asked.empty());
  EXPECT_EQ(counted(FetchOutcome::kAlreadyPending), 1U);
}

TEST_F(Fetches, a_block_that_came_is_not_wanted_any_more_and_its_depth_is_known) {
  connect(2);
  fetches.want(root(1), kAlice, Why::kParent, 3);
  fetches.came(root(1), true);
  EXPECT_EQ(fetches.wanted(), 0U);
  end_next();
  look();
  EXPECT_TRUE(wire.asked.empty());
  EXPECT_EQ(fetches.take_depth(root(1)), 3U);
  EXPECT_EQ(fetches.take_depth(root(1)), 0U);
}

TEST_F(Fetches, parents_that_nobody_waits_for_are_forgotten) {
  fetches.want(root(1), kAlice, Why::kParent, 1);
  fetches.want(root(2), kAlice, Why::kParent, 1);
  fetches.keep_parents({{.root = root(2), .child_slot = {}, .from = kAlice},
                        {.root = root(3), .child_slot = {}, .from = kAlice}});
  EXPECT_EQ(fetches.wanted(), 2U);
  connect(2);
  look();
  ASSERT_EQ(wire.asked.size(), 1U);
  EXPECT_EQ(wire.asked[0].roots, (std::vector{root(2), root(3)}));
}

TEST_F(Fetches, memory_stays_within_its_bounds_however_much_is_named) {
  connect(3);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    fetches.want(root(i), kAlice, i % 4 == 0 ? Why::kParent : Why::kVote, 1);
  }
  EXPECT_LE(fetches.wanted(), kWantedParentsMax + kWantedByVotesMax);
  EXPECT_LE(fetches.in_flight(), kBlockFetchesMax);
}

}  // namespace
}  // namespace lockstep::sync
