// What is known of a run from the reports of its nodes, and the first thing that broke.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/cluster/block_book.h"
#include "sim/cluster/invariant.h"
#include "sim/cluster/lateness.h"
#include "sim/cluster/outcome.h"
#include "sim/core/engine.h"

namespace lockstep::cluster {

/// What a node has last reported of itself.
struct NodeView {
  std::string name;
  std::uint64_t life = 0;
  base::Duration life_began{};
  spec::Checkpoint head;
  spec::Checkpoint justified;
  spec::Checkpoint finalized;
  std::uint64_t reorgs = 0;            ///< Changes of head that left blocks behind.
  std::uint64_t blocks_imported = 0;   ///< In this life.
  std::uint64_t messages_dropped = 0;  ///< Unreadable or unwanted, in all lives.
  base::Duration lateness_max{};
  /// When the next interval begins, in virtual time since the run began; nothing before the first tick of a
  /// life and after its end.
  std::optional<base::Duration> next_tick;
};

/// A moment in the life of a node, kept for failure reports.
struct Memory {
  enum class Kind : std::uint8_t {
    kNone,
    kStarted,
    kStopped,
    kProposed,
    kRejected,
    kHead,
    kJustified,
    kFinalized
  };
  Kind kind = Kind::kNone;
  std::uint64_t node = 0;
  base::Duration at{};
  spec::Checkpoint from;
  spec::Checkpoint to;
  spec::RejectionReason reason{};
};

/// Collects the reports, passes them on to the invariants, and keeps the first failure. Stops the engine when
/// there is one. Not thread-safe.
class Record final : public Hearing {
 public:
  /// `engine` outlives this. Nodes are numbered in the order of `names`.
  Record(sim::Engine& engine, const std::vector<std::string>& names, Invariants invariants);

  /// Notes that something broke. Only the first counts. `details` come after the events that matter.
  void fail(std::string fingerprint, std::string sentence, std::optional<std::uint64_t> node,
            const std::vector<std::string>& details = {});
  void complain(const Invariant& broken, std::string sentence) override;

  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
  [[nodiscard]] const BlockBook& book() const { return book_; }
  [[nodiscard]] const std::vector<NodeView>& views() const { return views_; }
  /// Of the ticks that came, and of those that should have come by now: a node that stands still is late,
  /// too.
  [[nodiscard]] LatenessCount lateness() const;
  /// How late that node's latest tick was, or the one that has not come yet.
  [[nodiscard]] base::Duration lateness_max(const NodeView& view) const;
  /// The blocks that validators of this cluster proposed for `slot`, in that order.
  [[nodiscard]] const std::vector<spec::Root>& proposed_at(spec::Slot slot) const;
  /// What some validator voted for last.
  [[nodiscard]] const std::optional<spec::AttestationData>& latest_vote() const { return latest_vote_; }
  /// Whether a mark of that name was ever passed; see Reporter for the marks.
  [[nodiscard]] bool reached(std::string_view mark) const;
  void mark(std::string_view name);

  /// The genesis block, before any node starts.
  void begin_with(const spec::Checkpoint& anchor);
  void node_started(std::uint64_t number);
  void node_stopped(std::uint64_t number);
  /// The node has stopped by itself, with all that it had to say.
  void node_ended(std::uint64_t number);
  /// Nothing of the node is left; `kept` is what its queues and buffers held.
  void node_crashed(std::uint64_t number, const Leftovers& kept);

 private:
  friend class Reporter;

  /// For how long a node has not acted upon an interval that began; zero while that is less than an interval.
  [[nodiscard]] base::Duration overdue(const NodeView& view) const;
  /// Sets the hearing's fields for a report of that node.
  void attend_to(std::uint64_t number);
  void remember(const Memory& memory);
  [[nodiscard]] std::vector<std::string> recollect(std::optional<std::uint64_t> number) const;
  [[nodiscard]] std::string to_line(const Memory& memory) const;

  template <auto Method, typename Report>
  void tell(const Report& report) {
    for (const auto& invariant : invariants_) {
      (invariant.get()->*Method)(*this, report);
    }
  }

  sim::Engine& engine_;
  BlockBook book_;
  Invariants invariants_;
  std::vector<NodeView> views_;
  LatenessCount lateness_;
  std::map<spec::Slot, std::vector<spec::Root>> proposed_;
  std::map<std::string, std::uint64_t, std::less<>> marks_;
  std::optional<spec::AttestationData> latest_vote_;
  std::optional<Failure> failure_;

  static constexpr std::size_t kMemories = 64;
  std::array<Memory, kMemories> memories_{};
  std::size_t next_memory_ = 0;
};

}  // namespace lockstep::cluster
