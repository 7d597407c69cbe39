// Turns what a node reports about itself into metrics.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "node/base/time.h"
#include "node/chain/events.h"
#include "node/metrics/registry.h"
#include "node/runtime/clock.h"
#include "node/spec/subnet.h"

namespace lockstep::metrics {

/// What is known of a node before it runs.
struct NodeFacts {
  std::string name;
  std::string version;
  std::size_t validators = 0;  ///< That it signs for.
  bool is_aggregator = false;
  spec::Slot anchor_slot;  ///< Head, safe target, justified and finalized at first.
  /// That votes are spread over, at most spec::kSubnetsMax.
  std::size_t subnets = spec::ATTESTATION_COMMITTEE_COUNT;
};

/// Counts every report, and passes it on. Thread-safe as far as the next listener is.
class NodeMetrics final : public chain::Events {
 public:
  /// All outlive this. Sets what `facts` and `clock` tell.
  NodeMetrics(Registry& registry, const runtime::Clock& clock, const NodeFacts& facts, chain::Events& next);

  void input_began() override;
  void input_entered(const chain::InputEntered& entered) override;
  void interval_done(const chain::IntervalDone& done) override;
  void slot_driver_stalled(const chain::SlotDriverStalled& stalled) override;
  void thread_died(const chain::ThreadDied& died) override;
  void command_handled(const chain::CommandHandled& handled) override;
  void tick_happened(const chain::TickHappened& tick) override;
  void block_handled(const chain::BlockHandled& block) override;
  void vote_handled(const chain::VoteHandled& vote) override;
  void aggregate_handled(const chain::AggregateHandled& aggregate) override;
  void head_changed(const chain::HeadChanged& head) override;
  void justified_changed(const chain::CheckpointChanged& change) override;
  void finalized_changed(const chain::CheckpointChanged& change) override;
  void safe_target_changed(const chain::CheckpointChanged& change) override;
  void block_proposed(const chain::BlockProposed& proposed) override;
  void attested(const chain::Attested& attested) override;
  void aggregated(const chain::Aggregated& aggregated) override;
  void duty_skipped(const chain::DutySkipped& skipped) override;
  void buffer_level(const chain::BufferLevel& level) override;
  void message_dropped(const chain::MessageDropped& dropped) override;
  void gossip_counted(const chain::GossipCounted& counted) override;
  void request_sent(const chain::RequestSent& request) override;
  void request_ended(const chain::RequestEnded& request) override;
  void roots_looked(const chain::RootsLooked& looked) override;
  void range_went(chain::RangeOutcome outcome) override;
  void invalid_root_hit(chain::InvalidHit site) override;
  void sync_state_changed(const chain::SyncStateChanged& change) override;
  void aggregation_coalesced(const chain::AggregationCoalesced& coalesced) override;
  void votes_kept_on(const chain::VotesKeptOn& kept) override;
  void request_received(const chain::RequestReceived& request) override { next_.request_received(request); }
  void request_served(const chain::RequestServed& request) override;
  void peer_changed(const chain::PeerChanged& change) override;

 private:
  void count_vote(VoteKind kind, chain::Origin origin, chain::VoteOutcome outcome,
                  spec::RejectionReason reason);
  void report_coverage(Section section, const spec::Block& block);
  void show_sync_status(SyncStatus status);
  void set_slot(Metric metric, spec::Slot slot);
  /// Shows how long the input took whose outcome is being reported, unless nobody said when it began.
  void time_input(Metric metric, chain::Origin origin);

  Registry& registry_;
  const runtime::Clock& clock_;
  chain::Events& next_;
  std::size_t subnets_;
  /// Nanoseconds of the monotonic clock. Relaxed: they order nothing.
  std::atomic<std::int64_t> input_began_;
  std::atomic<std::int64_t> last_tick_;
  std::atomic<std::uint64_t> interval_ = 0;
};

}  // namespace lockstep::metrics
