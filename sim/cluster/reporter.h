// The ear that a cluster has in each of its nodes.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "node/chain/events.h"
#include "sim/cluster/record.h"

namespace lockstep::cluster {

/// Listens to one life of one node: feeds the trace (lane: the node), the record and the invariants. Marks
/// that stories may ask for: "reorg", "finality fell back", "early block", "unknown parent", "synced block",
/// "vote for an unknown block", "interval skipped", "thread died", "slot driver stalled", "aggregation
/// coalesced", and the names of drops and skipped duties.
class Reporter final : public chain::Events {
 public:
  /// `record` and `trace` outlive this.
  Reporter(Record& record, sim::Trace& trace, std::uint64_t node);

  /// From here on nothing is heard: the node is dead to the world and only its threads are still ending.
  void mute() { is_muted_ = true; }
  /// What had entered before and got its final outcome since then, or less if things entered since.
  [[nodiscard]] Leftovers kept() const;
  /// How to ask the node's store for its digest, the whole or the quick one.
  void digest_by(std::function<std::uint64_t(bool)> digest) { digest_ = std::move(digest); }

  void input_began() override;
  void input_entered(const chain::InputEntered& event) override;
  void command_handled(const chain::CommandHandled& event) override;
  void aggregation_coalesced(const chain::AggregationCoalesced& event) override;
  void slot_driver_stalled(const chain::SlotDriverStalled& event) override;
  void thread_died(const chain::ThreadDied& event) override;
  void tick_happened(const chain::TickHappened& event) override;
  void block_handled(const chain::BlockHandled& event) override;
  void vote_handled(const chain::VoteHandled& event) override;
  void aggregate_handled(const chain::AggregateHandled& event) override;
  void head_changed(const chain::HeadChanged& event) override;
  void justified_changed(const chain::CheckpointChanged& event) override;
  void finalized_changed(const chain::CheckpointChanged& event) override;
  void safe_target_changed(const chain::CheckpointChanged& event) override;
  void block_proposed(const chain::BlockProposed& event) override;
  void attested(const chain::Attested& event) override;
  void aggregated(const chain::Aggregated& event) override;
  void duty_skipped(const chain::DutySkipped& event) override;
  void buffer_level(const chain::BufferLevel& event) override;
  void message_dropped(const chain::MessageDropped& event) override;
  void gossip_counted(const chain::GossipCounted& event) override;
  void request_sent(const chain::RequestSent& event) override;
  void request_ended(const chain::RequestEnded& event) override;
  void roots_looked(const chain::RootsLooked& event) override;
  void range_went(chain::RangeOutcome outcome) override;
  void invalid_root_hit(chain::InvalidHit site) override;
  void sync_state_changed(const chain::SyncStateChanged& event) override;
  void request_received(const chain::RequestReceived& event) override;
  void request_served(const chain::RequestServed& event) override;
  void peer_changed(const chain::PeerChanged& event) override;

  /// The peers that the node is connected with, in the order in which they came.
  [[nodiscard]] const std::vector<runtime::PeerId>& peers() const { return peers_; }

 private:
  void decided(chain::Input input) { ++decided_while_muted_[static_cast<std::size_t>(input)]; }
  /// Notes the event in the trace and sets the hearing; false when muted.
  bool hears(std::uint32_t kind, std::uint64_t a, std::uint64_t b);
  /// Puts the store's digest into the hearing, of the same kind as when the present input began.
  void take_digest();
  NodeView& view() { return record_.views_[node_]; }

  Record& record_;
  sim::Trace& trace_;
  std::uint64_t node_;
  sim::Lane lane_;
  bool is_muted_ = false;
  Leftovers entered_while_muted_{};
  Leftovers decided_while_muted_{};
  std::vector<runtime::PeerId> peers_;
  std::function<std::uint64_t(bool)> digest_;
  /// The whole digest is taken for every so many inputs, the quick one for the others.
  static constexpr std::uint64_t kWholeDigestEvery = 64;
  std::uint64_t inputs_ = 0;
};

/// Puts a listener of somebody else's in front of the reporter of a node: it passes on what it likes. May be
/// empty.
using ListenThrough = std::function<std::unique_ptr<chain::Events>(std::uint64_t, chain::Events&)>;

/// Gives the trace the names of the kinds of events that reporters record.
void name_reports(sim::Trace& trace);

}  // namespace lockstep::cluster
