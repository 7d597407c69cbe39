// What nodes report adds up, and what they ask for stays few: histories to accept and to reject.
#include <gtest/gtest.h>

#include <tuple>
#include <utility>

#include "court.h"

namespace lockstep::checkers {
namespace {

using chain::BlockOutcome;
using chain::Origin;

class ReportsAddUp : public testing::Test {
 protected:
  void import(std::uint8_t name, std::uint64_t slot, std::uint8_t parent) {
    const spec::Block what = block(slot, parent);
    invariant_->block_handled(court_, {root(name), what, Origin::kGossip, BlockOutcome::kImported, {}});
  }
  /// A heartbeat's report: messages, and control entries with their outcomes.
  void count(std::uint64_t messages, std::uint64_t duplicates, std::uint64_t dropped, std::uint64_t delivered,
             std::pair<std::uint64_t, std::uint64_t> control) {
    chain::GossipCounted counted{};
    counted.messages = messages;
    counted.duplicates = duplicates;
    counted.dropped = dropped;
    counted.delivered = delivered;
    std::tie(counted.control_entries, counted.control_outcomes) = control;
    invariant_->gossip_counted(court_, counted);
  }

  Court court_;
  std::unique_ptr<cluster::Invariant> invariant_ = reports_add_up();
};

TEST_F(ReportsAddUp, accepts_reports_that_follow_from_one_another) {
  invariant_->tick_happened(court_, {spec::Interval(3), {}, 0});
  invariant_->tick_happened(court_, {spec::Interval(4), base::Duration(5), 0});
  invariant_->tick_happened(court_, {spec::Interval(10), {}, 5});
  import(0x01, 1, 0x00);
  import(0x02, 2, 0x01);
  import(0x13, 3, 0x01);
  invariant_->head_changed(court_, {checkpoint(0, 0), checkpoint(0x02, 2), 0, checkpoint(0, 0)});
  invariant_->head_changed(court_, {checkpoint(0x02, 2), checkpoint(0x13, 3), 1, checkpoint(0, 0)});
  invariant_->justified_changed(court_, change(checkpoint(0, 0), checkpoint(0x01, 1)));
  invariant_->finalized_changed(court_, change(checkpoint(0x01, 1), checkpoint(0, 0)));
  invariant_->request_sent(court_, {{1}, 7, chain::Protocol::kBlocksByRoot});
  invariant_->request_ended(court_,
                            {{1}, 7, chain::Protocol::kBlocksByRoot, chain::RequestEnd::kAnswered, 1});
  invariant_->request_received(court_, {{1}, 7, chain::Protocol::kStatus});
  invariant_->request_served(court_, {{1}, 7, chain::Protocol::kStatus, chain::ServedEnd::kComplete, 1});
  // A second life begins with an empty ledger.
  invariant_->node_started(court_);
  invariant_->tick_happened(court_, {spec::Interval(9), {}, 0});
  import(0x01, 1, 0x00);
  EXPECT_TRUE(court_.is_content());
}

TEST_F(ReportsAddUp, accepts_gossip_of_which_everything_has_one_outcome) {
  invariant_->message_dropped(court_, {.peer = {}, .reason = chain::Drop::kBadSnappy});
  invariant_->message_dropped(court_, {.peer = {}, .reason = chain::Drop::kGraftInBackoff});
  import(0x01, 1, 0x00);
  count(8, 5, 1, 2, {3, 3});
  EXPECT_TRUE(court_.is_content());
}

TEST_F(ReportsAddUp, rejects_a_gossip_message_without_an_outcome) {
  count(8, 5, 0, 2, {});
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_a_control_entry_without_an_outcome) {
  count(0, 0, 0, 0, {2, 1});
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_a_drop_that_was_not_reported_and_a_block_that_never_came_in) {
  count(1, 0, 1, 0, {});
  EXPECT_EQ(court_.complaints.size(), 1U);
  import(0x01, 1, 0x00);
  invariant_->message_dropped(court_, {.peer = {}, .reason = chain::Drop::kBadRpc});
  count(1, 0, 1, 0, {});
  EXPECT_EQ(court_.complaints.size(), 2U);
}

TEST_F(ReportsAddUp, rejects_an_interval_that_is_missing) {
  invariant_->tick_happened(court_, {spec::Interval(3), {}, 0});
  invariant_->tick_happened(court_, {spec::Interval(5), {}, 0});
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_an_interval_that_comes_before_its_time) {
  invariant_->tick_happened(court_, {spec::Interval(3), base::Duration(-1), 0});
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_a_block_that_is_imported_twice) {
  import(0x01, 1, 0x00);
  import(0x01, 1, 0x00);
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_a_block_without_its_parent) {
  import(0x01, 1, 0x00);
  import(0x03, 3, 0x02);
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_a_change_that_starts_where_nobody_was) {
  invariant_->head_changed(court_, {checkpoint(0, 0), checkpoint(0x02, 2), 0, checkpoint(0, 0)});
  invariant_->head_changed(court_, {checkpoint(0x01, 1), checkpoint(0x03, 3), 0, checkpoint(0, 0)});
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_a_justified_checkpoint_that_falls_back) {
  invariant_->justified_changed(court_, change(checkpoint(0x02, 2), checkpoint(0x01, 1)));
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_a_request_that_ends_twice) {
  invariant_->request_sent(court_, {{1}, 7, chain::Protocol::kBlocksByRoot});
  invariant_->request_ended(court_,
                            {{1}, 7, chain::Protocol::kBlocksByRoot, chain::RequestEnd::kTimedOut, 0});
  invariant_->request_ended(court_,
                            {{1}, 7, chain::Protocol::kBlocksByRoot, chain::RequestEnd::kAnswered, 1});
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_an_answer_to_a_request_that_nobody_made) {
  invariant_->request_received(court_, {{1}, 7, chain::Protocol::kStatus});
  invariant_->request_served(court_, {{2}, 7, chain::Protocol::kStatus, chain::ServedEnd::kComplete, 1});
  EXPECT_EQ(court_.complaints.size(), 1U);
}

TEST_F(ReportsAddUp, rejects_a_node_that_ends_without_a_word_about_a_request) {
  invariant_->request_sent(court_, {{1}, 7, chain::Protocol::kBlocksByRoot});
  invariant_->request_ended(court_,
                            {{1}, 7, chain::Protocol::kBlocksByRoot, chain::RequestEnd::kShutDown, 0});
  invariant_->node_ended(court_);
  EXPECT_TRUE(court_.is_content());
  invariant_->request_sent(court_, {{1}, 8, chain::Protocol::kBlocksByRoot});
  invariant_->node_ended(court_);
  EXPECT_EQ(court_.complaints.size(), 1U);
  invariant_->node_started(court_);
  invariant_->request_received(court_, {{1}, 9, chain::Protocol::kStatus});
  invariant_->node_ended(court_);
  EXPECT_EQ(court_.complaints.size(), 2U);
}

TEST_F(ReportsAddUp, rejects_a_look_that_loses_a_root) {
  chain::RootsLooked looked{.roots = 2};
  looked.outcomes[0] = 2;
  invariant_->roots_looked(court_, looked);
  EXPECT_TRUE(court_.is_content());
  looked.outcomes[0] = 1;
  invariant_->roots_looked(court_, looked);
  EXPECT_EQ(court_.complaints.size(), 1U);
}

class FetchesInFlight : public testing::Test {
 protected:
  void send(std::uint64_t id, chain::Protocol protocol = chain::Protocol::kBlocksByRoot) {
    invariant_->request_sent(court_, {{1}, id, protocol});
  }
  void end(std::uint64_t id) {
    invariant_->request_ended(court_,
                              {{1}, id, chain::Protocol::kBlocksByRoot, chain::RequestEnd::kTimedOut, 0});
  }
  Court court_;
  std::unique_ptr<cluster::Invariant> invariant_ = fetches_in_flight_stay_within_eight();
};

TEST_F(FetchesInFlight, accepts_eight_at_a_time_and_any_number_of_other_requests) {
  for (std::uint64_t id = 0; id < 100; ++id) {
    send(1000 + id, chain::Protocol::kStatus);
    send(id);
    if (id >= 7) {
      end(id - 7);
    }
  }
  EXPECT_TRUE(court_.is_content());
  // A second life has none in flight.
  invariant_->node_started(court_);
  for (std::uint64_t id = 200; id < 208; ++id) {
    send(id);
  }
  EXPECT_TRUE(court_.is_content());
}

TEST_F(FetchesInFlight, rejects_the_ninth) {
  for (std::uint64_t id = 0; id < 9; ++id) {
    send(id);
  }
  EXPECT_EQ(court_.complaints.size(), 1U);
}

}  // namespace
}  // namespace lockstep::checkers
