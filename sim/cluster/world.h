// The parts of one simulated world, in the order in which they depend on one another.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/cluster/cluster.h"
#include "sim/cluster/genesis.h"
#include "sim/cluster/machine.h"
#include "sim/cluster/record.h"
#include "sim/cluster/settings.h"
#include "sim/cluster/turns.h"
#include "sim/core/engine.h"
#include "sim/world/cpus.h"
#include "sim/world/network.h"

namespace lockstep::cluster {

/// What a Cluster is made of. Not thread-safe.
class Cluster::World {
 public:
  World(const Plan& plan, const Design& design, Invariants invariants, Progress progress);
  ~World();

  /// Lets time pass until just before `until`, stopping on the way to begin and end the plan's faults. Throws
  /// StoryOver when something broke.
  void run_until(sim::Time until);
  /// Throws StoryOver if something broke.
  void check() const;

  void start(std::uint64_t number);
  /// Starts a node from the finalized checkpoint of another one; fails the run if that has none.
  void start_from_checkpoint(std::uint64_t number, std::uint64_t source);
  void stop(std::uint64_t number);
  void shut_down(const Group& group);
  /// Fails the run if a node that has shut down has left a thread behind.
  void expect_no_thread_of(std::uint64_t number);
  /// Asks all nodes that run to stop and waits until they have; nothing else befalls them meanwhile.
  void settle();
  /// Says whether a fault that excuses a standstill begins or ends.
  void disturb(int by);
  /// Takes a new look at whether the chain owes progress; calm begins anew with every change.
  void look_at_the_weather();

  Fault begin(sim::Rule rule, bool disturbs);
  Fault skew(const Group& group, base::Duration by);
  Fault flood(const Group& group, FloodOptions options);
  Fault send_garbage(const Group& group, std::uint64_t per_second);
  Fault misanswer(const Group& group, Answering how);

  Plan plan;
  Design design;
  Settings settings;
  Progress progress;
  sim::Choices choices;
  /// What the seed chooses for the story itself.
  sim::ChoiceStream story_choices;
  sim::Engine engine;
  Turns turns;
  Record record;
  Genesis genesis;
  sim::CostTable costs;
  /// Of the machine that hosts all nodes, if there is one.
  std::optional<sim::Cpus> shared_cpus;
  std::unique_ptr<sim::Network> network;
  std::vector<std::unique_ptr<Machine>> machines;

 private:
  /// A fault of the plan, and the object that it lives by while it is on.
  struct Planned {
    PlannedFault fault;
    bool has_begun = false;
    bool has_ended = false;
    Fault running;
  };

  [[nodiscard]] MachineOptions machine_options(std::uint64_t number);
  /// When the plan's faults next change something, if that is before `limit`; else `limit`.
  [[nodiscard]] sim::Time next_change(sim::Time limit) const;
  void change_planned_faults();
  void begin_planned(Planned& planned);
  void end_planned(Planned& planned);
  void judge(sim::RunEnd end);
  void report_progress();

  std::uint64_t validators_;
  int disturbances_ = 0;
  bool is_settling_ = false;
  std::uint64_t slot_reported_ = 0;
  std::list<Planned> planned_;
};

/// The set of the group's nodes, as the network knows them.
sim::NodeSet to_node_set(const Group& group);

}  // namespace lockstep::cluster
