// Threads of a run, and what detectors are told of them.
#include "sim/race/world.h"

#include <string_view>

namespace lockstep::race {

void World::reset() {
  objects_.clear();
  parents_.clear();
  names_.clear();
  started_.clear();
  if (!kept_.empty()) {
    kept_.clear();
  }
  parents_.push_back(0xffffffff);
  names_.push_back("main");
}

std::string thread_label(const std::vector<const char*>& names, const std::vector<std::uint32_t>& parents,
                         ThreadIndex thread) {
  if (thread >= names.size()) {
    return "thread " + std::to_string(thread);
  }
  const std::string_view name = names[thread];
  const std::uint32_t parent = parents[thread];
  std::size_t before = 0;
  for (ThreadIndex other = 0; other < thread; ++other) {
    before += parents[other] == parent && names[other] == name ? 1 : 0;
  }
  const bool is_named_by_parent = parent != 0 && parent < thread;
  return (is_named_by_parent ? thread_label(names, parents, parent) + "/" : "") + std::string(name) +
         (before == 0 ? "" : "#" + std::to_string(before + 1));
}

Thread World::started(const char* name, sim::FiberRef fiber) {
  const Thread thread{fiber, fiber.fiber->id - 1};
  started_by(self(), thread.index, name);
  started_.push_back(thread);
  return thread;
}

void World::started_by(ThreadIndex parent, ThreadIndex child, const char* name) {
  if (child >= parents_.size()) {
    parents_.resize(child + 1, 0xffffffff);
    names_.resize(child + 1, "");
  }
  parents_[child] = parent;
  names_[child] = name;
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
  tell(sim::Ordering::Kind::kJoined, thread.index);
  if (races_ != nullptr) {
    races_->on_join(self(), thread.index);
  }
  if (locks_ != nullptr) {
    locks_->on_join(self(), thread.index);
  }
}

void World::join_all() {
  for (std::size_t i = 0; i < started_.size(); ++i) {
    // A copy: whoever is waited for may start others.
    const Thread thread = started_[i];
    if (thread.index != self()) {
      join(thread);
    }
  }
}

void World::end_others() noexcept {
  if (!engine_.current() || self() != 0) {
    return;
  }
  if (engine_.strategy() != nullptr) {
    engine_.strategy()->close();
  }
  for (std::size_t i = 0; i < started_.size(); ++i) {
    engine_.stop_fiber(started_[i].fiber);
  }
  for (std::size_t i = 0; i < started_.size(); ++i) {
    engine_.join(started_[i].fiber);
  }
}

std::uint32_t World::choose(std::uint32_t bound) {
  LOCKSTEP_ASSERT(bound > 0);
  return engine_.strategy() == nullptr ? 0 : engine_.strategy()->choose_value(bound);
}

void World::tell(sim::Ordering::Kind kind, std::uint32_t what) {
  if (engine_.strategy() != nullptr) {
    engine_.strategy()->order(kind, *engine_.current().fiber, what);
  }
}

void World::locked(sim::ObjectId lock, LockMode mode, Site site) {
  tell(mode == LockMode::kShared ? sim::Ordering::Kind::kTookShared : sim::Ordering::Kind::kTook, lock);
  if (races_ != nullptr) {
    races_->on_lock(self(), lock, mode);
  }
  if (locks_ != nullptr) {
    locks_->on_lock(self(), engine_.current().fiber->name.c_str(), lock, objects_[lock - 1].name, mode, site);
  }
}

void World::unlocked(sim::ObjectId lock, LockMode mode) {
  tell(sim::Ordering::Kind::kGaveBack, lock);
  if (races_ != nullptr) {
    races_->on_unlock(self(), lock, mode);
  }
  if (locks_ != nullptr) {
    locks_->on_unlock(self(), lock, mode);
  }
}

}  // namespace lockstep::race
