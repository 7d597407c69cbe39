// What a first schedule teaches the strategies: how many operations each thread does on each object.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "sim/core/strategy.h"

namespace lockstep::race {

/// What of a program's objects is worth a strategy's attention, and who operates on it how often.
class Shared {
 public:
  struct Object {
    sim::ObjectId object = 0;
    /// Operations of all threads.
    std::uint64_t accesses = 0;
  };
  /// What one thread does to them.
  struct Part {
    /// Operations before there was any other thread, and those while there were others.
    std::uint64_t alone = 0;
    std::uint64_t among_others = 0;
  };

  [[nodiscard]] const std::vector<Object>& objects() const { return objects_; }
  [[nodiscard]] bool has(sim::ObjectId object) const { return object < has_.size() && has_[object] != 0; }
  /// Of all threads on all objects.
  [[nodiscard]] std::uint64_t accesses() const { return accesses_; }
  [[nodiscard]] Part part_of(std::uint32_t thread) const {
    return thread < parts_.size() ? parts_[thread] : Part{};
  }
  /// Threads that did the same operations on the same objects as often, those without any left out; objects
  /// of one class count as the same.
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>& roles() const { return roles_; }

 private:
  friend class Profile;
  std::vector<Object> objects_;
  std::vector<std::uint8_t> has_;
  std::uint64_t accesses_ = 0;
  std::vector<Part> parts_;
  std::vector<std::vector<std::uint32_t>> roles_;
};

/// Counts of one or more profiled runs; where they differ the larger counts. Threads and objects are known by
/// their numbers in order of creation.
class Profile {
 public:
  /// Takes a run in: its steps, what ordered them (none: nothing is known of locks), and which thread started
  /// which (`parents[t]`, ~0 for the first). `classes[o]` numbers the class of object o, 0 for none.
  void add(const std::vector<sim::Step>& steps, const std::vector<sim::Ordering>& orderings,
           const std::vector<std::uint32_t>& parents, const std::vector<std::uint32_t>& classes);
  /// A run took that many decisions.
  void note_decisions(std::uint64_t decisions) {
    decisions_ = decisions > decisions_ ? decisions : decisions_;
  }

  /// The most decisions that a run took, at least 1.
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }
  /// Everything that several threads touch.
  [[nodiscard]] const Shared& shared() const { return shared_; }
  /// Of that, what somebody changes, and what no lock guards that all hold whenever they touch it (Savage et
  /// al., Eraser, 1997): who has the lock first decides all that there is to decide of the rest. shared() if
  /// nothing is left.
  [[nodiscard]] const Shared& contended() const {
    return contended_.objects().empty() ? shared_ : contended_;
  }
  /// Operations of `thread` and of all that descend from it, on anything.
  [[nodiscard]] std::uint64_t events(std::uint32_t thread) const {
    return thread < events_.size() ? events_[thread] : 1;
  }
  /// The same on the objects for which `in(object)` holds, one entry a thread, into `out`.
  template <typename Predicate>
  void events_on(Predicate in, std::vector<std::uint64_t>& out) const {
    out.assign(parents_.size(), 0);
    for (const auto& [place, cell] : cells_) {
      if (in(place.first)) {
        out[place.second] += cell.count;
      }
    }
    add_up(out);
  }
  [[nodiscard]] std::uint32_t class_of(sim::ObjectId object) const {
    return object < classes_.size() ? classes_[object] : 0;
  }

 private:
  /// What one thread did to one object.
  struct Cell {
    std::uint64_t count = 0;
    /// Before there was any other thread, and while there was.
    std::uint64_t alone = 0;
    std::uint64_t among_others = 0;
    /// A bit for each kind of operation.
    std::uint32_t kinds = 0;
  };
  using Cells = std::map<std::pair<sim::ObjectId, std::uint32_t>, Cell>;
  /// How one object is guarded among threads.
  struct Guard {
    bool touched = false;
    bool changed = false;
    std::vector<std::uint32_t> locks;
  };
  class Reader;

  void find_shared(Shared& shared, bool contended) const;
  void find_roles(Shared& shared) const;
  void add_up(std::vector<std::uint64_t>& counts) const;

  std::uint64_t decisions_ = 1;
  Cells cells_;
  std::map<sim::ObjectId, Guard> guards_;
  std::vector<std::uint32_t> parents_;
  std::vector<std::uint32_t> classes_;
  std::vector<std::uint64_t> events_;
  Shared shared_;
  Shared contended_;
};

}  // namespace lockstep::race
