// Happens-before data races: two accesses to the same bytes, one a write, not both atomic, in no order.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "sim/core/operation.h"
#include "sim/race/flat_map.h"
#include "sim/race/happens_before.h"

namespace lockstep::race {

/// A thread of one run, in order of creation from 0.
using ThreadIndex = std::uint32_t;
/// A place in the program; opaque here, a program counter or the like.
using Site = std::uintptr_t;
/// What threads synchronise on: a lock, a condition, a semaphore. Any number that names one; not ~0.
using SyncId = std::uint64_t;

enum class LockMode : std::uint8_t { kExclusive, kShared };

/// A lock that somebody holds.
struct HeldLock {
  SyncId lock = 0;
  LockMode mode = LockMode::kExclusive;

  friend bool operator==(const HeldLock&, const HeldLock&) = default;
};

/// One side of a race.
struct RaceAccess {
  ThreadIndex thread = 0;
  bool write = false;
  bool atomic = false;
  Site site = 0;
  /// Held at the access, in the order in which they were taken.
  std::vector<HeldLock> locks;
};

/// Two accesses that nothing orders. `address` is the first byte that both touch.
struct Race {
  std::uint64_t address = 0;
  RaceAccess earlier;
  RaceAccess later;
};

/// FastTrack (Flanagan and Freund, PLDI 2009) over shadow cells of four bytes, which fall apart into single
/// bytes where accesses differ in size, so that neighbours never count as one. Atomics follow C++20:
/// release sequences go on through read-modify-writes, fences count, relaxed accesses order nothing.
///
/// A pure library: told in execution order what each thread did, it notes races. Addresses are any numbers
/// that name bytes. reset() costs next to nothing: the clocks go on, and all earlier runs count as past.
/// Belongs to one OS thread.
class RaceDetector {
 public:
  /// At most this many races are kept of one run; one for each pair of sites and kinds.
  static constexpr std::size_t kMostRaces = 64;

  RaceDetector();
  ~RaceDetector();
  RaceDetector(const RaceDetector&) = delete;
  RaceDetector& operator=(const RaceDetector&) = delete;

  /// Begins a new run: thread 0 exists, no race is known.
  void reset();

  /// `child` begins, knowing what `parent` knew. Indices may come in any order, each once.
  void on_fork(ThreadIndex parent, ThreadIndex child);
  /// `joiner` has seen the end of `joined`.
  void on_join(ThreadIndex joiner, ThreadIndex joined);

  /// `thread` has taken `lock`.
  void on_lock(ThreadIndex thread, SyncId lock, LockMode mode = LockMode::kExclusive);
  /// `thread` lets go of `lock`. What a shared holder did happens before the next exclusive one only.
  void on_unlock(ThreadIndex thread, SyncId lock, LockMode mode = LockMode::kExclusive);
  /// Order without a lock: all that is before any earlier on_release() of `sync` comes before what follows.
  void on_acquire(ThreadIndex thread, SyncId sync);
  void on_release(ThreadIndex thread, SyncId sync);

  void on_read(ThreadIndex thread, std::uint64_t address, std::uint32_t size, Site site) {
    access<false>(thread, address, size, site);
  }
  void on_write(ThreadIndex thread, std::uint64_t address, std::uint32_t size, Site site) {
    access<true>(thread, address, size, site);
  }

  /// Atomic accesses. A compare-exchange that failed is a load with its failure order.
  void on_atomic_load(ThreadIndex thread, std::uint64_t address, std::uint32_t size, sim::MemoryOrder order,
                      Site site);
  void on_atomic_store(ThreadIndex thread, std::uint64_t address, std::uint32_t size, sim::MemoryOrder order,
                       Site site);
  void on_atomic_rmw(ThreadIndex thread, std::uint64_t address, std::uint32_t size, sim::MemoryOrder order,
                     Site site);
  void on_fence(ThreadIndex thread, sim::MemoryOrder order);

  /// Fresh memory, or a stack that serves anew: forgets whoever accessed these bytes before.
  void on_alloc(std::uint64_t address, std::uint64_t size);
  /// A write to all of it, after which it is forgotten.
  void on_free(ThreadIndex thread, std::uint64_t address, std::uint64_t size, Site site);

  /// Calls `listener` at every race that is kept.
  void call_on_race(std::function<void()> listener) { listener_ = std::move(listener); }

  /// What was found in this run, first first.
  [[nodiscard]] const std::vector<Race>& races() const { return races_; }
  /// What `thread` holds, in the order in which it was taken.
  [[nodiscard]] const std::vector<HeldLock>& locks_held(ThreadIndex thread) const;

 private:
  static constexpr std::uint64_t kPageBytes = 1024;
  static constexpr std::size_t kPageCells = kPageBytes / 4;
  static constexpr std::uint64_t kSplit = ~std::uint64_t{0};
  static constexpr std::uint64_t kSharedReads = std::uint64_t{1} << 63;

  /// What is known of four bytes, or of one. Epochs are thread << 32 | clock; clocks begin at 1, so 0 is
  /// "never". `write` kSplit: four cells of one byte each stand at index `read` of splits_.
  struct Cell {
    std::uint64_t write = 0;
    std::uint64_t read = 0;
    Site write_site = 0;
    Site read_site = 0;
    std::uint32_t write_locks = 0;
    std::uint32_t read_locks = 0;
  };
  struct Page {
    std::array<Cell, kPageCells> cells;
    std::array<std::uint64_t, kPageCells / 64> atomics{};
    bool any_atomic = false;
  };
  struct SharedRead {
    std::uint64_t epoch;
    Site site;
    std::uint32_t locks;
  };
  struct Thread {
    std::uint64_t epoch = 0;
    Knowledge known;
    std::vector<HeldLock> held;
    std::uint32_t lockset = 0;
  };
  struct Sync {
    std::uint32_t run = 0;
    VectorClock exclusive;
    VectorClock shared;
  };
  struct AtomicVariable {
    std::uint64_t address = 0;
    std::uint32_t size = 0;
    std::uint32_t run = 0;
    VectorClock released;
    VectorClock writers;
    VectorClock readers;
    std::vector<Site> write_sites;
    std::vector<Site> read_sites;
  };
  struct LocksetNode {
    std::uint32_t parent;
    HeldLock lock;
  };

  template <bool kWrite>
  void access(ThreadIndex thread, std::uint64_t address, std::uint32_t size, Site site) {
    const std::uint64_t page_number = address / kPageBytes;
    if (page_number == cached_number_ && (address & 3) == 0 && size == 4 && thread < threads_in_run_)
        [[likely]] {
      const Cell& cell = cached_page_->cells[address % kPageBytes / 4];
      const std::uint64_t epoch = threads_[thread]->epoch;
      if (cell.write == epoch || (!kWrite && cell.read == epoch)) {
        return;
      }
    }
    access_slowly(thread, address, size, site, kWrite);
  }
  void access_slowly(ThreadIndex thread, std::uint64_t address, std::uint32_t size, Site site, bool write);
  void access_granule(Thread& me, Page& page, std::size_t index, unsigned mask, std::uint64_t address,
                      Site site, bool write, bool atomic);
  void access_cell(Thread& me, Cell& cell, std::uint64_t address, Site site, bool write, bool atomic);
  void read_cell(Thread& me, Cell& cell, Site site);
  void check_shared_reads(Thread& me, const Cell& cell, std::uint64_t address, const RaceAccess& later);
  void check_atomics(Thread& me, std::uint64_t granule, unsigned mask, Site site, bool write);
  template <typename Visit>
  void each_granule(std::uint64_t address, std::uint64_t size, Visit visit);
  Page& page_of(std::uint64_t number);
  Page* find_page(std::uint64_t number);
  void split(Cell& cell);
  void forget_granule(Page& page, std::size_t index, unsigned mask);
  AtomicVariable& atomic_at(Thread& me, std::uint64_t address, std::uint32_t size);
  void check_plain(Thread& me, std::uint64_t address, std::uint32_t size, Site site, bool write);
  void note_atomic(Thread& me, AtomicVariable& variable, Site site, bool write);

  Thread& thread_at(ThreadIndex index);
  [[nodiscard]] static ThreadIndex index_of(const Thread& thread) { return thread.known.index(); }
  [[nodiscard]] bool ordered(const Thread& me, std::uint64_t epoch) const {
    const auto clock = static_cast<Clock>(epoch);
    return clock <= floor_ || clock <= me.known.of(static_cast<std::uint32_t>(epoch >> 32));
  }
  /// After what may have moved its clock.
  void note_clock(Thread& thread) {
    const Clock clock = thread.known.clock();
    thread.epoch = (std::uint64_t{thread.known.index()} << 32) | clock;
    highest_ = clock > highest_ ? clock : highest_;
  }
  Sync& sync_at(SyncId id);
  std::uint32_t lockset_with(std::uint32_t parent, const HeldLock& lock);
  [[nodiscard]] std::vector<HeldLock> lockset(std::uint32_t id) const;
  void note_race(std::uint64_t address, RaceAccess earlier, RaceAccess later);
  [[nodiscard]] static RaceAccess side(std::uint64_t epoch, Site site, bool write, bool atomic);
  [[nodiscard]] RaceAccess now_by(const Thread& me, Site site, bool write, bool atomic) const;
  void forget_everything();

  std::uint64_t cached_number_ = ~std::uint64_t{0};
  Page* cached_page_ = nullptr;
  std::uint32_t threads_in_run_ = 0;
  std::vector<std::unique_ptr<Thread>> threads_;

  /// All clocks up to this one belong to earlier runs.
  Clock floor_ = 0;
  Clock highest_ = 0;
  std::uint32_t run_ = 0;

  FlatMap page_numbers_;
  std::vector<std::unique_ptr<Page>> pages_;
  std::deque<std::array<Cell, 4>> splits_;
  std::vector<std::uint32_t> free_splits_;
  std::vector<std::vector<SharedRead>> shared_reads_;
  std::uint32_t shared_reads_used_ = 0;

  FlatMap sync_numbers_;
  std::deque<Sync> syncs_;
  FlatMap atomic_numbers_;
  std::deque<AtomicVariable> atomics_;
  FlatMap lockset_numbers_;
  std::vector<LocksetNode> locksets_;
  std::vector<Race> races_;
  std::function<void()> listener_;
};

/// Calls visit(page, index of the granule, mask of its bytes, its address) for what [address, address + size)
/// covers.
template <typename Visit>
void RaceDetector::each_granule(std::uint64_t address, std::uint64_t size, Visit visit) {
  const std::uint64_t end = address + size;
  for (std::uint64_t granule = address & ~std::uint64_t{3}; granule < end; granule += 4) {
    unsigned mask = 0xf;
    if (granule < address) {
      mask &= 0xfU << (address - granule);
    }
    if (end - granule < 4) {
      mask &= 0xfU >> (4 - (end - granule));
    }
    visit(page_of(granule / kPageBytes), granule % kPageBytes / 4, mask & 0xf, granule);
  }
}

}  // namespace lockstep::race
