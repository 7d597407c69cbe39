// Blocking fibers on mutexes and condition variables.
#include "sim/core/fiber_sync.h"

#include <string>

namespace lockstep::sim {
namespace {

/// How many turns a fiber that is being unwound leaves the holder of a lock before it goes on without.
constexpr int kPatience = 64;

}  // namespace

FiberSync::State* FiberSync::state_of(std::uintptr_t slot) {
  return reinterpret_cast<State*>(
      slot);  // NOLINT(performance-no-int-to-ptr): the slot is the hook's own word
}

FiberSync::State& FiberSync::open(std::uintptr_t& slot) {
  if (slot == 0) {
    if (free_.empty()) {
      free_.push_back(&states_.emplace_back());
      // So that giving states back, in unlock(), never has to allocate.
      if (free_.capacity() < states_.size()) {
        free_.reserve(2 * states_.size());
      }
    }
    slot = reinterpret_cast<std::uintptr_t>(free_.back());
    free_.pop_back();
  }
  return *state_of(slot);
}

void FiberSync::close_if_unused(std::uintptr_t& slot) noexcept {
  State* state = state_of(slot);
  if (state->holder == nullptr && state->users == 0) {
    free_.push_back(state);
    slot = 0;
  }
}

Fiber* FiberSync::self() {
  const FiberRef current = engine_.current();
  return current ? current.fiber : &outside_;
}

void FiberSync::lock(runtime::Mutex& mutex) {
  engine_.schedule_point();
  acquire(mutex, self());
}

void FiberSync::acquire(runtime::Mutex& mutex, Fiber* me) {
  State& state = open(mutex.slot);
  if (state.holder == nullptr) [[likely]] {
    state.holder = me;
    return;
  }
  LOCKSTEP_ASSERT_MSG(state.holder != me || me->stopping, mutex.name());
  LOCKSTEP_ASSERT_MSG(me != &outside_, "a lock that is held cannot be waited for outside fibers");
  const Waiting waiting{"mutex", mutex.name(), &state.holder};
  ++state.users;
  for (int patience = kPatience; state.holder != nullptr;) {
    if (me->stopping) {
      if (state.holder == me || patience-- == 0) {
        break;
      }
      me->state = FiberState::kRunnable;
      engine_.runnable_.push(me);
      engine_.switch_away(*me);
      continue;
    }
    engine_.fail_if_circle(*me, waiting);
    state.waiters.push_back(*me);
    me->queue = &state.waiters;
    engine_.block(*me, waiting);
  }
  --state.users;
  if (state.holder == nullptr) {
    state.holder = me;
  }
}

bool FiberSync::try_lock(runtime::Mutex& mutex) {
  engine_.schedule_point();
  State& state = open(mutex.slot);
  if (state.holder != nullptr) {
    return false;
  }
  state.holder = self();
  return true;
}

void FiberSync::unlock(runtime::Mutex& mutex) noexcept {
  Fiber* me = self();
  State* state = state_of(mutex.slot);
  if (state == nullptr || state->holder != me) {
    if (!me->stopping) {
      engine_.fail(FailureKind::kMisuse,
                   std::string("mutex ") + mutex.name() + " is unlocked by a thread that does not hold it");
    }
    return;
  }
  state->holder = nullptr;
  engine_.wake_one(state->waiters);
  close_if_unused(mutex.slot);
}

void FiberSync::wait(runtime::CondVar& cond, runtime::Mutex& mutex) {
  wait_in(cond, mutex, nullptr);
}

bool FiberSync::wait_until(runtime::CondVar& cond, runtime::Mutex& mutex, base::Instant deadline) {
  return wait_in(cond, mutex, &deadline);
}

/// Waits with or without a deadline; false when that passed first. The mutex is released and the waiter
/// queued without a scheduling point in between, so that no notification falls into a gap.
bool FiberSync::wait_in(runtime::CondVar& cond, runtime::Mutex& mutex, const base::Instant* deadline) {
  LOCKSTEP_ASSERT_MSG(engine_.current(), "a condition cannot be waited for outside fibers");
  engine_.schedule_point();
  Fiber& me = *self();
  if (me.stopping) {
    engine_.on_stop(me);
    return false;
  }
  LOCKSTEP_ASSERT_MSG(mutex.slot != 0 && state_of(mutex.slot)->holder == &me, mutex.name());
  State& state = open(cond.slot);
  const Waiting waiting{"condition", cond.name(), nullptr};
  ++state.users;
  unlock(mutex);
  bool notified = true;
  do {
    state.waiters.push_back(me);
    me.queue = &state.waiters;
    if (deadline == nullptr) {
      engine_.block(me, waiting);
    } else {
      notified = engine_.block_until(me, waiting, time_.to_engine_time(*deadline)) == WakeUp::kUnparked;
    }
  } while (!notified && time_.to_engine_time(*deadline) > engine_.now());
  --state.users;
  close_if_unused(cond.slot);
  acquire(mutex, &me);
  engine_.check_stop(me);
  return notified;
}

void FiberSync::notify_one(runtime::CondVar& cond) noexcept {
  if (cond.slot != 0) {
    engine_.wake_one(state_of(cond.slot)->waiters);
  }
}

void FiberSync::notify_all(runtime::CondVar& cond) noexcept {
  if (cond.slot != 0) {
    engine_.wake_all(state_of(cond.slot)->waiters);
  }
}

}  // namespace lockstep::sim
