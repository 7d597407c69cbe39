// The threads that help the chain's with the signatures of votes that are tried again.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "node/chain/checks.h"
#include "node/locking/wake_up.h"
#include "node/locking/work_lanes.h"
#include "node/runtime/atomic.h"
#include "node/runtime/runtime.h"

namespace lockstep::node {

/// Decides batches of checks on threads of its own, `verify-0` and so on, and on the caller's, which takes
/// its share and waits for the rest. The threads start with the first batch that is worth it. What a thread
/// that ends had taken is decided by the caller: no batch is lost with it.
class VerifyPool {
 public:
  /// Batches of fewer checks stay with the caller: others would have to be woken for them.
  static constexpr std::size_t kBatchMin = 4;
  static constexpr std::size_t kThreadsMax = 64;

  /// Everything referred to outlives it. `listener` is notified when a thread ends. With no `threads` all is
  /// done by the caller.
  VerifyPool(const runtime::Runtime& runtime, const chain::Decider& decider, locking::WakeUp& listener,
             std::size_t threads);

  /// Gives the checks back, all decided. One caller at a time. What they borrow must last until join(): when
  /// the caller is unwound in here, others may still be at it.
  [[nodiscard]] std::vector<chain::Check> decide_all(std::vector<chain::Check> checks);

  /// Asks the threads to end once nothing waits. What is asked from then on is done by the caller. Any
  /// thread.
  void close();
  /// Waits until the threads have ended. Requires: close() was called and decide_all() is called no more.
  void join();
  [[nodiscard]] const locking::LockTimes& lock_times() const { return shares_.times(); }
  /// The name of a thread that has ended, if one has; lives as long as the pool. Any thread.
  [[nodiscard]] const char* ended_thread() const;

 private:
  struct Batch {
    Batch(runtime::SyncHook* sync, std::vector<chain::Check> all)
        : checks(std::move(all)), open(sync, "open shares", 0) {}
    std::vector<chain::Check> checks;
    /// Shares that were handed out and are not over.
    runtime::Atomic<std::size_t> open;
  };
  /// Some checks of a batch, in a row; keeps the batch although whoever waits for it may be gone.
  struct Share {
    std::shared_ptr<Batch> batch;
    std::span<chain::Check> checks;
  };

  struct Member {
    Member(runtime::SyncHook* sync, std::size_t number)
        : name("verify-" + std::to_string(number)), ended(sync, "verifier has ended") {}
    std::string name;
    runtime::Atomic<bool> ended;
    std::unique_ptr<runtime::Thread> thread;
  };

  void start();
  void run(Member& member);
  void hand_out(const std::shared_ptr<Batch>& batch);
  void do_share(const Share& share);

  runtime::Runtime runtime_;
  chain::Decider decider_;
  locking::WakeUp& listener_;
  std::vector<std::unique_ptr<Member>> members_;
  bool was_started_ = false;
  locking::WorkLanes<Share, 1> shares_;
  /// Rung when the last share of a batch is over.
  locking::WakeUp done_;
};

}  // namespace lockstep::node
