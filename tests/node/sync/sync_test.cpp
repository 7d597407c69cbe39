// Catching up: by status, by unknown parents, over lost answers, lying peers and other branches.
#include "node/sync/sync.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "sync_stage.h"

namespace lockstep::sync {
namespace {

TEST_F(SyncTest, a_peer_that_connects_is_asked_for_its_status_and_its_chain_is_fetched_and_imported) {
  author_runs(200);
  tick_to(1001);
  sync.on_peer_connected(kGood);
  ASSERT_EQ(asked_for(chain::Protocol::kStatus), 1U);
  answer_all();
  EXPECT_EQ(chain.head().root, author.chain().head().root);
  EXPECT_EQ(chain.store().latest_finalized(), author.chain().store().latest_finalized());
  EXPECT_EQ(sync.requests_in_flight(), 0U);
}

TEST_F(SyncTest, a_range_is_asked_for_in_batches) {
  author_runs(2 * kRangeSlots + 5);
  tick_to((2 * kRangeSlots + 5) * 5);
  sync.on_peer_connected(kGood);
  answer_next();
  std::size_t batches = 0;
  while (!wire.asked.empty()) {
    EXPECT_LE(std::get<spec::BlocksByRangeRequest>(wire.asked.front().request).count, kRangeSlots);
    ++batches;
    answer_next();
  }
  EXPECT_EQ(batches, 3U);
}

TEST_F(SyncTest, blocks_for_which_there_is_no_room_are_fetched_again) {
  author_runs(20);
  tick_to(101);
  wire.room = 7;
  sync.on_peer_connected(kGood);
  answer_next();
  answer_next();
  EXPECT_EQ(chain.head().slot, spec::Slot(7));
  ASSERT_FALSE(wire.asked.empty());
  EXPECT_EQ(std::get<spec::BlocksByRangeRequest>(wire.asked.front().request).start_slot, spec::Slot(8));
  answer_next();
  EXPECT_EQ(chain.head().slot, spec::Slot(7));
  wire.room = 100;
  EXPECT_TRUE(wire.asked.empty()) << "it need not be asked for again at once";
  tick_to(102);
  answer_all();
  EXPECT_EQ(chain.head().root, author.chain().head().root);
}

TEST_F(SyncTest, a_single_missing_block_is_asked_of_the_peer_that_sent_its_child) {
  author_runs(3);
  tick_to(15);
  sync.on_peer_connected(kGood);
  sync.on_peer_connected(kOther);
  wire.asked.clear();
  gossip(blocks[0], kOther);
  // The child of an empty slot's successor cannot be told from one; slot 3 is two above the head.
  gossip(blocks[2], kOther);
  ASSERT_EQ(wire.asked.size(), 1U);
  EXPECT_EQ(wire.asked.front().peer, kOther);
  answer_all();
  EXPECT_EQ(chain.head().slot, spec::Slot(3));
}

TEST_F(SyncTest, a_lost_answer_is_asked_for_again_elsewhere) {
  author_runs(6);
  tick_to(30);
  sync.on_peer_connected(kGood);
  sync.on_peer_connected(kOther);
  answer_next();
  ASSERT_EQ(asked_for(chain::Protocol::kBlocksByRange), 1U);
  const Asked lost = wire.asked.back();
  wire.asked.clear();
  end(lost, chain::RequestEnd::kTimedOut);
  ASSERT_GE(asked_for(chain::Protocol::kBlocksByRange), 1U);
  answer_all();
  EXPECT_EQ(chain.head().slot, spec::Slot(6));
}

TEST_F(SyncTest, a_refusal_and_a_disconnection_are_overcome_by_another_peer) {
  author_runs(6);
  tick_to(30);
  sync.on_peer_connected(kGood);
  answer_next();
  Asked range = wire.asked.front();
  wire.asked.pop_front();
  sync.on_peer_connected(kOther);
  wire.asked.clear();
  end(range, chain::RequestEnd::kRefused);
  ASSERT_EQ(asked_for(chain::Protocol::kBlocksByRange), 1U);
  range = wire.asked.front();
  wire.asked.pop_front();
  sync.on_peer_disconnected(range.peer);
  end(range, chain::RequestEnd::kDisconnected);
  ASSERT_EQ(asked_for(chain::Protocol::kBlocksByRange), 1U);
  EXPECT_NE(wire.asked.front().peer, range.peer);
  answer_all();
  EXPECT_EQ(chain.head().slot, spec::Slot(6));
}

TEST_F(SyncTest, another_branch_that_left_ours_long_ago_is_fetched_whole) {
  // We and the author have lived apart since genesis: nobody else has our blocks, we have none of theirs.
  test::Author apart(keys, anchor, keys.own(0, 1));
  for (const std::uint64_t slot : {4U, 8U, 12U, 16U, 20U}) {
    const auto block = apart.run_slot(slot).block;
    tick_to(slot * 5);
    gossip(block, kOther);
  }
  ASSERT_EQ(chain.head().slot, spec::Slot(20));
  author_runs(21);
  tick_to(106);
  sync.on_peer_connected(kGood);
  wire.asked.clear();
  gossip(blocks.back(), kGood);
  for (std::uint64_t interval = 107; interval < 200 && chain.head().root != author.chain().head().root;
       ++interval) {
    answer_all();
    tick_to(interval);
  }
  EXPECT_EQ(chain.head().root, author.chain().head().root);
  EXPECT_EQ(chain.store().latest_justified(), author.chain().store().latest_justified());
  EXPECT_LE(chain.block_counts().duplicate, 4U) << "hardly any block is fetched twice";
}

TEST_F(SyncTest, a_head_that_stands_still_makes_it_ask_for_a_status_once_a_slot) {
  sync.on_peer_connected(kGood);
  const Asked first = wire.asked.front();
  tick_to(4 * 5);
  EXPECT_LE(wire.asked.size(), 3U);
  wire.asked.clear();
  end(first, chain::RequestEnd::kTimedOut);
  tick_to(8 * 5);
  EXPECT_GE(asked_for(chain::Protocol::kStatus), 1U);
}

TEST_F(SyncTest, requests_stay_within_their_bounds_whatever_peers_send) {
  author_runs(1);
  tick_to(500);
  sync.on_peer_connected(kGood);
  for (std::uint64_t i = 0; i < 500; ++i) {
    spec::SignedBlock orphan;
    orphan.block.slot = spec::Slot(1);
    base::store_le(i + 1, orphan.block.parent_root.data.data());
    gossip(std::make_shared<const spec::SignedBlock>(orphan), kGood);
  }
  EXPECT_LE(wire.asked.size(), kRequestsPerPeerMax);
  EXPECT_LE(sync.block_fetches_in_flight(), kBlockFetchesMax);
  EXPECT_FALSE(events.over_bound);
}

TEST_F(SyncTest, a_claim_to_lie_at_the_end_of_time_costs_no_more_than_a_claim_to_be_here) {
  tick_to(50);
  sync.on_peer_connected(kGood);
  const Asked status = wire.asked.front();
  wire.asked.clear();
  deliver(status, chain::StatusAnswer{.status = {.finalized = {},
                                                 .head = {.root = base::Bytes32{{7}},
                                                          .slot = spec::Slot(~std::uint64_t{0})}}});
  ASSERT_EQ(wire.asked.size(), 1U);
  const auto& range = std::get<spec::BlocksByRangeRequest>(wire.asked.front().request);
  EXPECT_LE(range.start_slot.value + range.count, 13U);
}

TEST_F(SyncTest, a_peer_s_status_request_is_answered_and_its_head_considered) {
  author_runs(6);
  tick_to(30);
  sync.on_peer_connected(kGood);
  wire.asked.clear();
  sync.on_request(kGood, 5, status_of(author.chain().reader()));
  EXPECT_EQ(wire.responded, 1);
  EXPECT_EQ(asked_for(chain::Protocol::kBlocksByRange), 1U);
}

TEST_F(SyncTest, who_asks_for_what_nobody_may_ask_for_is_refused_and_complained_of) {
  tick_to(15);
  const auto ask = [this](std::uint64_t count) {
    sync.on_request(kGood, count, spec::BlocksByRangeRequest{.start_slot = spec::Slot(1), .count = count});
  };
  ask(spec::MAX_REQUEST_BLOCKS);
  EXPECT_TRUE(wire.complaints.empty());
  ask(0);
  ask(spec::MAX_REQUEST_BLOCKS + 1);
  EXPECT_EQ(wire.responded, 3);
  EXPECT_EQ(wire.complaints, std::vector(2, std::pair(kGood, chain::Drop::kBadRequest)));
}

TEST_F(SyncTest, an_answer_that_the_network_has_no_room_for_is_put_back_and_sent_later) {
  tick_to(15);
  wire.refuses = true;
  sync.on_request(kGood, 5, spec::Status{});
  sync.on_request(kOther, 5, spec::BlocksByRootRequest{});
  tick_to(16);
  EXPECT_EQ(wire.responded, 0);
  wire.refuses = false;
  tick_to(17);
  EXPECT_EQ(wire.responded, 2);
  wire.refuses = true;
  sync.on_request(kGood, 6, spec::Status{});
  tick_to(17 + kUnsentAnswerIntervals);
  wire.refuses = false;
  tick_to(18 + kUnsentAnswerIntervals);
  EXPECT_EQ(wire.responded, 2) << "nobody waits for it any more";
}

TEST_F(SyncTest, a_request_that_the_network_has_no_room_for_leaves_nothing_behind_and_is_made_later) {
  author_runs(6);
  tick_to(30);
  wire.refuses = true;
  sync.on_peer_connected(kGood);
  gossip(blocks[1], kGood);
  EXPECT_EQ(sync.requests_in_flight(), 0U);
  EXPECT_EQ(sync.block_fetches_in_flight(), 0U);
  wire.refuses = false;
  tick_to(36);
  EXPECT_EQ(asked_for(chain::Protocol::kStatus), 1U);
  EXPECT_EQ(asked_for(chain::Protocol::kBlocksByRoot), 1U);
  answer_all();
  tick_to(37);
  answer_all();
  EXPECT_EQ(chain.head().slot, spec::Slot(6));
}

TEST_F(SyncTest, a_small_gap_is_closed_block_by_block) {
  author_runs(3);
  tick_to(15);
  sync.on_peer_connected(kGood);
  answer_next();
  EXPECT_TRUE(wire.asked.empty()) << "the block may be just coming";
  tick_to(16);
  ASSERT_EQ(asked_for(chain::Protocol::kBlocksByRoot), 1U);
  answer_all();
  EXPECT_EQ(chain.head().slot, spec::Slot(3));
  EXPECT_EQ(sync.block_fetches_in_flight(), 0U);
}

TEST_F(SyncTest, blocks_that_votes_speak_of_are_fetched_a_few_requests_at_a_time) {
  tick_to(30);
  for (std::uint64_t peer = 1; peer <= 20; ++peer) {
    sync.on_peer_connected(runtime::PeerId{peer});
  }
  wire.asked.clear();
  spec::AttestationData data;
  data.source.root = data.target.root = anchor->block.parent_root;
  std::uint64_t roots = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    base::store_le(i + 1, data.head.root.data.data());
    sync.on_vote_waits(data, runtime::PeerId{i % 20 + 1});
    EXPECT_LE(sync.block_fetches_in_flight(), kVoteFetchesMax);
  }
  tick_to(31);
  EXPECT_EQ(asked_for(chain::Protocol::kBlocksByRoot), kVoteFetchesMax);
  for (const chain::RootsLooked& look : events.looks) {
    roots += look.roots;
    EXPECT_EQ(std::accumulate(look.outcomes.begin(), look.outcomes.end(), std::size_t{0}), look.roots);
  }
  EXPECT_GE(roots, 5000U) << "none was dropped silently";
  // A parent finds a place all the same.
  spec::SignedBlock orphan;
  orphan.block.slot = spec::Slot(1);
  orphan.block.parent_root.data[31] = 9;
  gossip(std::make_shared<const spec::SignedBlock>(orphan), runtime::PeerId{3});
  EXPECT_EQ(sync.block_fetches_in_flight(), kVoteFetchesMax + 1);
  EXPECT_FALSE(events.over_bound);
}

TEST_F(SyncTest, a_block_that_was_refused_is_not_fetched_again_nor_are_its_children_followed) {
  tick_to(30);
  sync.on_peer_connected(kGood);
  wire.asked.clear();
  chain::BlockResult refused{.outcome = chain::BlockOutcome::kRejected,
                             .root = base::Bytes32{{7}},
                             .slot = spec::Slot(1),
                             .parent_root = {},
                             .origin = chain::Origin::kSync,
                             .from = kGood,
                             .reason = spec::RejectionReason::STATE_ROOT_MISMATCH};
  sync.on_block_result(refused);
  EXPECT_TRUE(sync.invalid_roots().contains(refused.root));
  ASSERT_EQ(wire.complaints.size(), 1U);
  EXPECT_EQ(wire.complaints[0], std::pair(kGood, chain::Drop::kInvalidBlock));

  spec::AttestationData data;
  data.head.root = refused.root;
  data.source.root = data.target.root = spec::hash_tree_root(anchor->block);
  sync.on_vote_waits(data, kOther);
  tick_to(31);
  EXPECT_EQ(events.invalid_hits[chain::InvalidHit::kSelf], 1U);
  spec::SignedBlock child;
  child.block.slot = spec::Slot(2);
  child.block.parent_root = refused.root;
  gossip(std::make_shared<const spec::SignedBlock>(child), kOther);
  EXPECT_EQ(events.invalid_hits[chain::InvalidHit::kParent], 1U);
  EXPECT_EQ(asked_for(chain::Protocol::kBlocksByRoot), 0U);
  tick_to(40);
  EXPECT_EQ(asked_for(chain::Protocol::kBlocksByRoot), 0U);
}

TEST_F(SyncTest, a_wrong_proof_does_not_condemn_the_block) {
  sync.on_block_result({.outcome = chain::BlockOutcome::kRejected,
                        .root = base::Bytes32{{7}},
                        .slot = spec::Slot(1),
                        .parent_root = {},
                        .origin = chain::Origin::kGossip,
                        .from = kGood,
                        .reason = spec::RejectionReason::INVALID_BLOCK_PROOF});
  EXPECT_EQ(sync.invalid_roots().size(), 0U);
  EXPECT_TRUE(wire.complaints.empty()) << "gossip is passed on before it is looked at";
}

TEST_F(SyncTest, its_state_follows_the_peers_and_does_not_waver) {
  EXPECT_EQ(sync.state(), chain::SyncState::kNoPeers);
  author_runs(6);
  tick_to(30);
  sync.on_peer_connected(kGood);
  EXPECT_EQ(sync.state(), chain::SyncState::kInitialising);
  EXPECT_FALSE(sync.wants_votes());
  answer_next();
  EXPECT_EQ(sync.state(), chain::SyncState::kBehind);
  EXPECT_TRUE(sync.wants_votes());
  answer_all();
  tick_to(31);
  EXPECT_EQ(sync.state(), chain::SyncState::kSynced);
  EXPECT_TRUE(sync.wants_votes());
  sync.on_peer_disconnected(kGood);
  EXPECT_EQ(sync.state(), chain::SyncState::kNoPeers);
  EXPECT_EQ(events.sync_states.size(), 4U);
}

}  // namespace
}  // namespace lockstep::sync
