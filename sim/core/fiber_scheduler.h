// Threads for one node, as fibers: the simulated side of runtime::Scheduler.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/runtime/scheduler.h"
#include "sim/core/engine.h"
#include "sim/core/local_time.h"

namespace lockstep::sim {

/// A fiber as a runtime::Thread. Its destruction asserts that it was joined (fails the run if not), except
/// while its owner is unwound or outside run(): then it unwinds the fiber first.
class FiberThread final : public runtime::Thread {
 public:
  FiberThread(Engine& engine, FiberRef fiber) : engine_(engine), fiber_(fiber), index_(fiber.fiber->id - 1) {}
  ~FiberThread() override;
  void join() override;

 private:
  Engine& engine_;
  FiberRef fiber_;
  std::uint32_t index_;
  bool joined_ = false;
};

/// Starts the threads of one node as fibers on its lane.
class FiberScheduler final : public runtime::Scheduler {
 public:
  /// `engine` and `time` must outlive the scheduler and its threads.
  FiberScheduler(Engine& engine, Lane lane, const LocalTime& time)
      : engine_(engine), lane_(lane), time_(time) {}

  [[nodiscard]] std::unique_ptr<runtime::Thread> spawn(std::string name, std::function<void()> body) override;
  void sleep_until(base::Instant deadline) override;
  void yield() override;
  /// Outside fibers all callers share one record.
  [[nodiscard]] runtime::HeldLocks& held_locks() override;

 private:
  Engine& engine_;
  Lane lane_;
  const LocalTime& time_;
  runtime::HeldLocks outside_;
};

}  // namespace lockstep::sim
