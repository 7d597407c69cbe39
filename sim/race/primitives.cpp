// Taking, giving and waiting.
#include "sim/race/primitives.h"

#include <algorithm>

namespace lockstep::race {

using sim::MemoryOrder;
using sim::Operation;
using sim::OpKind;

void Mutex::take(Site site) {
  holder_ = world_.engine().current().fiber;
  if (!queue_.empty()) {
    world_.engine().shut(queue_);
  }
  world_.locked(id_, LockMode::kExclusive, site);
  sim::order::took(this, waiting_.name, false);
}

void Mutex::lock_at(Site site) {
  const Operation operation{OpKind::kLock, MemoryOrder::kAcquire, id_, site};
  if (world_.engine().contend(queue_, operation, waiting_, holder_ == nullptr)) {
    take(site);
  }
}

bool Mutex::try_lock_at(Site site) {
  world_.point(OpKind::kTryLock, id_, site);
  if (holder_ != nullptr) {
    return false;
  }
  take(site);
  return true;
}

void Mutex::unlock() noexcept {
  sim::Engine& engine = world_.engine();
  sim::Fiber* me = engine.current().fiber;
  if (holder_ != me) {
    if (!me->stopping) {
      engine.fail(sim::FailureKind::kMisuse,
                  std::string("mutex ") + waiting_.name + " is unlocked by a thread that does not hold it");
    }
    return;
  }
  sim::order::let_go(this, false);
  world_.unlocked(id_, LockMode::kExclusive);
  holder_ = nullptr;
  if (!queue_.empty()) {
    engine.open(queue_);
  }
}

void SharedMutex::take(Site site) {
  writer_ = world_.engine().current().fiber;
  world_.engine().shut(writers_queue_);
  world_.engine().shut(readers_queue_);
  world_.locked(id_, LockMode::kExclusive, site);
  sim::order::took(this, waiting_.name, false);
}

void SharedMutex::take_shared(Site site) {
  readers_.push_back(world_.engine().current().fiber);
  world_.engine().shut(writers_queue_);
  world_.locked(id_, LockMode::kShared, site);
  sim::order::took(this, waiting_.name, true);
}

void SharedMutex::lock_at(Site site) {
  const Operation operation{OpKind::kLock, MemoryOrder::kAcquire, id_, site};
  if (world_.engine().contend(writers_queue_, operation, waiting_, writer_ == nullptr && readers_.empty())) {
    take(site);
  }
}

void SharedMutex::lock_shared_at(Site site) {
  const Operation operation{OpKind::kLockShared, MemoryOrder::kAcquire, id_, site};
  if (world_.engine().contend(readers_queue_, operation, waiting_, writer_ == nullptr)) {
    take_shared(site);
  }
}

bool SharedMutex::try_lock_at(Site site) {
  world_.point(OpKind::kTryLock, id_, site);
  if (writer_ != nullptr || !readers_.empty()) {
    return false;
  }
  take(site);
  return true;
}

bool SharedMutex::try_lock_shared_at(Site site) {
  world_.point(OpKind::kTryLockShared, id_, site);
  if (writer_ != nullptr) {
    return false;
  }
  take_shared(site);
  return true;
}

bool SharedMutex::held_by_me() const {
  const sim::Fiber* me = world_.engine().current().fiber;
  return writer_ == me || std::find(readers_.begin(), readers_.end(), me) != readers_.end();
}

void SharedMutex::unlock() noexcept {
  sim::Engine& engine = world_.engine();
  sim::Fiber* me = engine.current().fiber;
  if (writer_ != me) {
    if (!me->stopping) {
      engine.fail(sim::FailureKind::kMisuse, std::string("shared mutex ") + waiting_.name +
                                                 " is unlocked by a thread that does not hold it");
    }
    return;
  }
  sim::order::let_go(this, false);
  world_.unlocked(id_, LockMode::kExclusive);
  writer_ = nullptr;
  engine.open(writers_queue_);
  engine.open(readers_queue_);
}

void SharedMutex::unlock_shared() noexcept {
  sim::Engine& engine = world_.engine();
  sim::Fiber* me = engine.current().fiber;
  const auto mine = std::find(readers_.begin(), readers_.end(), me);
  if (mine == readers_.end()) {
    if (!me->stopping) {
      engine.fail(sim::FailureKind::kMisuse, std::string("shared mutex ") + waiting_.name +
                                                 " is unlocked by a thread that does not share it");
    }
    return;
  }
  sim::order::let_go(this, true);
  world_.unlocked(id_, LockMode::kShared);
  readers_.erase(mine);
  if (readers_.empty()) {
    engine.open(writers_queue_);
  }
}

const char* const CondVar::kKind = "condition";

/// The mutex is released and the waiter queued in one step, so that no notification falls in between.
bool CondVar::wait_at(Mutex& mutex, const sim::Time* deadline, Site site) {
  world_.point(OpKind::kWait, id_, site);
  sim::Engine& engine = world_.engine();
  sim::Fiber& me = *engine.current().fiber;
  if (!me.stopping && mutex.holder_ != &me) {
    engine.fail(sim::FailureKind::kMisuse,
                std::string("condition ") + name_ + " is waited for without its mutex");
  }
  Waiter waiter;
  waiter.on = kKind;
  waiter.name = name_;
  waiter.mutex = &mutex;
  waiter.condition = this;
  waiter.turn = engine.turns();
  waiter.site = site;
  mutex.unlock();
  bool notified = true;
  if (deadline == nullptr) {
    engine.park_in(waiters_, waiter);
  } else {
    notified = engine.park_in_until(waiters_, waiter, *deadline) == sim::WakeUp::kUnparked;
  }
  if (me.queue == &mutex.queue_) {
    mutex.queue_.remove(me);
    me.queue = nullptr;
    me.waiting = nullptr;
    mutex.take(site);
  } else {
    mutex.lock_at(site);
  }
  return notified;
}

/// Lets a waiter stand before its mutex, where it can be chosen when that is free.
void CondVar::wake(sim::Fiber& fiber) {
  const auto& waiter = *static_cast<const Waiter*>(fiber.waiting);
  Mutex& mutex = *waiter.mutex;
  const Operation operation{OpKind::kLock, MemoryOrder::kAcquire, mutex.id_, waiter.site};
  world_.engine().move_to(fiber, mutex.queue_, operation, mutex.waiting_, mutex.holder_ == nullptr);
}

void CondVar::notify_at(bool all, Site site) {
  if (world_.engine().stopping()) {
    // Callers that cannot throw must not meet a point while they are unwound.
    return;
  }
  world_.point(all ? OpKind::kNotifyAll : OpKind::kNotifyOne, id_, site);
  sim::Engine& engine = world_.engine();
  if (engine.stopping()) {
    return;
  }
  Notice notice{world_.self(), all, 0xffffffff, site, engine.turns()};
  if (!waiters_.empty()) {
    sim::Fiber* first = waiters_.at(all ? 0 : world_.choose(waiters_.size()));
    notice.woke = first->id - 1;
    wake(*first);
  }
  while (all && !waiters_.empty()) {
    wake(*waiters_.front());
  }
  notices_.push_back(notice);
}

void Semaphore::take() {
  --permits_;
  if (permits_ == 0) {
    world_.engine().shut(queue_);
  }
  if (world_.races() != nullptr) {
    world_.races()->on_acquire(world_.self(), id_);
  }
  sim::order::acquire(this);
}

void Semaphore::acquire_at(Site site) {
  const Operation operation{OpKind::kAcquire, MemoryOrder::kAcquire, id_, site};
  if (world_.engine().contend(queue_, operation, waiting_, permits_ > 0)) {
    take();
  }
}

bool Semaphore::try_acquire_at(Site site) {
  world_.point(OpKind::kTryAcquire, id_, site);
  if (permits_ == 0) {
    return false;
  }
  take();
  return true;
}

void Semaphore::release_at(std::uint32_t permits, Site site) {
  world_.point(OpKind::kRelease, id_, site);
  if (world_.races() != nullptr && !world_.engine().stopping()) {
    world_.races()->on_release(world_.self(), id_);
  }
  sim::order::release(this);
  permits_ += permits;
  world_.engine().open(queue_);
}

}  // namespace lockstep::race
