// Blocking fibers on locks that can be shared.
#include <algorithm>

#include "sim/core/fiber_sync.h"

namespace lockstep::sim {
namespace {

bool among(const std::vector<Fiber*>& fibers, const Fiber* fiber) {
  return std::find(fibers.begin(), fibers.end(), fiber) != fibers.end();
}

}  // namespace

bool FiberSync::try_lock(runtime::SharedMutex& mutex) {
  point(OpKind::kTryLock, mutex.number);
  return try_take(mutex);
}

bool FiberSync::try_take(runtime::SharedMutex& mutex) {
  SharedState& state = shared_.open(mutex.slot);
  if (state.writer != nullptr || !state.readers.empty()) {
    return false;
  }
  state.writer = state.awaited = self();
  order::took(&mutex, mutex.name(), false);
  tell(Ordering::Kind::kTook, mutex.number);
  return true;
}

void FiberSync::lock(runtime::SharedMutex& mutex) {
  point(OpKind::kLock, mutex.number);
  if (try_take(mutex)) {
    return;
  }
  SharedState& state = shared_.open(mutex.slot);
  Fiber& me = *self();
  LOCKSTEP_ASSERT_MSG(&me != &outside_, "a lock that is held cannot be waited for outside fibers");
  LOCKSTEP_ASSERT_MSG(state.writer != &me || me.stopping, mutex.name());
  const Waiting waiting{"shared mutex", mutex.name(), &state.writer, &state.readers};
  ++state.users;
  ++state.writers_coming;
  int patience = kPatience;
  while (state.writer != nullptr || !state.readers.empty()) {
    if (state.awaited == nullptr) {
      state.awaited = &me;
    }
    if (!wait_for_lock(me, state.waiting_writers, waiting, patience)) {
      break;
    }
  }
  stop_coming(state);
  if (state.writer == nullptr && state.readers.empty()) {
    state.writer = state.awaited = &me;
    order::took(&mutex, mutex.name(), false);
    tell(Ordering::Kind::kTook, mutex.number);
  }
}

/// A writer has got in, or given up: readers that waited for it alone may look again.
void FiberSync::stop_coming(SharedState& state) {
  --state.users;
  --state.writers_coming;
  if (state.writer == nullptr) {
    state.awaited = state.waiting_writers.front();
  }
  if (state.writers_coming == 0 && !state.readers.empty()) {
    engine_.wake_all(state.waiting_readers);
  }
}

void FiberSync::unlock(runtime::SharedMutex& mutex) noexcept {
  SharedState* state = shared_.at(mutex.slot);
  if (state == nullptr || state->writer != self()) {
    misused("shared mutex", mutex.name());
    return;
  }
  order::let_go(&mutex, false);
  state->writer = nullptr;
  ++state->writers_gone;
  tell(Ordering::Kind::kGaveBack, mutex.number);
  engine_.wake_one(state->waiting_writers);
  engine_.wake_all(state->waiting_readers);
  state->awaited = state->waiting_writers.front();
  shared_.close_if_unused(mutex.slot);
}

bool FiberSync::try_lock_shared(runtime::SharedMutex& mutex) {
  point(OpKind::kTryLockShared, mutex.number);
  return try_take_shared(mutex);
}

bool FiberSync::try_take_shared(runtime::SharedMutex& mutex) {
  SharedState& state = shared_.open(mutex.slot);
  LOCKSTEP_ASSERT_MSG(!among(state.readers, self()) || self()->stopping, mutex.name());
  if (state.writer != nullptr || state.writers_coming > 0) {
    return false;
  }
  state.readers.push_back(self());
  order::took(&mutex, mutex.name(), true);
  tell(Ordering::Kind::kTookShared, mutex.number);
  return true;
}

void FiberSync::lock_shared(runtime::SharedMutex& mutex) {
  point(OpKind::kLockShared, mutex.number);
  if (try_take_shared(mutex)) {
    return;
  }
  SharedState& state = shared_.open(mutex.slot);
  Fiber& me = *self();
  LOCKSTEP_ASSERT_MSG(&me != &outside_, "a lock that is held cannot be waited for outside fibers");
  LOCKSTEP_ASSERT_MSG(state.writer != &me || me.stopping, mutex.name());
  const Waiting waiting{"shared mutex", mutex.name(), &state.awaited, nullptr};
  const std::uint64_t gone = state.writers_gone;
  ++state.users;
  int patience = kPatience;
  bool given_up = false;
  while (!given_up && (state.writer != nullptr || (state.writers_coming > 0 && state.writers_gone == gone))) {
    given_up = !wait_for_lock(me, state.waiting_readers, waiting, patience);
  }
  --state.users;
  if (state.writer == nullptr && !given_up) {
    state.readers.push_back(&me);
    order::took(&mutex, mutex.name(), true);
    tell(Ordering::Kind::kTookShared, mutex.number);
  }
}

void FiberSync::unlock_shared(runtime::SharedMutex& mutex) noexcept {
  SharedState* state = shared_.at(mutex.slot);
  const auto mine = state == nullptr ? std::vector<Fiber*>::iterator{}
                                     : std::find(state->readers.begin(), state->readers.end(), self());
  if (state == nullptr || mine == state->readers.end()) {
    misused("shared mutex", mutex.name());
    return;
  }
  order::let_go(&mutex, true);
  state->readers.erase(mine);
  tell(Ordering::Kind::kGaveBack, mutex.number);
  if (state->readers.empty()) {
    engine_.wake_one(state->waiting_writers);
  }
  shared_.close_if_unused(mutex.slot);
}

}  // namespace lockstep::sim
