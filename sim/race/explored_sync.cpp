// Handing the node's operations on to the explorer's primitives.
#include "sim/race/explored_sync.h"

#include "sim/core/order.h"

namespace lockstep::race {
namespace {

/// What a slot word refers to; made by `make` at the first use, which keeps its address.
template <typename T, typename F>
T& at(std::uintptr_t& slot, F&& make) {
  if (slot == 0) {
    slot = reinterpret_cast<std::uintptr_t>(&make());
  }
  return *reinterpret_cast<T*>(slot);  // NOLINT(performance-no-int-to-ptr): the slot is the hook's own word
}

sim::MemoryOrder order_of(std::memory_order order) {
  switch (order) {
    case std::memory_order_relaxed:
      return sim::MemoryOrder::kRelaxed;
    case std::memory_order_consume:
      return sim::MemoryOrder::kConsume;
    case std::memory_order_acquire:
      return sim::MemoryOrder::kAcquire;
    case std::memory_order_release:
      return sim::MemoryOrder::kRelease;
    case std::memory_order_acq_rel:
      return sim::MemoryOrder::kAcqRel;
    case std::memory_order_seq_cst:
      break;
  }
  return sim::MemoryOrder::kSeqCst;
}

sim::OpKind kind_of(runtime::AtomicKind kind) {
  switch (kind) {
    case runtime::AtomicKind::kLoad:
      return sim::OpKind::kAtomicLoad;
    case runtime::AtomicKind::kStore:
      return sim::OpKind::kAtomicStore;
    case runtime::AtomicKind::kReadModifyWrite:
    case runtime::AtomicKind::kCompareExchange:
      break;
  }
  return sim::OpKind::kAtomicRmw;
}

/// The program's code notes where it calls; the word in which it does belongs to the world.
void is_the_worlds(const runtime::Where& where) {
  sim::order::forget(&where, sizeof where);
}

}  // namespace

Mutex& ExploredSync::of(runtime::Mutex& mutex) {
  return at<Mutex>(mutex.slot, [&]() -> Mutex& { return mutexes_.emplace_back(world_, mutex.name()); });
}

SharedMutex& ExploredSync::of(runtime::SharedMutex& mutex) {
  return at<SharedMutex>(
      mutex.slot, [&]() -> SharedMutex& { return shared_mutexes_.emplace_back(world_, mutex.name()); });
}

CondVar& ExploredSync::of(runtime::CondVar& cond) {
  return at<CondVar>(cond.slot, [&]() -> CondVar& { return conditions_.emplace_back(world_, cond.name()); });
}

ExploredSync::Permits& ExploredSync::of(runtime::Semaphore& semaphore) {
  return at<Permits>(semaphore.slot, [&]() -> Permits& {
    return semaphores_.emplace_back(world_, semaphore.name(), semaphore.count);
  });
}

sim::ObjectId ExploredSync::of(const runtime::AtomicOperation& operation) {
  if (*operation.slot == 0) {
    *operation.slot = world_.add_object("atomic", operation.name);
  }
  return static_cast<sim::ObjectId>(*operation.slot);
}

void ExploredSync::lock(runtime::Mutex& mutex) {
  is_the_worlds(where());
  of(mutex).lock_at(site());
}

bool ExploredSync::try_lock(runtime::Mutex& mutex) {
  is_the_worlds(where());
  return of(mutex).try_lock_at(site());
}

void ExploredSync::unlock(runtime::Mutex& mutex) noexcept {
  of(mutex).unlock();
}

void ExploredSync::lock(runtime::SharedMutex& mutex) {
  is_the_worlds(where());
  of(mutex).lock_at(site());
}

bool ExploredSync::try_lock(runtime::SharedMutex& mutex) {
  is_the_worlds(where());
  return of(mutex).try_lock_at(site());
}

void ExploredSync::unlock(runtime::SharedMutex& mutex) noexcept {
  of(mutex).unlock();
}

void ExploredSync::lock_shared(runtime::SharedMutex& mutex) {
  is_the_worlds(where());
  SharedMutex& shared = of(mutex);
  LOCKSTEP_ASSERT_MSG(!shared.held_by_me() || world_.engine().stopping(), mutex.name());
  shared.lock_shared_at(site());
}

bool ExploredSync::try_lock_shared(runtime::SharedMutex& mutex) {
  is_the_worlds(where());
  SharedMutex& shared = of(mutex);
  LOCKSTEP_ASSERT_MSG(!shared.held_by_me() || world_.engine().stopping(), mutex.name());
  return shared.try_lock_shared_at(site());
}

void ExploredSync::unlock_shared(runtime::SharedMutex& mutex) noexcept {
  of(mutex).unlock_shared();
}

void ExploredSync::wait(runtime::CondVar& cond, runtime::Mutex& mutex) {
  is_the_worlds(where());
  static_cast<void>(of(cond).wait_at(of(mutex), nullptr, site()));
}

bool ExploredSync::wait_until(runtime::CondVar& cond, runtime::Mutex& mutex, base::Instant deadline) {
  is_the_worlds(where());
  const sim::Time until = time_.to_engine_time(deadline);
  return of(cond).wait_at(of(mutex), &until, site());
}

void ExploredSync::notify(runtime::CondVar& cond, bool all) {
  is_the_worlds(where());
  // Whoever is unwound wakes nobody: all others are, too.
  if (!world_.engine().stopping()) {
    of(cond).notify_at(all, site());
  }
}

void ExploredSync::notify_one(runtime::CondVar& cond) noexcept {
  notify(cond, false);
}

void ExploredSync::notify_all(runtime::CondVar& cond) noexcept {
  notify(cond, true);
}

void ExploredSync::acquire(runtime::Semaphore& semaphore) {
  is_the_worlds(where());
  Permits& permits = of(semaphore);
  permits.semaphore.acquire_at(site());
  semaphore.count = permits.semaphore.permits();
}

bool ExploredSync::try_acquire(runtime::Semaphore& semaphore) {
  is_the_worlds(where());
  Permits& permits = of(semaphore);
  const bool acquired = permits.semaphore.try_acquire_at(site());
  semaphore.count = permits.semaphore.permits();
  return acquired;
}

bool ExploredSync::acquire_until(runtime::Semaphore& semaphore, base::Instant deadline) {
  is_the_worlds(where());
  sim::Engine& engine = world_.engine();
  const sim::Waiting waiting{"semaphore", semaphore.name(), nullptr, nullptr};
  while (!try_acquire(semaphore)) {
    const sim::Time until = time_.to_engine_time(deadline);
    if (until <= engine.now()) {
      return false;
    }
    const sim::WakeUp woken = engine.park_in_until(of(semaphore).timed, waiting, until);
    if (woken == sim::WakeUp::kTimedOut && engine.early_timers()) {
      return try_acquire(semaphore);
    }
  }
  return true;
}

void ExploredSync::release(runtime::Semaphore& semaphore, std::uint32_t count) {
  is_the_worlds(where());
  Permits& permits = of(semaphore);
  LOCKSTEP_ASSERT_MSG(count <= semaphore.maximum() - permits.semaphore.permits(), semaphore.name());
  permits.semaphore.release_at(count, site());
  semaphore.count = permits.semaphore.permits();
  world_.engine().wake_all(permits.timed);
}

void ExploredSync::before_atomic(const runtime::AtomicOperation& operation) {
  world_.point(kind_of(operation.kind), of(operation), sim::place_of(operation.where),
               order_of(operation.order));
  if (operation.kind != runtime::AtomicKind::kCompareExchange) {
    tell(operation);
  }
}

void ExploredSync::after_compare(const runtime::AtomicOperation& operation) {
  tell(operation);
}

bool ExploredSync::fails_without_reason() {
  const bool fails =
      weak_failures_ < kMostWeakFailures && !world_.engine().stopping() && world_.choose(2) == 1;
  weak_failures_ += fails ? 1 : 0;
  return fails;
}

/// What the operation orders before what, for the race detector.
void ExploredSync::tell(const runtime::AtomicOperation& operation) {
  RaceDetector* const races = world_.races();
  if (races == nullptr || world_.engine().stopping()) {
    return;
  }
  const std::uint64_t address = World::address_of(of(operation));
  const sim::MemoryOrder order = order_of(operation.order);
  switch (kind_of(operation.kind)) {
    case sim::OpKind::kAtomicLoad:
      races->on_atomic_load(world_.self(), address, 4, order, sim::place_of(operation.where));
      return;
    case sim::OpKind::kAtomicStore:
      races->on_atomic_store(world_.self(), address, 4, order, sim::place_of(operation.where));
      return;
    default:
      races->on_atomic_rmw(world_.self(), address, 4, order, sim::place_of(operation.where));
      return;
  }
}

}  // namespace lockstep::race
