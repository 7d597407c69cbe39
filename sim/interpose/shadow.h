// What is remembered about each eight bytes of the program's memory: who touched it, and is it freed.
#pragma once

#include <cstdint>
#include <vector>

namespace lockstep::interpose {

using Epoch = std::uint32_t;

/// A vector clock that grows as threads appear. Epochs below Kernel::clock_base belong to earlier schedules
/// and stand for "never".
class VectorClock {
 public:
  [[nodiscard]] Epoch at(std::uint32_t thread) const { return thread < size_ ? epochs_[thread] : 0; }
  void set(std::uint32_t thread, Epoch epoch) {
    reach(thread + 1);
    epochs_[thread] = epoch;
  }
  void join(const VectorClock& other) {
    reach(other.size_);
    for (std::uint32_t i = 0; i < other.size_; ++i) {
      if (other.epochs_[i] > epochs_[i]) {
        epochs_[i] = other.epochs_[i];
      }
    }
  }
  void assign(const VectorClock& other) {
    size_ = 0;
    join(other);
  }
  void clear() { size_ = 0; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  void reach(std::uint32_t size) {
    if (size > size_) {
      if (epochs_.size() < size) {
        epochs_.resize(size + size / 2 + 2);
      }
      for (std::uint32_t i = size_; i < size; ++i) {
        epochs_[i] = 0;
      }
      size_ = size;
    }
  }
  std::vector<Epoch> epochs_;
  std::uint32_t size_ = 0;
};

/// One remembered access to some of a granule's eight bytes.
struct Access {
  Epoch epoch;
  std::uint16_t thread;
  std::uint8_t bytes;
  std::uint8_t flags;
  static constexpr std::uint8_t kWrite = 1;
  static constexpr std::uint8_t kAtomic = 2;
  static constexpr std::uint8_t kFree = 4;
};

inline constexpr int kRemembered = 4;

/// The shadow of eight bytes. Stamps are epochs: one below Kernel::clock_base is of an earlier schedule.
struct Granule {
  Epoch owner_stamp;
  std::uint16_t owner;
  std::uint8_t met;
  /// Not 0: threads met here in some earlier schedule, and operations on it are places at which turns may
  /// change. Numbers are given in the order in which that was noticed.
  std::uint32_t number;
  Epoch poison_stamp;
  std::uint32_t poison;
  Access seen[kRemembered];
};

/// Why memory must not be touched.
enum Poison : std::uint32_t {
  kSound = 0,
  kFreed = 1,
  kBetweenBlocks = 2,
  /// From here on: so many bytes less than this are sound, those after them lie between blocks.
  kTail = 8
};

inline constexpr std::uint64_t kWindow = (std::uint64_t{1} << 40) - 1;
inline constexpr std::uint64_t kShadowBase = 0x2000'0000'0000;

/// Programs are mapped without randomisation, so that the low 40 bits of their addresses tell granules apart.
[[nodiscard]] inline Granule& granule_of(std::uintptr_t address) {
  return *reinterpret_cast<Granule*>(kShadowBase + ((address & kWindow) >> 3) * sizeof(Granule));
}

/// The second look at a failing schedule: what it should note.
struct Watch {
  std::uintptr_t granule = 0;
  struct Note {
    /// "freed", "allocated"; empty for accesses.
    const char* what;
    std::uint32_t thread;
    Epoch epoch;
    std::uint8_t bytes;
    std::uint8_t flags;
    std::vector<const void*> stack;
    std::vector<std::uintptr_t> held;
  };
  std::vector<Note> notes;
};

/// Notes what happens to the watched block.
void note_block(std::uintptr_t begin, std::size_t size, const char* what, const void* pc);

/// Maps the shadow; called once.
void map_shadow();

/// An access by the running thread, before it happens: a turn may change, and races and dead memory are
/// reported.
void on_access(std::uintptr_t address, std::uint32_t size, std::uint8_t flags, const void* pc);
/// The same without a possible change of turns.
void check_access(std::uintptr_t address, std::uint32_t size, std::uint8_t flags, const void* pc);
/// Whether an access to plain memory there is a place at which turns may change: a race was seen on it. Where
/// there is no race, changing turns at the synchronisation alone reaches every outcome.
[[nodiscard]] bool is_shared(std::uintptr_t address);
/// The same for an atomic or a lock: whether, in an earlier schedule, several threads came and somebody
/// wrote. Notes who came.
[[nodiscard]] bool meets_others(std::uintptr_t address, bool writes);

[[nodiscard]] inline std::uint32_t object_number(std::uintptr_t address) {
  return granule_of(address).number;
}

void poison(std::uintptr_t address, std::size_t size, Poison why);
/// Poisons what lies between the end of a block and `to`; both in the program's heap.
void poison_tail(std::uintptr_t end, std::uintptr_t to);
void unpoison(std::uintptr_t address, std::size_t size);
/// Forgets accesses to memory that begins a life of its own: a fresh block, a new thread's stack.
void forget_accesses(std::uintptr_t address, std::size_t size);

/// Granules at which threads met in the last schedule become places at which turns may change. Says how many.
std::size_t adopt_shared();
/// The granule at `address` is such a place from now on, and has this number.
void share_as(std::uintptr_t address, std::uint32_t number);
/// Where the object of that number lies.
[[nodiscard]] std::uintptr_t object_address(std::uint32_t number);
/// The last schedule's findings are dropped: it was a replay.
void drop_shared();

// Happens-before between the running thread and a clock that lives elsewhere.
void acquire(const VectorClock& clock);
/// `clock` becomes at least the caller's; the caller's own epoch moves on.
void release(VectorClock& clock);
/// `clock` becomes the caller's.
void release_store(VectorClock& clock);

}  // namespace lockstep::interpose
