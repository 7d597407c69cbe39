// Many nodes in one world, and the words in which stories about them are told.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/spec/containers.h"
#include "sim/cluster/crooked_transport.h"
#include "sim/cluster/expectations.h"
#include "sim/cluster/fault.h"
#include "sim/cluster/invariant.h"
#include "sim/cluster/member.h"
#include "sim/cluster/messages.h"
#include "sim/cluster/moment.h"
#include "sim/cluster/outcome.h"
#include "sim/cluster/plan.h"
#include "sim/cluster/reporter.h"
#include "sim/cluster/settings.h"

namespace lockstep::cluster {

/// Told about once per slot: (slot reached, slots in all).
using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

/// What a story asks of its world, apart from what the plan says.
struct Design {
  /// Settings of its own, or other defaults for common ones.
  std::span<const SettingRule> settings = {};
  LivenessBounds bounds = {};
  /// How many validators there are, when it is not nodes times the setting validators_per_node.
  std::uint64_t validators_in_all = 0;
  /// Who signs for whom, when it is not each node for the next few validators; in ascending order.
  std::function<std::vector<std::uint64_t>(std::uint64_t)> validators_of = {};
  /// Puts a listener of the caller's in front of each node's reporter.
  ListenThrough listen_through = {};
  /// The cell of the trace whose single events the outcome keeps.
  std::optional<WatchedCell> watch = std::nullopt;
};

/// What a flood consists of.
struct FloodOptions {
  std::uint64_t per_second = 1000;    ///< Messages to each peer.
  std::uint64_t unknown_percent = 0;  ///< Of the votes, for a block that nobody has.
};

/// Leaves a story whose run has failed; only tell() catches it.
struct StoryOver {};

/// The world of one run: an engine, a network and as many nodes as the plan says, all from one genesis.
/// Everything that it does follows from plan and design. Members that let time pass throw StoryOver once
/// something broke. Not thread-safe.
class Cluster {
 public:
  /// Builds the nodes and starts them; no time passes. Requires: a completed plan with checked settings.
  Cluster(const Plan& plan, const Design& design, Invariants invariants, Progress progress);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // Whom.

  [[nodiscard]] std::uint64_t nodes() const;
  [[nodiscard]] Member node(std::uint64_t number) const;
  /// The first N nodes: Ann, Bob, Cyd, Dee … Requires: there are as many.
  template <std::size_t N>
  [[nodiscard]] std::array<Member, N> name() const {
    return [this]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<Member, N>{node(I)...};
    }(std::make_index_sequence<N>{});
  }
  /// The last `count` nodes.
  [[nodiscard]] Group last(std::uint64_t count) const;
  /// The nodes first, first + step, … to the last.
  [[nodiscard]] Group every_nth(std::uint64_t step, std::uint64_t first) const;

  // When.

  [[nodiscard]] std::uint64_t slots() const;
  /// Lets time pass until just before `moment`. Does nothing if that has passed.
  void run_until(Moment moment);
  /// Lets so much time pass, to the nanosecond.
  void run_for(base::Duration length);
  /// Lets time pass until the plan's last slot is over.
  void run_to_the_end();
  /// A length of time from `low` to `high`, to the nanosecond, that the seed chooses: another one each time.
  /// Requires: low <= high.
  [[nodiscard]] base::Duration any_time_between(base::Duration low, base::Duration high);

  // What befalls them. Each lasts until the returned object ends.

  /// Nothing is lost, but `messages` arrive only when this ends.
  Fault hold(const Messages& messages);
  Fault drop(const Messages& messages, std::uint64_t percent = 100);
  Fault delay(const Messages& messages, base::Duration by);
  Fault duplicate(const Messages& messages, std::uint64_t percent = 100);
  /// The group and the others do not hear one another.
  Fault partition(const Group& group);
  /// The others do not hear the group, which hears them.
  Fault one_way(const Group& group);
  /// Frames to and from the group wait until this ends.
  Fault clog(const Group& group);
  /// The group's wall clocks are off by `by` more than they were, which may be negative.
  Fault skew(const Group& group, base::Duration by);
  /// Each of the group sends to all of its peers well-formed votes, all different and none signed properly.
  Fault flood(const Group& group, FloodOptions options);
  /// Each of the group sends to all of its peers every kind of frame that a peer must not send.
  Fault send_garbage(const Group& group, std::uint64_t per_second);
  /// The group answers requests for blocks badly.
  Fault misanswer(const Group& group, Answering how);
  /// The nodes stop at once and lose everything but their keys.
  void crash(const Group& group);
  /// The nodes are asked to stop and finish what they have begun; lets time pass until they have, which may
  /// not take longer than ten minutes.
  void shut_down(const Group& group);
  /// A thread of that name ends in each of the nodes, as by a mistake of its own.
  void kill_thread(const Group& group, std::string_view name);
  /// They start again from genesis, if they do not run.
  void restart(const Group& group);
  /// They start again from the finalized block and state that `source` serves, which takes it some time.
  /// Requires: they do not run, and the source does.
  void restart_from_checkpoint(const Group& group, const Member& source);

  /// Ends the run: all nodes that run are asked to stop and do so, that it be seen what became of everything
  /// that they had taken in. Faults that are on stay on.
  void settle();

  // What must be.

  /// Ends the story with a failure if the expectation is not met.
  void expect(const Expectation& expectation);
  /// What progress the chain owes from here on, instead of what the design says.
  void owe(const LivenessBounds& bounds);
  /// The block that was proposed for `slot`; a failure if there is none or more than one.
  [[nodiscard]] spec::Checkpoint block_at(std::uint64_t slot);

  [[nodiscard]] std::uint64_t setting(std::string_view key) const;
  [[nodiscard]] bool is_running(std::uint64_t node) const;
  [[nodiscard]] const Record& record() const;
  [[nodiscard]] std::uint64_t finalized_slot_max() const;

  /// Fails the run, unless it has failed already. The story goes on to its next word.
  void fail(std::string fingerprint, std::string sentence);
  /// What came of it.
  [[nodiscard]] Outcome outcome() const;

 private:
  class World;
  std::unique_ptr<World> world_;
};

/// A story: what happens in a cluster.
using Story = std::function<void(Cluster&)>;

/// Tells a story in the world that `plan` asks for and returns what came of it. Same plan, same outcome.
Outcome tell(const Plan& plan, const Design& design, const Story& story, Invariants invariants,
             const Progress& progress = {});

}  // namespace lockstep::cluster
