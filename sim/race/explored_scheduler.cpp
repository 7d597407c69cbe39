// Spawning and joining for the node's code under the explorer.
#include "sim/race/explored_scheduler.h"

#include <utility>

namespace lockstep::race {
namespace {

class ExploredThread final : public runtime::Thread {
 public:
  ExploredThread(World& world, const race::Thread& thread) : world_(world), thread_(thread) {}
  ~ExploredThread() override {
    if (joined_) {
      return;
    }
    sim::Engine& engine = world_.engine();
    if (!engine.stopping()) {
      engine.fail(sim::FailureKind::kMisuse, "a thread is destroyed that was not joined");
      engine.stop_fiber(thread_.fiber);
    }
    engine.join(thread_.fiber);
  }
  ExploredThread(const ExploredThread&) = delete;
  ExploredThread& operator=(const ExploredThread&) = delete;

  void join() override {
    joined_ = true;
    world_.join(thread_);
  }

 private:
  World& world_;
  race::Thread thread_;
  bool joined_ = false;
};

}  // namespace

std::unique_ptr<runtime::Thread> ExploredScheduler::spawn(std::string name, std::function<void()> body) {
  return std::make_unique<ExploredThread>(world_,
                                          world_.spawn(world_.keep(std::move(name)), std::move(body)));
}

void ExploredScheduler::sleep_until(base::Instant deadline) {
  sim::Engine& engine = world_.engine();
  do {
    engine.sleep_until(time_.to_engine_time(deadline));
  } while (time_.to_engine_time(deadline) > engine.now());
}

void ExploredScheduler::yield() {
  world_.engine().yield();
}

runtime::HeldLocks& ExploredScheduler::held_locks() {
  LOCKSTEP_ASSERT_MSG(world_.engine().current(), "under the explorer there is no code outside threads");
  return world_.engine().current().fiber->held_locks;
}

}  // namespace lockstep::race
