// Threads that end when what they use breaks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "node/base/time.h"
#include "node/runtime/scheduler.h"

namespace lockstep::scenarios::races {

/// Ends the thread that meets it, as a broken socket would.
struct Broken {};

/// Lets a thread end when it meets what is broken, as the operating system's do when nobody looks at how.
class Unsupervised final : public runtime::Scheduler {
 public:
  /// `scheduler` must outlive it.
  explicit Unsupervised(runtime::Scheduler& scheduler) : scheduler_(scheduler) {}
  std::unique_ptr<runtime::Thread> spawn(std::string name, std::function<void()> body) override {
    return scheduler_.spawn(std::move(name), [run = std::move(body)] {
      try {
        run();
      } catch (const Broken&) {
      }
    });
  }
  void sleep_until(base::Instant deadline) override { scheduler_.sleep_until(deadline); }
  void yield() override { scheduler_.yield(); }
  runtime::HeldLocks& held_locks() override { return scheduler_.held_locks(); }

 private:
  runtime::Scheduler& scheduler_;
};

}  // namespace lockstep::scenarios::races
