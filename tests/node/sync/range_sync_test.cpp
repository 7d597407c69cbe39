// Ranges that peers cannot serve, and those that begin nowhere.
#include "node/sync/range_sync.h"

#include <gtest/gtest.h>

#include "sync_stage.h"

namespace lockstep::sync {
namespace {

TEST_F(SyncTest, a_peer_without_a_past_does_not_keep_the_chain_from_being_fetched_of_another) {
  author_runs(12);
  tick_to(60);
  sync.on_peer_connected(kGood);
  answer_next();
  // It has begun at a checkpoint: of the range that was asked for it knows the later part only.
  const Asked range = wire.asked.front();
  wire.asked.clear();
  deliver(range, chain::BlocksAnswer{.blocks = {blocks.begin() + 6, blocks.end()}});
  EXPECT_EQ(chain.head().slot, spec::Slot(0));
  sync.on_peer_connected(kOther);
  wire.asked.clear();
  sync.on_request(kOther, 5, status_of(author.chain().reader()));
  for (std::uint64_t interval = 61; interval < 65 && chain.head().slot < spec::Slot(12); ++interval) {
    tick_to(interval);
    for (; !wire.asked.empty(); wire.asked.pop_front()) {
      EXPECT_TRUE(wire.asked.front().peer == kOther ||
                  protocol_of(wire.asked.front()) != chain::Protocol::kBlocksByRange);
      if (wire.asked.front().peer == kOther) {
        deliver(wire.asked.front(), answer(author.chain().reader(), wire.asked.front().request));
      }
    }
  }
  EXPECT_EQ(chain.head().root, author.chain().head().root);
}

TEST_F(SyncTest, a_peer_that_cannot_serve_a_range_is_left_alone_for_a_while) {
  author_runs(6);
  tick_to(30);
  sync.on_peer_connected(kGood);
  answer_next();
  const Asked range = wire.asked.front();
  wire.asked.clear();
  sync.on_request_ended({.peer = range.peer,
                         .id = range.id,
                         .protocol = chain::Protocol::kBlocksByRange,
                         .end = chain::RequestEnd::kRefused,
                         .items = 0,
                         .code = chain::ResponseCode::kResourceUnavailable});
  tick_to(40);
  EXPECT_EQ(asked_for(chain::Protocol::kBlocksByRange), 0U);
  sync.on_peer_connected(kOther);
  tick_to(41);
  ASSERT_EQ(asked_for(chain::Protocol::kBlocksByRange), 1U);
  EXPECT_EQ(wire.asked.back().peer, kOther);
}

TEST_F(SyncTest, a_range_that_fails_three_times_is_given_up_until_its_end_is_shown_again) {
  author_runs(6);
  tick_to(30);
  sync.on_peer_connected(kGood);
  answer_next();
  for (int i = 0; i < 3; ++i) {
    const Asked range = wire.asked.front();
    wire.asked.pop_front();
    end(range, chain::RequestEnd::kTimedOut);
  }
  EXPECT_TRUE(wire.asked.empty());
  EXPECT_EQ(events.ranges[chain::RangeOutcome::kTimeout], 3U);
  EXPECT_EQ(events.ranges[chain::RangeOutcome::kRetry], 2U);
  EXPECT_EQ(events.ranges[chain::RangeOutcome::kExhausted], 1U);
  sync.on_request(kGood, 5, status_of(author.chain().reader()));
  EXPECT_EQ(asked_for(chain::Protocol::kBlocksByRange), 1U);
}

}  // namespace
}  // namespace lockstep::sync
