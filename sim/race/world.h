// What a test body sees: threads, choices and time of one explored run.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/engine.h"
#include "sim/race/lock_graph.h"
#include "sim/race/race_detector.h"

namespace lockstep::race {

class World;

/// What is explored: called once for each schedule, as the thread "main". Whatever it shares with the threads
/// that it starts must be created anew in each call.
using Body = std::function<void(World&)>;

/// A thread of a run. Plain data; joining is optional, a run ends when all its threads have.
struct Thread {
  sim::FiberRef fiber;
  ThreadIndex index = 0;
};

/// An object that threads operate on, as reports name it.
struct ObjectInfo {
  /// "mutex", "atomic", …
  const char* kind = "";
  const char* name = "";
  /// Which thread made it.
  ThreadIndex creator = 0;
};

/// A thread's name, behind the label of the one that started it when that is not the first, and with its
/// number among those of that name whom the same one started, when it is not the first: "setter#2",
/// "pool/worker". What other threads start does not change it.
[[nodiscard]] std::string thread_label(const std::vector<const char*>& names,
                                       const std::vector<std::uint32_t>& parents, ThreadIndex thread);

/// One explored run as its body sees it; also where primitives tell what they do. Operations are scheduling
/// points before they take effect. Belongs to one OS thread.
class World {
 public:
  World(sim::Engine& engine, RaceDetector* races, LockGraph* locks)
      : engine_(engine), races_(races), locks_(locks) {}
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Starts a thread; `name` need not be unique and outlives the run.
  template <typename F>
  Thread spawn(const char* name, F body) {
    return started(name, engine_.spawn(name, sim::kWorldLane, std::function<void()>(std::move(body))));
  }
  /// Waits for the end of `thread`.
  void join(const Thread& thread);
  /// Waits for the ends of all threads that the body has started so far.
  void join_all();
  /// Lets others come first, if any can.
  void yield() { point(sim::OpKind::kYield, 0, 0); }
  /// Lets virtual time pass.
  void sleep_for(base::Duration time) { engine_.sleep_until(engine_.now() + time); }
  [[nodiscard]] base::Instant now() const { return base::Instant(engine_.now().time_since_epoch()); }
  /// A choice of the schedule, one of [0, bound): an input, a fault. Requires: bound > 0.
  [[nodiscard]] std::uint32_t choose(std::uint32_t bound);
  /// Fails the run with `sentence`, which says what was found; the calling thread goes on to its next point.
  void fail(const std::string& sentence) { engine_.fail(sim::FailureKind::kException, sentence); }

  // For primitives, and for whoever brings in other programs' operations.

  /// The next number; names live as long as the run's report.
  [[nodiscard]] sim::ObjectId add_object(const char* kind, const char* name) {
    objects_.push_back({kind, name, engine_.current() ? self() : 0});
    return static_cast<sim::ObjectId>(objects_.size());
  }
  void point(sim::OpKind kind, sim::ObjectId object, Site site,
             sim::MemoryOrder order = sim::MemoryOrder::kSeqCst) {
    engine_.point(sim::Operation{kind, order, object, site});
  }
  /// A copy of `name` that lives as long as the run's report.
  [[nodiscard]] const char* keep(std::string name) { return kept_.emplace_back(std::move(name)).c_str(); }
  /// The calling thread.
  [[nodiscard]] ThreadIndex self() const { return engine_.current().fiber->id - 1; }
  void locked(sim::ObjectId lock, LockMode mode, Site site);
  void unlocked(sim::ObjectId lock, LockMode mode);
  void started_by(ThreadIndex parent, ThreadIndex child, const char* name);
  /// By thread_label().
  [[nodiscard]] std::string label(ThreadIndex thread) const { return thread_label(names_, parents_, thread); }
  [[nodiscard]] sim::Engine& engine() { return engine_; }
  /// Null when data races are not looked for.
  [[nodiscard]] RaceDetector* races() { return races_; }
  /// What the detector knows an object's bytes by.
  [[nodiscard]] static std::uint64_t address_of(sim::ObjectId object) { return std::uint64_t{object} * 64; }
  [[nodiscard]] const std::vector<ObjectInfo>& objects() const { return objects_; }
  /// Which thread started which; ~0 for the first.
  [[nodiscard]] const std::vector<std::uint32_t>& parents() const { return parents_; }
  /// Called by what threads share when it goes out of scope: if an exception ends the body, all other threads
  /// end first, so that none meets what is gone.
  void settle() noexcept {
    if (std::uncaught_exceptions() != 0) [[unlikely]] {
      end_others();
    }
  }
  /// Begins a run.
  void reset();

 private:
  void end_others() noexcept;
  void tell(sim::Ordering::Kind kind, std::uint32_t what);
  Thread started(const char* name, sim::FiberRef fiber);

  sim::Engine& engine_;
  RaceDetector* races_;
  LockGraph* locks_;
  std::vector<ObjectInfo> objects_;
  std::vector<std::uint32_t> parents_;
  std::vector<const char*> names_;
  std::vector<Thread> started_;
  std::deque<std::string> kept_;
};

/// Declared last among what a body shares, when that is not made of this room's primitives: if an exception
/// ends the body, all other threads end first.
class Settled {
 public:
  explicit Settled(World& world) : world_(world) {}
  ~Settled() { world_.settle(); }
  Settled(const Settled&) = delete;
  Settled& operator=(const Settled&) = delete;

 private:
  World& world_;
};

}  // namespace lockstep::race
