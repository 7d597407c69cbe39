// What must hold in every run: the interface of the checkers, and what they are told.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/time.h"
#include "node/chain/events.h"
#include "sim/cluster/block_book.h"

namespace lockstep::cluster {

class Invariant;

/// Things that had entered a node and had no outcome, by chain::Input.
using Leftovers = std::array<std::uint64_t, chain::kInputs>;

/// How soon the chain must move on once nothing stands in its way. All in slots.
struct LivenessBounds {
  /// A head may lag the clock by this much, from so long after calm set in.
  std::uint64_t head_lag_max = 4;
  std::uint64_t head_settles_within = 8;
  /// The same for the finalized checkpoint.
  std::uint64_t finality_lag_max = 8;
  std::uint64_t finality_settles_within = 24;
};

/// Whether the chain owes us progress.
struct Weather {
  /// Set while at least two thirds of the validators, an aggregator among them, run on nodes that are
  /// connected and on time; the virtual moment when that came to be. Nothing while a fault is on.
  std::optional<base::Duration> calm_since;
  LivenessBounds bounds;
};

/// Along with each report: who made it and when. And whom to complain to.
class Hearing {
 public:
  explicit Hearing(const BlockBook& book) : blocks(book) {}
  virtual ~Hearing() = default;
  Hearing(const Hearing&) = delete;
  Hearing& operator=(const Hearing&) = delete;

  /// Says that `broken` does not hold, in one sentence with numbers. The first complaint ends the run.
  virtual void complain(const Invariant& broken, std::string sentence) = 0;

  std::uint64_t node = 0;       ///< The node's number in the cluster.
  std::string_view node_name;   ///< Ann, Bob …
  std::uint64_t life = 0;       ///< 0 until it is first restarted, then 1 …
  base::Duration at{};          ///< Virtual time since the run began.
  base::Duration life_began{};  ///< When this life of the node began, likewise.
  /// A digest of the node's store; set when an input begins to be judged and when it has been rejected.
  std::uint64_t store_digest = 0;
  Weather weather;
  const BlockBook& blocks;
};

/// One thing that must always hold. It hears the reports of all honest nodes, in the order in which they
/// happened, and never reaches into a node. Not thread-safe: a cluster is one OS thread.
class Invariant {
 public:
  virtual ~Invariant() = default;

  /// A sentence with underscores, stable: it is part of failure fingerprints.
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// A node begins its first or a further life, or ends one.
  virtual void node_started(Hearing&) {}
  virtual void node_stopped(Hearing&) {}
  /// The node was asked to stop, has done so by itself and will report nothing more.
  virtual void node_ended(Hearing&) {}
  /// The node crashed. `kept` is what its queues and buffers held then.
  virtual void node_crashed(Hearing&, const Leftovers& /*kept*/) {}
  virtual void thread_died(Hearing&, const chain::ThreadDied&) {}

  virtual void input_entered(Hearing&, const chain::InputEntered&) {}
  virtual void command_handled(Hearing&, const chain::CommandHandled&) {}

  virtual void input_began(Hearing&) {}
  virtual void tick_happened(Hearing&, const chain::TickHappened&) {}
  virtual void block_handled(Hearing&, const chain::BlockHandled&) {}
  virtual void vote_handled(Hearing&, const chain::VoteHandled&) {}
  virtual void aggregate_handled(Hearing&, const chain::AggregateHandled&) {}
  virtual void head_changed(Hearing&, const chain::HeadChanged&) {}
  virtual void justified_changed(Hearing&, const chain::CheckpointChanged&) {}
  virtual void finalized_changed(Hearing&, const chain::CheckpointChanged&) {}
  virtual void block_proposed(Hearing&, const chain::BlockProposed&) {}
  virtual void attested(Hearing&, const chain::Attested&) {}
  virtual void buffer_level(Hearing&, const chain::BufferLevel&) {}
  virtual void message_dropped(Hearing&, const chain::MessageDropped&) {}
  virtual void gossip_counted(Hearing&, const chain::GossipCounted&) {}
  virtual void request_sent(Hearing&, const chain::RequestSent&) {}
  virtual void request_ended(Hearing&, const chain::RequestEnded&) {}
  virtual void roots_looked(Hearing&, const chain::RootsLooked&) {}
  virtual void request_received(Hearing&, const chain::RequestReceived&) {}
  virtual void request_served(Hearing&, const chain::RequestServed&) {}
};

using Invariants = std::vector<std::unique_ptr<Invariant>>;

}  // namespace lockstep::cluster
