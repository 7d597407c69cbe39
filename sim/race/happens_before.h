// The happens-before order of C++20, as threads make it: releases, acquires, atomics with their orders,
// fences.
//
// The one core of all detectors of this house. What they do not share is how they remember accesses: explored
// bodies and simulated worlds have few addresses, anywhere, and want exact lists of who read (RaceDetector);
// unmodified programs touch memory on every line, so theirs lie beside it at a fixed distance, in words that
// also hold what makes a schedule turn there and whether memory is dead (sim/interpose).
#pragma once

#include "sim/core/operation.h"
#include "sim/race/vector_clock.h"

namespace lockstep::race {

[[nodiscard]] constexpr bool acquires(sim::MemoryOrder order) {
  return order == sim::MemoryOrder::kAcquire || order == sim::MemoryOrder::kConsume ||
         order == sim::MemoryOrder::kAcqRel || order == sim::MemoryOrder::kSeqCst;
}

[[nodiscard]] constexpr bool releases(sim::MemoryOrder order) {
  return order == sim::MemoryOrder::kRelease || order == sim::MemoryOrder::kAcqRel ||
         order == sim::MemoryOrder::kSeqCst;
}

/// What one thread knows of the others.
class Knowledge {
 public:
  /// Begins as thread `index` at `clock`, knowing nothing.
  void begin(std::uint32_t index, Clock clock) {
    now_.clear();
    seen_.clear();
    fenced_.clear();
    has_seen_ = has_fenced_ = false;
    index_ = index;
    clock_ = clock;
    now_.set(index, clock);
  }

  [[nodiscard]] std::uint32_t index() const { return index_; }
  /// Its own clock: what it does now has this number.
  [[nodiscard]] Clock clock() const { return clock_; }
  /// The last operation of that thread that comes before what this one does now.
  [[nodiscard]] Clock of(std::uint32_t thread) const { return now_.at(thread); }

  /// All that is in `sync` comes before what follows.
  void acquire(const VectorClock& sync) { now_.join(sync); }
  void acquire(const Knowledge& other) { now_.join(other.now_); }
  /// All that came before is in `sync`, with what was there.
  void release(VectorClock& sync) {
    sync.join(now_);
    tick();
  }
  /// Only that is.
  void release_store(VectorClock& sync) {
    sync.assign(now_);
    tick();
  }
  /// What follows is new to whoever knows this thread so far.
  void tick() { now_.set(index_, ++clock_); }

  // Atomics; `released` is what a variable's value carries to whoever acquires it.

  void load(const VectorClock& released, sim::MemoryOrder order) {
    if (acquires(order)) {
      now_.join(released);
    } else if (!released.empty()) {
      seen_.join(released);
      has_seen_ = true;
    }
  }
  /// Begins a release sequence of its own; whoever reads the value sees nobody else's.
  void store(VectorClock& released, sim::MemoryOrder order) {
    if (releases(order)) {
      release_store(released);
    } else if (has_fenced_) {
      released.assign(fenced_);
    } else {
      released.clear();
    }
  }
  /// Goes on with the release sequence that it reads from.
  void modify(VectorClock& released, sim::MemoryOrder order) {
    load(released, order);
    if (releases(order) && acquires(order)) {
      // What was there is known by now.
      release_store(released);
    } else if (releases(order)) {
      release(released);
    } else if (has_fenced_) {
      released.join(fenced_);
    }
  }
  /// Whether a write of `order` leaves something to whoever acquires it.
  [[nodiscard]] bool carries(sim::MemoryOrder order) const { return releases(order) || has_fenced_; }
  void fence(sim::MemoryOrder order) {
    if (acquires(order) && has_seen_) {
      now_.join(seen_);
    }
    if (releases(order)) {
      fenced_.assign(now_);
      has_fenced_ = true;
      tick();
    }
  }

 private:
  VectorClock now_;
  /// What relaxed loads have seen, for an acquire fence to come.
  VectorClock seen_;
  /// What a release fence has published for relaxed stores to come.
  VectorClock fenced_;
  std::uint32_t index_ = 0;
  Clock clock_ = 0;
  bool has_seen_ = false;
  bool has_fenced_ = false;
};

}  // namespace lockstep::race
