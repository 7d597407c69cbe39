// The running hash of everything that happens in a run, kept by lane and epoch so that a difference is found.
#pragma once

#include <bit>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/core/mix.h"
#include "sim/core/time.h"
#include "sim/core/trace_tree.h"

namespace lockstep::sim {

/// Kinds of trace events that the engine itself records. Rooms above number theirs from kFirstFree.
enum class TraceKind : std::uint32_t {
  kSwitch = 1,
  kEvent = 2,
  kSpawn = 3,
  kExit = 4,
  kFailure = 5,
  kFirstFree = 16,
};

/// Folds events into 64-bit hashes. Each lane has a hash that is closed and begun anew at every epoch
/// boundary; the total folds the closed hashes by epoch, then lane. What is recorded must be a pure function
/// of the plan: numbers and contents, never addresses.
class Trace {
 public:
  /// Requires: epoch > 0.
  explicit Trace(base::Duration epoch);

  /// Notes one event on `lane` at the current time. `kind` names it, `a` and `b` say what it was.
  void record(Lane lane, std::uint32_t kind, std::uint64_t a, std::uint64_t b) {
    const auto index = static_cast<std::size_t>(lane);
    if (index >= lanes_.size()) [[unlikely]] {
      lanes_.resize(index + 1);
    }
    OpenCell& cell = lanes_[index];
    const std::uint64_t left = cell.hash ^ (a * kGoldenStep) ^ mixed_now_;
    const std::uint64_t right = (b ^ 0xe7037ed1a0b428dbULL) + kind * 0xa0761d6478bd642fULL;
    cell.hash = fold_product(left, right) ^ std::rotl(cell.hash, 23);
    ++cell.count;
    if (watching_) [[unlikely]] {
      note(lane, kind, a, b);
    }
  }
  void record(Lane lane, TraceKind kind, std::uint64_t a, std::uint64_t b) {
    record(lane, static_cast<std::uint32_t>(kind), a, b);
  }

  /// Moves the time of later events to `now`, closing the epochs before it. Never goes back.
  void advance_to(Time now) {
    mixed_now_ = static_cast<std::uint64_t>(nanoseconds(now)) * 0x8ebc6af09c88c6e3ULL;
    now_ = now;
    if (nanoseconds(now) >= epoch_end_) [[unlikely]] {
      close_epochs();
    }
  }

  /// Forgets all events and goes back to time 0. What is watched and named stays so.
  void reset();

  /// The hash of everything recorded so far.
  [[nodiscard]] std::uint64_t total() const;
  /// How many events were recorded so far.
  [[nodiscard]] std::uint64_t events() const;
  /// All cells so far, the open epoch included.
  [[nodiscard]] TraceTree tree() const;

  /// Also keeps the single events of one cell, to be read from detail(): for the second run, when the trees
  /// of two runs have told which cell differs first.
  void watch(Lane lane, std::uint64_t epoch);
  /// One line an event of the watched cell: time in ns, kind, a, b.
  [[nodiscard]] const std::vector<std::string>& detail() const { return detail_; }
  /// Gives `kind` a name for detail(). `name` is a string literal.
  void name_kind(std::uint32_t kind, const char* name);

 private:
  struct OpenCell {
    std::uint64_t hash = 0;
    std::uint64_t count = 0;
  };

  void close_epochs();
  void append_open_cells(std::vector<TraceCell>& out) const;
  void note(Lane lane, std::uint32_t kind, std::uint64_t a, std::uint64_t b);

  std::vector<OpenCell> lanes_;
  std::uint64_t mixed_now_ = 0;
  Time now_{};
  std::int64_t epoch_end_;
  bool watching_ = false;
  Lane watched_lane_{};
  std::uint64_t watched_epoch_ = 0;
  std::uint64_t epoch_ = 0;
  base::Duration epoch_length_;
  std::vector<TraceCell> closed_;
  std::vector<std::string> detail_;
  std::map<std::uint32_t, const char*> kind_names_;
};

}  // namespace lockstep::sim
