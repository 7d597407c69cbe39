// What a first schedule teaches the strategies: how many operations each thread does on each object.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/core/strategy.h"

namespace lockstep::race {

/// Counts of one or more profiled runs; where they differ the larger counts. Threads and objects are known by
/// their numbers in order of creation.
class Profile {
 public:
  /// One that several threads touch, and how often all do.
  struct SharedObject {
    sim::ObjectId object = 0;
    std::uint64_t accesses = 0;
  };

  /// Takes a run in: its steps, and which thread started which (`parents[t]`, ~0 for the first).
  /// `classes[o]` numbers the class of object o, 0 for none.
  void add(const std::vector<sim::Step>& steps, const std::vector<std::uint32_t>& parents,
           const std::vector<std::uint32_t>& classes);
  /// A run took that many decisions.
  void note_decisions(std::uint64_t decisions) {
    decisions_ = decisions > decisions_ ? decisions : decisions_;
  }

  /// The most decisions that a run took, at least 1.
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }
  [[nodiscard]] const std::vector<SharedObject>& shared() const { return shared_; }
  [[nodiscard]] bool is_shared(sim::ObjectId object) const {
    return object < is_shared_.size() && is_shared_[object] != 0;
  }
  /// Threads that did the same operations on the same objects as often, those without any on shared objects
  /// left out; objects of one class count as the same.
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>& roles() const { return roles_; }
  /// Operations of `thread` on shared objects.
  [[nodiscard]] std::uint64_t shared_accesses_by(std::uint32_t thread) const { return shared_by_[thread]; }
  [[nodiscard]] std::uint64_t shared_accesses() const { return shared_accesses_; }
  /// Operations of `thread` and of all that descend from it, on anything.
  [[nodiscard]] std::uint64_t events(std::uint32_t thread) const {
    return thread < events_.size() ? events_[thread] : 1;
  }
  /// The same on the objects for which `in(object)` holds, one entry a thread, into `out`.
  template <typename Predicate>
  void events_on(Predicate in, std::vector<std::uint64_t>& out) const {
    out.assign(parents_.size(), 0);
    for (const Cell& cell : cells_) {
      if (in(cell.object)) {
        out[cell.thread] += cell.count;
      }
    }
    add_up(out);
  }
  [[nodiscard]] std::uint32_t class_of(sim::ObjectId object) const {
    return object < classes_.size() ? classes_[object] : 0;
  }
  /// Changes whenever the counts do.
  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  struct Cell {
    sim::ObjectId object;
    std::uint32_t thread;
    std::uint64_t count;
    /// A bit for each kind of operation.
    std::uint32_t kinds;
  };
  void find_roles();
  void add_up(std::vector<std::uint64_t>& counts) const;

  std::uint64_t decisions_ = 1;
  std::uint64_t version_ = 0;
  std::vector<Cell> cells_;
  std::vector<std::uint32_t> parents_;
  std::vector<std::uint32_t> classes_;
  std::vector<std::uint64_t> events_;
  std::vector<SharedObject> shared_;
  std::uint64_t shared_accesses_ = 0;
  std::vector<std::uint8_t> is_shared_;
  std::vector<std::vector<std::uint32_t>> roles_;
  std::vector<std::uint64_t> shared_by_;
};

}  // namespace lockstep::race
