// Worlds for parts that several threads use: OS threads once, or fibers over many schedules.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "node/locking/tiered_lock.h"

namespace lockstep::test {

/// What a story about threads is given.
class LockWorld {
 public:
  using Threads = std::vector<std::pair<std::string, std::function<void()>>>;

  LockWorld(const locking::LockSeams& seams, bool is_real) : seams_(seams), is_real_(is_real) {}

  [[nodiscard]] const locking::LockSeams& seams() const { return seams_; }
  [[nodiscard]] bool is_real() const { return is_real_; }
  /// Runs threads beside one another and returns when all have ended.
  void beside(const Threads& threads);
  /// Another thread may get ahead here.
  void pause() { seams_.scheduler.yield(); }

 private:
  locking::LockSeams seams_;
  bool is_real_;
};

using Story = std::function<void(LockWorld&)>;

/// Tells the story on OS threads.
void on_threads(const Story& story);
/// Tells it as fibers with the schedule of `seed`. Returns what went wrong: a failure, or who is stuck.
[[nodiscard]] std::string on_fibers(std::uint64_t seed, const Story& story);
/// Tells it under the race explorer, which picks where threads lose their turn; what it found, or nothing.
[[nodiscard]] std::string explored(std::uint64_t schedules, const Story& story);
/// Tells it on OS threads a few times and on fibers with `schedules` schedules; all must end well.
void in_all_worlds(std::uint64_t schedules, const Story& story);

}  // namespace lockstep::test
