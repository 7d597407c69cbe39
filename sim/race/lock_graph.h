// Which locks were taken while which others were held, over all runs; circles among them are deadlocks to
// come.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/race/lock_era.h"
#include "sim/race/race_detector.h"

namespace lockstep::race {

/// One observation: `thread` held `from` and took `to`.
struct LockEdge {
  SyncId from = 0;
  SyncId to = 0;
  LockMode held_mode = LockMode::kExclusive;
  LockMode taken_mode = LockMode::kExclusive;
  ThreadIndex thread = 0;
  std::string thread_name;
  /// Everything held at the time, `from` included.
  std::vector<HeldLock> held;
  /// Edges that forks and joins order can never meet.
  LockEra era;
  std::uint64_t seed = 0;
  std::uint64_t run = 0;
  Site site = 0;
};

/// Locks that can block one another in a circle, each edge by a thread of its own.
struct LockCycle {
  std::vector<LockEdge> edges;
  /// "lock-order cycle: A -> B (worker) -> A (reader)", in a form that does not depend on where it begins.
  std::string sentence;
};

/// The lock-order graph of a program, accumulated over schedules and seeds. A cycle is none when all its
/// edges are of one thread, when two of them hold one lock in common (a gate), when both sides of a lock are
/// shared, or when forks and joins keep them apart. Locks must have the same number in all runs.
class LockGraph {
 public:
  /// Cycles of more locks than this are not looked for.
  static constexpr std::size_t kLongestCycle = 6;

  /// Where later observations come from. Forgets what threads hold.
  void begin_run(std::uint64_t seed, std::uint64_t run);
  void on_fork(ThreadIndex parent, ThreadIndex child);
  void on_join(ThreadIndex joiner, ThreadIndex joined);
  /// `thread` takes `lock`, whose name is a string that outlives the graph's next report.
  void on_lock(ThreadIndex thread, const char* thread_name, SyncId lock, const char* lock_name, LockMode mode,
               Site site);
  void on_unlock(ThreadIndex thread, SyncId lock, LockMode mode);
  /// An observation that somebody else made, who gives each once.
  void add(LockEdge edge);

  /// All cycles seen so far, shortest first, each once.
  [[nodiscard]] std::vector<LockCycle> cycles() const;
  /// True when an edge was added since the last call of cycles() by whoever asks; see clear_changed().
  [[nodiscard]] bool changed() const { return changed_; }
  void clear_changed() { changed_ = false; }
  [[nodiscard]] std::size_t edges() const { return edges_.size(); }

 private:
  struct Thread {
    std::vector<HeldLock> held;
    LockEra era;
  };
  Thread& thread_at(ThreadIndex index);
  void note(const Thread& me, ThreadIndex thread, const char* thread_name, const HeldLock& from,
            const HeldLock& to, Site site);
  void extend(std::vector<const LockEdge*>& path, std::vector<LockCycle>& found,
              std::set<std::string>& told) const;
  [[nodiscard]] static bool compatible(const LockEdge& a, const LockEdge& b);
  [[nodiscard]] std::string tell(const std::vector<const LockEdge*>& path) const;

  std::uint64_t seed_ = 0;
  std::uint64_t run_ = 0;
  bool changed_ = false;
  std::vector<Thread> threads_;
  std::uint32_t threads_in_run_ = 0;
  FlatMap known_;
  std::vector<LockEdge> edges_;
  std::map<SyncId, std::vector<std::size_t>> by_from_;
  std::map<SyncId, std::string> names_;
};

}  // namespace lockstep::race
