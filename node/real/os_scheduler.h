// Threads of the operating system.
#pragma once

#include <string>
#include <utility>

#include "node/runtime/scheduler.h"

namespace lockstep::real {

/// Every spawn is a std::thread, named (cut to 15 bytes) for debuggers and `ps`. A thread that is destroyed
/// before it was joined, or a body that throws, ends the process.
class OsScheduler final : public runtime::Scheduler {
 public:
  OsScheduler() = default;
  /// Threads called `urgent` ask the system to prefer them to all others: they do little at a time, and what
  /// they do must not wait. Where the system does not let them they run as the others do.
  explicit OsScheduler(std::string urgent) : urgent_(std::move(urgent)) {}

  [[nodiscard]] std::unique_ptr<runtime::Thread> spawn(std::string name, std::function<void()> body) override;
  /// `deadline` counts from the origin of std::chrono::steady_clock.
  void sleep_until(base::Instant deadline) override;
  void yield() override;
  [[nodiscard]] runtime::HeldLocks& held_locks() override;

 private:
  std::string urgent_;
};

}  // namespace lockstep::real
