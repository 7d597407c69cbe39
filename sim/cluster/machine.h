// What one node runs on: its clock, its CPUs, its place in the network; and the node itself, life after life.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/node/node.h"
#include "sim/cluster/crooked_transport.h"
#include "sim/cluster/genesis.h"
#include "sim/cluster/record.h"
#include "sim/cluster/reporter.h"
#include "sim/cluster/watchful_meter.h"
#include "sim/core/engine.h"
#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"
#include "sim/world/cpus.h"
#include "sim/world/network.h"
#include "sim/world/node_clock.h"
#include "sim/world/sim_random.h"
#include "sim/world/sim_transport.h"

namespace lockstep::cluster {

/// What all machines of a cluster share. Outlives them.
struct Surroundings {
  sim::Engine& engine;
  sim::Network& network;
  const sim::CostTable& costs;
  Genesis& genesis;
  Record& record;
};

/// What tells one machine from another.
struct MachineOptions {
  std::uint64_t number = 0;
  std::string name;
  std::vector<std::uint64_t> validators;  ///< In ascending order.
  std::size_t cpus = 1;
  /// The node's, but for its anchor and its validators' keys, which the genesis has. With a chain worker, no
  /// metered work may be done on the thread `main`.
  node::Config config;
  /// Threads that read the chain as an API does.
  std::uint64_t readers = 0;
  /// Used instead when it is not null; outlives the machine.
  sim::Cpus* shared_cpus = nullptr;
  sim::NodeClock::Options clock;
};

/// Not thread-safe; none of its members are to be called while the engine runs.
class Machine {
 public:
  Machine(const Surroundings& surroundings, const MachineOptions& options);
  /// Requires: the node does not run.
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  [[nodiscard]] bool is_running() const { return life_ != nullptr; }
  /// The node's settings, but for its anchor.
  [[nodiscard]] const node::Config& config() const { return config_; }
  [[nodiscard]] sim::NodeClock& clock() { return clock_; }
  /// From here on its answers to requests for blocks are spoilt like that, in this life and others.
  void answer(Answering how) { answering_ = how; }
  /// The node's place in the network and its peers, for those who send in its name. Requires: it runs.
  [[nodiscard]] runtime::Transport& transport();
  [[nodiscard]] const std::vector<runtime::PeerId>& peers() const;

  /// Builds a node on an empty store and starts it. Requires: it does not run. `through`, if any, listens in
  /// the reporter's place and passes on what it likes. The chain begins at `anchor`, or at genesis.
  void start(const ListenThrough& through, std::shared_ptr<const chain::Anchor> anchor = nullptr);
  /// What a node serves to those who start from its finalized checkpoint.
  struct Checkpoint {
    bool is_read = false;
    /// Empty when the node has none: nothing is finalized, or it moved on meanwhile.
    base::Bytes signed_block;
    base::Bytes state;
  };
  /// Begins to read the checkpoint as an API does, on a thread of its own. Requires: the node runs.
  [[nodiscard]] std::shared_ptr<const Checkpoint> begin_reading_checkpoint();
  /// Ends the node at once: nothing that it does from here on reaches anybody. What its threads hold is
  /// released.
  void stop();
  /// Asks the node to stop of its own accord; has_shut_down() says when it has. Requires: it runs.
  void begin_shut_down();
  [[nodiscard]] bool has_shut_down() const;
  /// Requires: has_shut_down().
  void end_shut_down();
  /// Kills a thread of the node, as if it had been unwound by a mistake of its own.
  void kill_thread(std::string_view name);
  /// The same for a world that ends: its fibers have been unwound already.
  void abandon();

 private:
  struct Life;

  Surroundings surroundings_;
  std::uint64_t number_;
  std::string name_;
  sim::Lane lane_;
  std::uint64_t lives_ = 0;
  Answering answering_ = Answering::kProperly;
  sim::NodeClock clock_;
  sim::Cpus cpus_;
  /// Without an anchor: each life has its own.
  node::Config config_;
  std::uint64_t readers_;
  sim::ChargingMeter charging_;
  WatchfulMeter meter_;
  std::unique_ptr<Life> life_;
};

}  // namespace lockstep::cluster
