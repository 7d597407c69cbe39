// A failing schedule as text: who ran until what, pinned by a thread's n-th operation on an object.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "node/base/result.h"
#include "sim/race/runner.h"
#include "sim/race/seeded_strategy.h"

namespace lockstep::race {

/// One thread's turns on end.
struct ScheduleBlock {
  /// As in reports: "setter", "setter#2".
  std::string thread;
  /// The block ends before the thread's `nth` operation of this kind on this object, counted from 1 over the
  /// whole run; kind "-" when it ended because the thread waited, ended or failed.
  std::string kind = "-";
  std::string object;
  std::uint32_t nth = 0;
  /// Operations in the block, and a checksum of their kinds and objects' names: they locate a divergence and
  /// do not decide.
  std::uint32_t operations = 0;
  std::uint32_t checksum = 0;

  friend bool operator==(const ScheduleBlock&, const ScheduleBlock&) = default;
};

/// A schedule that can be stored, read, edited and replayed. Survives edits of code that it does not pin.
struct Schedule {
  std::string program;
  std::string strategy;
  std::uint64_t seed = 0;
  std::uint64_t run = 0;
  std::uint64_t fingerprint = 0;
  std::string sentence;
  std::vector<ScheduleBlock> blocks;
  /// Outcomes of choices that are not about turns, in order.
  std::vector<std::uint32_t> values;

  friend bool operator==(const Schedule&, const Schedule&) = default;
};

/// The first line of every stored schedule, with the version of the format.
inline constexpr std::string_view kScheduleHeader = "lockstep-schedule 1";

[[nodiscard]] std::string to_text(const Schedule& schedule);
/// Why a text is no schedule, or not one of the program at hand.
struct ScheduleError {
  /// Counted from 1; 0 when it is about the whole.
  std::size_t line = 0;
  std::string reason;
};
/// The inverse of to_text().
[[nodiscard]] base::Result<Schedule, ScheduleError> parse_schedule(std::string_view text);

/// The schedule that a recording is. The caller fills in where it came from.
[[nodiscard]] Schedule schedule_of(const Recording& recording);

/// How often each thread has executed each (kind, object), to know an n-th when it comes.
class OperationCounts {
 public:
  void clear() { counts_.clear(); }
  /// Counts one more and returns how many that makes.
  std::uint32_t add(std::uint32_t thread, const sim::Operation& operation) {
    return ++counts_[{thread, operation.object, static_cast<std::uint8_t>(operation.kind)}];
  }
  [[nodiscard]] std::uint32_t of(std::uint32_t thread, const sim::Operation& operation) const {
    const auto found = counts_.find({thread, operation.object, static_cast<std::uint8_t>(operation.kind)});
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  std::map<std::tuple<std::uint32_t, sim::ObjectId, std::uint8_t>, std::uint32_t> counts_;
};

/// An object's name, with its number among those of its kind and name that the same thread has made, when it
/// is not the first; behind that thread's label when that is not the first thread. "-" for none.
[[nodiscard]] std::string object_label(const std::vector<ObjectInfo>& objects, sim::ObjectId object,
                                       const std::vector<std::string>& threads);

/// The next checksum of a block, one operation later.
[[nodiscard]] std::uint32_t add_to_checksum(std::uint32_t checksum, sim::OpKind kind,
                                            std::string_view object);

/// Follows a stored schedule as far as the program still does what it says, and goes on without preemptions
/// where it does not.
class Replay final : public SeededStrategy {
 public:
  /// `choices` and `world` must outlive the strategy; `schedule` is copied.
  Replay(sim::Choices& choices, const World& world, Schedule schedule)
      : SeededStrategy(choices), world_(world), schedule_(std::move(schedule)) {}

  [[nodiscard]] const char* name() const override { return "replay"; }
  /// Where the last run first went another way than stored; empty when it did not.
  [[nodiscard]] const std::string& divergence() const { return divergence_; }

 protected:
  void begin() override;
  [[nodiscard]] sim::Fiber& choose() override;
  [[nodiscard]] std::uint32_t draw_value(std::uint32_t bound) override;
  void executes(sim::Fiber& fiber) override;

 private:
  void spawned(const sim::Fiber* parent, sim::Fiber& child) override;
  [[nodiscard]] bool belongs(const sim::Fiber& fiber);
  [[nodiscard]] bool at_pin(const sim::Fiber& fiber, const ScheduleBlock& block) const;
  void leave_block();
  void diverge(const std::string& what);

  const World& world_;
  Schedule schedule_;
  std::size_t block_ = 0;
  std::size_t value_ = 0;
  std::uint32_t operations_ = 0;
  std::uint32_t checksum_ = 0;
  std::string divergence_;
  /// Fibers' records serve others when these have ended.
  std::deque<std::string> kept_names_;
  std::vector<const char*> names_;
  std::vector<std::uint32_t> parents_;
  std::vector<std::string> labels_;
  OperationCounts counts_;
};

/// The schedule run again: what it finds, and where it diverged.
struct ReplayOutcome {
  std::optional<Finding> finding;
  std::string divergence;
  Recording recording;
};
/// Refuses a schedule of another program.
[[nodiscard]] base::Result<ReplayOutcome, ScheduleError> replay(const Body& body,
                                                                const RunnerOptions& options,
                                                                const Schedule& schedule);

}  // namespace lockstep::race
