// A listener that passes every report on, to be overridden where a test wants a node that reports otherwise.
#pragma once

#include "node/chain/events.h"

namespace lockstep::scenarios {

class PassingOn : public chain::Events {
 public:
  explicit PassingOn(chain::Events& next) : next_(next) {}

  void input_began() override { next_.input_began(); }
  void input_entered(const chain::InputEntered& event) override { next_.input_entered(event); }
  void tick_happened(const chain::TickHappened& event) override { next_.tick_happened(event); }
  void interval_done(const chain::IntervalDone& event) override { next_.interval_done(event); }
  void aggregation_coalesced(const chain::AggregationCoalesced& event) override {
    next_.aggregation_coalesced(event);
  }
  void slot_driver_stalled(const chain::SlotDriverStalled& event) override {
    next_.slot_driver_stalled(event);
  }
  void thread_died(const chain::ThreadDied& event) override { next_.thread_died(event); }
  void command_handled(const chain::CommandHandled& event) override { next_.command_handled(event); }
  void block_handled(const chain::BlockHandled& event) override { next_.block_handled(event); }
  void vote_handled(const chain::VoteHandled& event) override { next_.vote_handled(event); }
  void aggregate_handled(const chain::AggregateHandled& event) override { next_.aggregate_handled(event); }
  void votes_kept_on(const chain::VotesKeptOn& event) override { next_.votes_kept_on(event); }
  void head_changed(const chain::HeadChanged& event) override { next_.head_changed(event); }
  void justified_changed(const chain::CheckpointChanged& event) override { next_.justified_changed(event); }
  void finalized_changed(const chain::CheckpointChanged& event) override { next_.finalized_changed(event); }
  void safe_target_changed(const chain::CheckpointChanged& event) override {
    next_.safe_target_changed(event);
  }
  void block_proposed(const chain::BlockProposed& event) override { next_.block_proposed(event); }
  void attested(const chain::Attested& event) override { next_.attested(event); }
  void aggregated(const chain::Aggregated& event) override { next_.aggregated(event); }
  void duty_skipped(const chain::DutySkipped& event) override { next_.duty_skipped(event); }
  void buffer_level(const chain::BufferLevel& event) override { next_.buffer_level(event); }
  void message_dropped(const chain::MessageDropped& event) override { next_.message_dropped(event); }
  void gossip_counted(const chain::GossipCounted& event) override { next_.gossip_counted(event); }
  void request_sent(const chain::RequestSent& event) override { next_.request_sent(event); }
  void request_ended(const chain::RequestEnded& event) override { next_.request_ended(event); }
  void roots_looked(const chain::RootsLooked& event) override { next_.roots_looked(event); }
  void range_went(chain::RangeOutcome outcome) override { next_.range_went(outcome); }
  void invalid_root_hit(chain::InvalidHit site) override { next_.invalid_root_hit(site); }
  void sync_state_changed(const chain::SyncStateChanged& event) override { next_.sync_state_changed(event); }
  void request_received(const chain::RequestReceived& event) override { next_.request_received(event); }
  void request_served(const chain::RequestServed& event) override { next_.request_served(event); }
  void peer_changed(const chain::PeerChanged& event) override { next_.peer_changed(event); }

 protected:
  chain::Events& next_;
};

}  // namespace lockstep::scenarios
