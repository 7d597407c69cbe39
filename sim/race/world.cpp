// Threads of a run, and what detectors are told of them.
#include "sim/race/world.h"

namespace lockstep::race {

void World::reset() {
  objects_.clear();
  parents_.clear();
  parents_.push_back(0xffffffff);
}

Thread World::started(sim::FiberRef fiber) {
  const Thread thread{fiber, fiber.fiber->id - 1};
  started_by(self(), thread.index);
  return thread;
}

void World::started_by(ThreadIndex parent, ThreadIndex child) {
  if (child >= parents_.size()) {
    parents_.resize(child + 1, 0xffffffff);
  }
  parents_[child] = parent;
  if (races_ != nullptr) {
    races_->on_fork(parent, child);
  }
  if (locks_ != nullptr) {
    locks_->on_fork(parent, child);
  }
}

void World::join(const Thread& thread) {
  engine_.join(thread.fiber);
  if (engine_.stopping()) {
    return;
  }
  if (races_ != nullptr) {
    races_->on_join(self(), thread.index);
  }
  if (locks_ != nullptr) {
    locks_->on_join(self(), thread.index);
  }
}

std::uint32_t World::choose(std::uint32_t bound) {
  LOCKSTEP_ASSERT(bound > 0);
  return engine_.strategy() == nullptr ? 0 : engine_.strategy()->choose_value(bound);
}

void World::locked(sim::ObjectId lock, LockMode mode, Site site) {
  if (races_ != nullptr) {
    races_->on_lock(self(), lock, mode);
  }
  if (locks_ != nullptr) {
    locks_->on_lock(self(), engine_.current().fiber->name.c_str(), lock, objects_[lock - 1].name, mode, site);
  }
}

void World::unlocked(sim::ObjectId lock, LockMode mode) {
  if (races_ != nullptr) {
    races_->on_unlock(self(), lock, mode);
  }
  if (locks_ != nullptr) {
    locks_->on_unlock(self(), lock, mode);
  }
}

}  // namespace lockstep::race
