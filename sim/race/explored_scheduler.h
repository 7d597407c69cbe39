// The node's own threads under the explorer.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/runtime/scheduler.h"
#include "sim/core/local_time.h"
#include "sim/race/world.h"

namespace lockstep::race {

/// Starts the explorer's threads for code that knows runtime::Scheduler. Lives for one run.
class ExploredScheduler final : public runtime::Scheduler {
 public:
  /// Both must outlive the scheduler and its threads.
  ExploredScheduler(World& world, const sim::LocalTime& time) : world_(world), time_(time) {}

  /// The thread is joined before it is destroyed; if not, the run fails.
  [[nodiscard]] std::unique_ptr<runtime::Thread> spawn(std::string name, std::function<void()> body) override;
  void sleep_until(base::Instant deadline) override;
  void yield() override;
  [[nodiscard]] runtime::HeldLocks& held_locks() override;

 private:
  World& world_;
  const sim::LocalTime& time_;
};

}  // namespace lockstep::race
