// A bounded queue from many threads to one, free of locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "node/locking/queued.h"
#include "node/runtime/atomic.h"

namespace lockstep::locking {

/// A linked list with a dummy in front (D. Vyukov's non-intrusive MPSC queue), and a count that says exactly
/// how much was let in. push() may be called by any thread, pop() by one at a time. What one thread pushes
/// comes out in its order. A producer that stands still in the middle of a push hides what came after it
/// until it goes on, and then notifies: consumers sleep on a WakeUp that producers ring after push(). That is
/// a matter of two instructions, and a thread that is taken off its CPU between them is put back on it within
/// a turn of the operating system's; but where the others must not wait even for that, give each producer a
/// queue of its own. All but one of the node's have a single producer.
template <typename T>
class MpscQueue {
 public:
  /// `hook` and `name` as for runtime::Mutex.
  MpscQueue(runtime::SyncHook* hook, const char* name, std::size_t bound)
      : hook_(hook),
        name_(name),
        bound_(bound),
        state_(hook, name, 0),
        newest_(hook, name, nullptr),
        oldest_(new Cell(hook, name)) {
    newest_.store(oldest_, std::memory_order_relaxed);
  }
  /// Requires: nobody pushes any more.
  ~MpscQueue() {
    while (pop()) {
    }
    delete oldest_;
  }
  MpscQueue(const MpscQueue&) = delete;
  MpscQueue& operator=(const MpscQueue&) = delete;

  /// Never waits. Leaves `value` as it was unless it was queued.
  [[nodiscard]] Queued push(T& value) {
    std::uint64_t state = state_.load(std::memory_order_relaxed);
    do {
      if ((state & kClosedBit) != 0) {
        return Queued::kClosed;
      }
      if (state >= bound_) {
        return Queued::kFull;
      }
    } while (!state_.compare_exchange(state, state + 1, std::memory_order_acq_rel));
    Cell* const cell = make_cell();
    cell->value.emplace(std::move(value));
    Cell* const before = newest_.exchange(cell, std::memory_order_acq_rel);
    before->next.store(cell, std::memory_order_release);
    return Queued::kQueued;
  }
  /// The oldest; nothing when there is none, or when the push of the oldest is not over yet.
  [[nodiscard]] std::optional<T> pop() {
    Cell* const next = oldest_->next.load(std::memory_order_acquire);
    if (next == nullptr) {
      return std::nullopt;
    }
    std::optional<T> value(std::move(*next->value));
    next->value.reset();
    delete std::exchange(oldest_, next);
    state_.fetch_sub(1, std::memory_order_acq_rel);
    return value;
  }

  /// Lets nothing more in: whatever is pushed after this has returned is kClosed. What is in stays.
  void close() { state_.fetch_or(kClosedBit, std::memory_order_acq_rel); }
  [[nodiscard]] bool is_closed() const { return (state_.load(std::memory_order_acquire) & kClosedBit) != 0; }
  [[nodiscard]] std::size_t size() const { return state_.load(std::memory_order_acquire) & ~kClosedBit; }
  [[nodiscard]] std::size_t bound() const { return bound_; }

 private:
  static constexpr std::uint64_t kClosedBit = std::uint64_t{1} << 63;

  struct Cell {
    Cell(runtime::SyncHook* hook, const char* name) : next(hook, name, nullptr) {}
    runtime::Atomic<Cell*> next;
    std::optional<T> value;
  };

  [[nodiscard]] Cell* make_cell() {
    try {
      return new Cell(hook_, name_);
    } catch (...) {
      state_.fetch_sub(1, std::memory_order_acq_rel);
      throw;
    }
  }

  runtime::SyncHook* hook_;
  const char* name_;
  std::size_t bound_;
  /// How many are in, and whether more are let in.
  runtime::Atomic<std::uint64_t> state_;
  runtime::Atomic<Cell*> newest_;
  /// The consumer's: its value was taken.
  Cell* oldest_;
};

}  // namespace lockstep::locking
