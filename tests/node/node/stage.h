// What one thread of a node, or a whole node, needs around it to be tried under many schedules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "author.h"
#include "node/chain/events.h"
#include "node/node/inbox.h"
#include "node/runtime/runtime.h"
#include "scenarios/races/history/arrivals.h"
#include "scenarios/races/history/unsupervised.h"
#include "scenarios/races/history/whole_node.h"
#include "scenarios/races/history/world.h"
#include "sim/race/explorer.h"

namespace lockstep::test {

using scenarios::races::Broken;
using scenarios::races::World;

/// Tells a story under so many schedules; what went wrong, or nothing.
inline std::string explored(std::uint64_t schedules, const std::function<void(World&)>& story,
                            bool early_timers = false) {
  race::ExploreOptions options;
  options.schedules = schedules;
  options.runner.early_timers = early_timers;
  const race::Report report = race::explore(
      [&](race::World& run) {
        World world(run);
        story(world);
      },
      options);
  return report.clean() ? "" : report.text();
}

/// A network that brings what the test gives it, notes what is sent, and may break.
class StagedTransport final : public runtime::Transport {
 public:
  explicit StagedTransport(World& world) : arrivals_(world), world_(world) {}

  runtime::SendOutcome send(runtime::PeerId peer, runtime::Frame frame) override {
    if (slowness.count() > 0) {
      world_.spend(slowness);
    }
    if (outcome == runtime::SendOutcome::kQueued) {
      sent.emplace_back(peer, std::move(frame));
    }
    return outcome;
  }
  void disconnect(runtime::PeerId /*peer*/) override {}
  std::optional<runtime::TransportEvent> receive(base::Instant deadline) override {
    return arrivals_.receive(deadline);
  }
  void interrupt() override { arrivals_.interrupt(); }

  void bring(runtime::TransportEvent event) { arrivals_.bring(std::move(event)); }
  void break_down() { arrivals_.break_down(); }

  std::vector<std::pair<runtime::PeerId, runtime::Frame>> sent;
  runtime::SendOutcome outcome = runtime::SendOutcome::kQueued;
  base::Duration slowness{};

 private:
  scenarios::races::Arrivals arrivals_;
  World& world_;
};

/// Counts what a node reports. Only for worlds in which one thread runs at a time.
class Heard : public chain::Events {
 public:
  void input_entered(const chain::InputEntered& entered) override { ++inputs[entered.input]; }
  void command_handled(const chain::CommandHandled& handled) override { ++commands[handled.outcome]; }
  void block_handled(const chain::BlockHandled& block) override {
    blocks[block.root].push_back(block.outcome);
    order.push_back('b');
  }
  void vote_handled(const chain::VoteHandled& vote) override {
    ++votes[vote.outcome];
    order.push_back('v');
  }
  void aggregate_handled(const chain::AggregateHandled& aggregate) override {
    ++aggregates[aggregate.outcome];
    order.push_back('a');
  }
  void interval_done(const chain::IntervalDone& /*done*/) override { order.push_back('t'); }
  void tick_happened(const chain::TickHappened& tick) override { ticks.push_back(tick); }
  void aggregation_coalesced(const chain::AggregationCoalesced& /*event*/) override { ++coalesced; }
  void slot_driver_stalled(const chain::SlotDriverStalled& /*stalled*/) override { ++stalls; }
  void thread_died(const chain::ThreadDied& died) override { deaths.emplace_back(died.name); }

  [[nodiscard]] std::uint64_t commands_settled() const {
    std::uint64_t sum = 0;
    for (const auto& [outcome, count] : commands) {
      sum += count;
    }
    return sum;
  }

  std::map<chain::Input, std::uint64_t> inputs;
  std::map<chain::CommandOutcome, std::uint64_t> commands;
  std::map<spec::Root, std::vector<chain::BlockOutcome>> blocks;
  std::map<chain::VoteOutcome, std::uint64_t> votes;
  std::map<chain::VoteOutcome, std::uint64_t> aggregates;
  std::vector<chain::TickHappened> ticks;
  std::vector<std::string> deaths;
  std::string order;
  int coalesced = 0;
  int stalls = 0;
};

/// The seams of one node in a world of threads, and a listener.
struct Stage {
  explicit Stage(World& of)
      : world(of),
        transport(of),
        scheduler(of.scheduler()),
        runtime{of.clock(), scheduler, of.sync(), transport, random, meter},
        inbox(of.sync()) {}
  void pass(base::Duration time) { world.spend(time); }

  World& world;
  StagedTransport transport;
  scenarios::races::Unsupervised scheduler;
  scenarios::races::Zeros random;
  scenarios::races::NoMeter meter;
  Keys keys{4};
  runtime::Runtime runtime;
  Heard heard;
  node::Inbox inbox;
};

/// A block whose parent nobody has.
inline chain::SignedBlockPointer orphan(std::uint64_t number) {
  spec::SignedBlock block;
  block.block.slot = spec::Slot(1);
  block.block.proposer_index = spec::ValidatorIndex(number);
  block.block.parent_root.data.fill(0xee);
  return std::make_shared<const spec::SignedBlock>(std::move(block));
}

}  // namespace lockstep::test
