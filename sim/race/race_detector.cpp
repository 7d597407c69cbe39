// The order in which threads know of one another: forks, locks, atomics and fences.
#include "sim/race/race_detector.h"

#include <algorithm>
#include <utility>

#include "node/base/assert.h"

namespace lockstep::race {
namespace {

using sim::MemoryOrder;

/// Clocks that are this high make the next run begin from nothing.
constexpr std::uint32_t kClocksEnd = 0xf0000000;

}  // namespace

RaceDetector::RaceDetector() {
  reset();
}

RaceDetector::~RaceDetector() = default;

void RaceDetector::reset() {
  ++run_;
  if (highest_ >= kClocksEnd || run_ == 0) {
    forget_everything();
  }
  floor_ = highest_ + 1;
  highest_ = floor_;
  threads_in_run_ = 0;
  shared_reads_used_ = 0;
  races_.clear();
  static_cast<void>(thread_at(0));
}

void RaceDetector::forget_everything() {
  run_ = 1;
  highest_ = 0;
  cached_number_ = ~std::uint64_t{0};
  cached_page_ = nullptr;
  page_numbers_.clear();
  pages_.clear();
  splits_.clear();
  free_splits_.clear();
  sync_numbers_.clear();
  syncs_.clear();
  atomic_numbers_.clear();
  atomics_.clear();
  lockset_numbers_.clear();
  locksets_.clear();
}

RaceDetector::Thread& RaceDetector::thread_at(ThreadIndex index) {
  while (threads_in_run_ <= index) {
    if (threads_in_run_ == threads_.size()) {
      threads_.push_back(std::make_unique<Thread>());
    }
    Thread& thread = *threads_[threads_in_run_];
    thread.held.clear();
    thread.lockset = 0;
    thread.known.begin(threads_in_run_, floor_ + 1);
    note_clock(thread);
    ++threads_in_run_;
  }
  return *threads_[index];
}

RaceDetector::Sync& RaceDetector::sync_at(SyncId id) {
  std::uint32_t number = sync_numbers_.find(id);
  if (number == FlatMap::kMissing) {
    number = static_cast<std::uint32_t>(syncs_.size());
    syncs_.emplace_back();
    sync_numbers_.insert(id, number);
  }
  Sync& sync = syncs_[number];
  if (sync.run != run_) {
    sync.run = run_;
    sync.exclusive.clear();
    sync.shared.clear();
  }
  return sync;
}

void RaceDetector::on_fork(ThreadIndex parent, ThreadIndex child) {
  LOCKSTEP_ASSERT(parent != child);
  static_cast<void>(thread_at(std::max(parent, child)));
  Thread& from = *threads_[parent];
  Thread& to = *threads_[child];
  to.known.acquire(from.known);
  from.known.tick();
  note_clock(from);
}

void RaceDetector::on_join(ThreadIndex joiner, ThreadIndex joined) {
  static_cast<void>(thread_at(std::max(joiner, joined)));
  threads_[joiner]->known.acquire(threads_[joined]->known);
}

void RaceDetector::on_lock(ThreadIndex thread, SyncId lock, LockMode mode) {
  Thread& me = thread_at(thread);
  Sync& sync = sync_at(lock);
  me.known.acquire(sync.exclusive);
  if (mode == LockMode::kExclusive) {
    me.known.acquire(sync.shared);
  }
  me.held.push_back({lock, mode});
  me.lockset = lockset_with(me.lockset, me.held.back());
}

void RaceDetector::on_unlock(ThreadIndex thread, SyncId lock, LockMode mode) {
  Thread& me = thread_at(thread);
  Sync& sync = sync_at(lock);
  me.known.release(mode == LockMode::kExclusive ? sync.exclusive : sync.shared);
  note_clock(me);
  const auto held = std::find(me.held.rbegin(), me.held.rend(), HeldLock{lock, mode});
  if (held == me.held.rend()) {
    return;
  }
  if (held == me.held.rbegin()) {
    me.held.pop_back();
    me.lockset = locksets_[me.lockset - 1].parent;
    return;
  }
  me.held.erase(std::next(held).base());
  me.lockset = 0;
  for (const HeldLock& one : me.held) {
    me.lockset = lockset_with(me.lockset, one);
  }
}

void RaceDetector::on_acquire(ThreadIndex thread, SyncId sync) {
  thread_at(thread).known.acquire(sync_at(sync).exclusive);
}

void RaceDetector::on_release(ThreadIndex thread, SyncId sync) {
  Thread& me = thread_at(thread);
  me.known.release(sync_at(sync).exclusive);
  note_clock(me);
}

const std::vector<HeldLock>& RaceDetector::locks_held(ThreadIndex thread) const {
  static const std::vector<HeldLock> kNone;
  return thread < threads_in_run_ ? threads_[thread]->held : kNone;
}

std::uint32_t RaceDetector::lockset_with(std::uint32_t parent, const HeldLock& lock) {
  const std::uint64_t number = sync_numbers_.find(lock.lock);
  const std::uint64_t key =
      (std::uint64_t{parent} << 32) | (number << 1) | static_cast<std::uint64_t>(lock.mode);
  std::uint32_t id = lockset_numbers_.find(key);
  if (id == FlatMap::kMissing) {
    locksets_.push_back({parent, lock});
    id = static_cast<std::uint32_t>(locksets_.size());
    lockset_numbers_.insert(key, id);
  }
  return id;
}

std::vector<HeldLock> RaceDetector::lockset(std::uint32_t id) const {
  std::vector<HeldLock> locks;
  for (; id != 0; id = locksets_[id - 1].parent) {
    locks.push_back(locksets_[id - 1].lock);
  }
  std::reverse(locks.begin(), locks.end());
  return locks;
}

/// The variable at `address`; a first touch in a run knows nothing of earlier ones.
RaceDetector::AtomicVariable& RaceDetector::atomic_at(Thread& me, std::uint64_t address, std::uint32_t size) {
  std::uint32_t number = atomic_numbers_.find(address);
  if (number == FlatMap::kMissing) {
    number = static_cast<std::uint32_t>(atomics_.size());
    atomics_.emplace_back();
    atomics_.back().address = address;
    atomic_numbers_.insert(address, number);
  }
  AtomicVariable& variable = atomics_[number];
  if (variable.run != run_) {
    variable.run = run_;
    variable.released.clear();
    variable.writers.clear();
    variable.readers.clear();
    variable.size = 0;
  }
  if (variable.size < size) {
    variable.size = size;
    each_granule(address, size, [](Page& page, std::size_t index, unsigned, std::uint64_t) {
      page.any_atomic = true;
      page.atomics[index / 64] |= std::uint64_t{1} << (index % 64);
    });
  }
  static_cast<void>(me);
  return variable;
}

void RaceDetector::note_atomic(Thread& me, AtomicVariable& variable, Site site, bool write) {
  const ThreadIndex index = index_of(me);
  VectorClock& clock = write ? variable.writers : variable.readers;
  std::vector<Site>& sites = write ? variable.write_sites : variable.read_sites;
  clock.set(index, me.known.clock());
  if (sites.size() <= index) {
    sites.resize(index + 1);
  }
  sites[index] = site;
}

void RaceDetector::on_atomic_load(ThreadIndex thread, std::uint64_t address, std::uint32_t size,
                                  MemoryOrder order, Site site) {
  Thread& me = thread_at(thread);
  AtomicVariable& variable = atomic_at(me, address, size);
  check_plain(me, address, size, site, false);
  note_atomic(me, variable, site, false);
  me.known.load(variable.released, order);
}

void RaceDetector::on_atomic_store(ThreadIndex thread, std::uint64_t address, std::uint32_t size,
                                   MemoryOrder order, Site site) {
  Thread& me = thread_at(thread);
  AtomicVariable& variable = atomic_at(me, address, size);
  check_plain(me, address, size, site, true);
  note_atomic(me, variable, site, true);
  me.known.store(variable.released, order);
  note_clock(me);
}

void RaceDetector::on_atomic_rmw(ThreadIndex thread, std::uint64_t address, std::uint32_t size,
                                 MemoryOrder order, Site site) {
  Thread& me = thread_at(thread);
  AtomicVariable& variable = atomic_at(me, address, size);
  check_plain(me, address, size, site, true);
  note_atomic(me, variable, site, true);
  me.known.modify(variable.released, order);
  note_clock(me);
}

void RaceDetector::on_fence(ThreadIndex thread, MemoryOrder order) {
  Thread& me = thread_at(thread);
  me.known.fence(order);
  note_clock(me);
}

}  // namespace lockstep::race
