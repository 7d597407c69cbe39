// A simulated thread: its record, the names by which others refer to it, and the queues in which it waits.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "node/runtime/held_locks.h"
#include "sim/core/context.h"
#include "sim/core/event_queue.h"
#include "sim/core/operation.h"
#include "sim/core/stack_pool.h"
#include "sim/core/trace_tree.h"

namespace lockstep::sim {

class Engine;
struct Fiber;

/// Refers to a fiber; harmless after that has ended, even when its record serves another.
struct FiberRef {
  Fiber* fiber = nullptr;
  std::uint32_t generation = 0;

  [[nodiscard]] explicit operator bool() const { return fiber != nullptr; }
  friend bool operator==(const FiberRef&, const FiberRef&) = default;
};

/// Why a fiber is parked, for reports. Lives as long as the wait: usually in the frame of the waiter.
struct Waiting {
  /// What kind of thing it waits for, as a string literal: "mutex", "sleep", "message".
  const char* on = "";
  /// Which one, where that has a name; may be null.
  const char* name = nullptr;
  /// Where the fiber that holds it is noted, where somebody holds it; may be null.
  Fiber* const* holder = nullptr;
  /// Where those are noted that all must let go of it first, where it can be shared; may be null.
  const std::vector<Fiber*>* sharers = nullptr;
};

/// Fibers that wait for one thing, in the order in which they came. A fiber is in at most one queue.
class WaitQueue {
 public:
  [[nodiscard]] bool empty() const { return head_ == nullptr; }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] Fiber* front() const { return head_; }
  /// The waiter with `index` others before it. Requires: index < size().
  [[nodiscard]] Fiber* at(std::uint32_t index) const;
  void push_back(Fiber& fiber);
  void push_front(Fiber& fiber);
  void remove(Fiber& fiber);

 private:
  Fiber* head_ = nullptr;
  Fiber* tail_ = nullptr;
  std::uint32_t size_ = 0;
};

enum class FiberState : std::uint8_t { kFree, kRunnable, kRunning, kParked };

/// The engine's record of one fiber; only sim/core writes it. The first cache line is what a switch touches.
struct alignas(64) Fiber {
  Context context;
  std::uint32_t id = 0;
  Lane lane = kWorldLane;
  std::uint32_t generation = 0;
  FiberState state = FiberState::kFree;
  bool stopping = false;
  bool timed_out = false;
  /// `timer` is pending.
  bool timed = false;
  const Waiting* waiting = nullptr;
  Fiber* next = nullptr;
  Fiber* previous = nullptr;

  WaitQueue* queue = nullptr;
  /// What it does next, told at its last scheduling point.
  Operation op;
  static constexpr std::uint32_t kNotReady = 0xffffffff;
  /// Its place among those that a Strategy may choose from.
  std::uint32_t ready_slot = kNotReady;
  Engine* engine = nullptr;
  EventId timer;
  std::uint32_t stop_attempts = 0;
  ContextInfo info;
  Stack stack;
  WaitQueue joiners;
  std::string name;
  std::function<void()> body;
  /// What the node's locks note about the thread.
  runtime::HeldLocks held_locks;
};

}  // namespace lockstep::sim
