// One run of something at a time, and never a request that no later run answers.
#pragma once

#include <cstdint>

#include "node/locking/tiered_lock.h"

namespace lockstep::locking {

/// Decides who runs a piece of work that many ask for: the first who asks does, the others leave word. Every
/// request is followed by the beginning of a run. Thread-safe.
class SingleFlight {
 public:
  /// Arguments as for TieredMutex.
  SingleFlight(const LockSeams& seams, Tier tier, const char* name) : mutex_(seams, tier, name) {}

  /// Asks for a run. True: the caller is to run, and to ask finish() after each run; false: somebody runs
  /// and will run again.
  [[nodiscard]] bool request(const char* site) {
    const Hold hold = mutex_.hold(site);
    if (state_ == State::kIdle) {
      state_ = State::kRunning;
      return true;
    }
    state_ = State::kAskedAgain;
    return false;
  }
  /// Called by the runner after a run: whether it is to run once more. Asking and going idle are one step.
  [[nodiscard]] bool finish(const char* site) {
    const Hold hold = mutex_.hold(site);
    const bool again = state_ == State::kAskedAgain;
    state_ = again ? State::kRunning : State::kIdle;
    return again;
  }

  [[nodiscard]] const LockTimes& times() const { return mutex_.times(); }

 private:
  enum class State : std::uint8_t { kIdle, kRunning, kAskedAgain };
  TieredMutex mutex_;
  State state_ = State::kIdle;
};

}  // namespace lockstep::locking
