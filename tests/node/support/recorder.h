// A listener that remembers what a node reported.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "node/chain/events.h"

namespace lockstep::test {

class Recorder final : public chain::Events {
 public:
  struct BlockNote {
    spec::Root root;
    spec::Slot slot;
    chain::Origin origin;
    chain::BlockOutcome outcome;
    spec::RejectionReason reason;
  };

  void tick_happened(const chain::TickHappened& tick) override { ticks.push_back(tick); }
  void block_handled(const chain::BlockHandled& block) override {
    blocks.push_back({block.root, block.block.slot, block.origin, block.outcome, block.reason});
  }
  void vote_handled(const chain::VoteHandled& vote) override {
    votes.emplace_back(vote.outcome, vote.reason);
  }
  void aggregate_handled(const chain::AggregateHandled& aggregate) override {
    aggregates.emplace_back(aggregate.outcome, aggregate.reason);
  }
  void votes_kept_on(const chain::VotesKeptOn& kept) override { kept_on[kept.input] += kept.count; }
  void head_changed(const chain::HeadChanged& head) override { heads.push_back(head); }
  void justified_changed(const chain::CheckpointChanged& change) override { justified.push_back(change); }
  void finalized_changed(const chain::CheckpointChanged& change) override { finalized.push_back(change); }
  void block_proposed(const chain::BlockProposed& proposed) override { proposals.push_back(proposed.root); }
  void attested(const chain::Attested& attested) override {
    attestations.emplace_back(attested.validator, attested.data);
  }
  void duty_skipped(const chain::DutySkipped& skipped) override { skips.push_back(skipped); }
  void buffer_level(const chain::BufferLevel& level) override {
    over_bound = over_bound || level.size > level.bound;
    levels[level.buffer] = level.size;
  }
  void message_dropped(const chain::MessageDropped& dropped) override { ++drops[dropped.reason]; }
  void request_sent(const chain::RequestSent& request) override { requests_sent.push_back(request); }
  void request_ended(const chain::RequestEnded& request) override { requests_ended.push_back(request); }
  void roots_looked(const chain::RootsLooked& looked) override { looks.push_back(looked); }
  void range_went(chain::RangeOutcome outcome) override { ++ranges[outcome]; }
  void invalid_root_hit(chain::InvalidHit site) override { ++invalid_hits[site]; }
  void sync_state_changed(const chain::SyncStateChanged& change) override {
    sync_states.push_back(change.new_state);
  }
  void request_received(const chain::RequestReceived&) override { ++requests_received; }
  void request_served(const chain::RequestServed& served) override { requests_served.push_back(served); }
  void peer_changed(const chain::PeerChanged& change) override { peer_changes.push_back(change); }

  std::vector<chain::TickHappened> ticks;
  std::vector<BlockNote> blocks;
  std::vector<std::pair<chain::VoteOutcome, spec::RejectionReason>> votes;
  std::vector<std::pair<chain::VoteOutcome, spec::RejectionReason>> aggregates;
  std::map<chain::Input, std::size_t> kept_on;
  std::vector<chain::HeadChanged> heads;
  std::vector<chain::CheckpointChanged> justified;
  std::vector<chain::CheckpointChanged> finalized;
  std::vector<spec::Root> proposals;
  std::vector<std::pair<spec::ValidatorIndex, spec::AttestationData>> attestations;
  std::vector<chain::DutySkipped> skips;
  std::map<chain::Buffer, std::size_t> levels;
  std::map<chain::Drop, std::size_t> drops;
  std::vector<chain::RequestSent> requests_sent;
  std::vector<chain::RequestEnded> requests_ended;
  std::vector<chain::RootsLooked> looks;
  std::map<chain::RangeOutcome, std::size_t> ranges;
  std::map<chain::InvalidHit, std::size_t> invalid_hits;
  std::vector<chain::SyncState> sync_states;
  std::size_t requests_received = 0;
  std::vector<chain::RequestServed> requests_served;
  std::vector<chain::PeerChanged> peer_changes;
  bool over_bound = false;
};

}  // namespace lockstep::test
