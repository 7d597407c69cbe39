// What the compiler's calls around memory accesses know: the fiber that runs, its call path, the detector.
//
// This room is the runtime beneath programs whose code was compiled with -fsanitize=thread and which run in
// simulated worlds: it is a shared library that stands where ThreadSanitizer's would. Only fibers are looked
// at. What the functions of sim/ do is the world's business, not the node's: while one of them is on a
// fiber's stack (the compiler tells with -finstrument-functions), nothing that the fiber does is looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "sim/core/order.h"
#include "sim/race/flat_map.h"
#include "sim/race/race_detector.h"

namespace lockstep::watch {

/// A way from a fiber's first function to where it is: nodes of one tree, told by number; 0 is the root.
class CallPaths {
 public:
  struct Node {
    std::uint32_t parent = 0;
    /// Where the parent called, from the program's beginning.
    std::uint32_t caller = 0;
    std::uint32_t last_caller = 0;
    std::uint32_t last_child = 0;
  };

  CallPaths() : nodes_(1) {}
  [[nodiscard]] std::uint32_t child(std::uint32_t node, std::uint32_t caller) {
    Node& from = nodes_[node];
    if (from.last_caller == caller) [[likely]] {
      return from.last_child;
    }
    return find_child(node, caller);
  }
  /// Where the functions on the way were called, the innermost first.
  [[nodiscard]] std::vector<std::uint32_t> callers(std::uint32_t node) const;

 private:
  [[nodiscard]] std::uint32_t find_child(std::uint32_t node, std::uint32_t caller);

  std::vector<Node> nodes_;
  race::FlatMap children_;
};

inline constexpr std::uint32_t kMostFrames = 1024;

/// One fiber, or the world around them.
struct Thread {
  race::ThreadIndex index = 0;
  /// Functions of the world on its stack; above 0 nothing is looked at.
  std::uint32_t away = 0;
  std::uint32_t depth = 0;
  /// Its call path after each call; deeper calls than there is room for are taken for the deepest.
  std::uint32_t path[kMostFrames] = {};
};

/// In Thread::away: for as long as it lives.
inline constexpr std::uint32_t kForGood = 0x40000000;

/// Everything there is.
struct Watch {
  race::RaceDetector detector;
  CallPaths paths;
  /// Its index is 0, and it knows what ended fibers did.
  Thread world;
  std::deque<Thread> threads;
  std::vector<Thread*> free_threads;
  race::ThreadIndex next_index = 1;
  std::uint32_t alive = 0;
  /// By index; those of threads that have ended, too.
  std::vector<std::string> names;
  /// Names of locks, by address.
  race::FlatMap lock_numbers;
  std::vector<const char*> lock_names;
};

/// Who hears of races.
struct Listener {
  sim::order::Hearing hearing = nullptr;
  void* who = nullptr;
};

/// Null until the first fiber. Never destroyed: memory is freed to the very end of the process.
extern Watch* watch;
/// The fiber that runs on this OS thread; null: none does, or this is no engine's thread.
extern thread_local Thread* me [[gnu::tls_model("initial-exec")]];
/// This room is at work: what it does itself is not looked at.
extern thread_local bool busy [[gnu::tls_model("initial-exec")]];
/// This OS thread runs an engine.
extern thread_local bool engine_thread [[gnu::tls_model("initial-exec")]];
/// Where the program was loaded.
extern std::uintptr_t program_base;
extern Listener listener;

/// For as long as this room is at work.
class Busy {
 public:
  Busy() : was_(busy) { busy = true; }
  ~Busy() { busy = was_; }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  bool was_;
};

/// Whether what happens is to be looked at.
[[nodiscard]] inline bool watched() {
  return me != nullptr && me->away == 0 && !busy;
}

/// A place: call path and program counter.
[[nodiscard]] inline race::Site site_at(const void* pc) {
  const auto offset = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pc) - program_base);
  const std::uint32_t depth = me->depth < kMostFrames ? me->depth : kMostFrames;
  return (static_cast<race::Site>(depth == 0 ? 0 : me->path[depth - 1]) << 32) | offset;
}

/// Tells the listener of the detector's latest race.
void tell_race();

[[nodiscard]] inline std::uint64_t number_of(const volatile void* address) {
  return reinterpret_cast<std::uintptr_t>(address);
}

}  // namespace lockstep::watch
