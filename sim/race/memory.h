// Plain and atomic variables of explored programs.
#pragma once

#include <cstdint>
#include <source_location>

#include "sim/race/world.h"
#if defined(LOCKSTEP_TSAN) && !defined(LOCKSTEP_RACE)
#include <atomic>
#endif

namespace lockstep::race {

#if defined(LOCKSTEP_TSAN) && !defined(LOCKSTEP_RACE)

/// The value of an Atomic where ThreadSanitizer looks on: what is done to it must be done atomically.
template <typename T>
class Word {
 public:
  explicit Word(T value) : value_(value) {}
  [[nodiscard]] T load(sim::MemoryOrder order) const { return value_.load(standard(order)); }
  void store(T value, sim::MemoryOrder order) { value_.store(value, standard(order)); }
  void modify(T value, sim::MemoryOrder order) { value_.exchange(value, standard(order)); }
  [[nodiscard]] T peek() const { return value_.load(std::memory_order_relaxed); }

 private:
  static std::memory_order standard(sim::MemoryOrder order) { return static_cast<std::memory_order>(order); }

  std::atomic<T> value_;
};

#else

/// The value of an Atomic; plain, as one fiber runs at a time.
template <typename T>
class Word {
 public:
  explicit Word(T value) : value_(value) {}
  [[nodiscard]] T load(sim::MemoryOrder /*order*/) const { return value_; }
  void store(T value, sim::MemoryOrder /*order*/) { value_ = value; }
  /// As what a read-modify-write leaves there.
  void modify(T value, sim::MemoryOrder /*order*/) { value_ = value; }
  /// Without being an operation of the program.
  [[nodiscard]] T peek() const { return value_; }

 private:
  T value_;
};

#endif

/// A plain variable: every access is a scheduling point, and races on it are found.
template <typename T>
class Var {
 public:
  /// `name` outlives the run, as does `world`. Creation is a write by the calling thread.
  Var(World& world, const char* name, T value = T{})
      : world_(world), id_(world.add_object("variable", name)), value_(value) {
    if (world_.races() != nullptr) {
      world_.races()->on_write(world_.self(), World::address_of(id_), 4, 0);
    }
  }
  ~Var() { world_.settle(); }
  Var(const Var&) = delete;
  Var& operator=(const Var&) = delete;

  [[nodiscard]] T get(const std::source_location& where = std::source_location::current()) const {
    world_.point(sim::OpKind::kRead, id_, sim::place_of(where));
    if (world_.races() != nullptr) {
      world_.races()->on_read(world_.self(), World::address_of(id_), 4, sim::place_of(where));
    }
    return value_;
  }
  void set(T value, const std::source_location& where = std::source_location::current()) {
    world_.point(sim::OpKind::kWrite, id_, sim::place_of(where));
    if (world_.races() != nullptr) {
      world_.races()->on_write(world_.self(), World::address_of(id_), 4, sim::place_of(where));
    }
    value_ = value;
  }
  /// A read, then a write.
  void add(T amount, const std::source_location& where = std::source_location::current()) {
    const T before = get(where);
    set(static_cast<T>(before + amount), where);
  }

 private:
  World& world_;
  sim::ObjectId id_;
  /// Apart from the rest: detectors beneath the program keep no more than a few accesses to each eight bytes.
  alignas(8) T value_;
};

/// An atomic variable. Every operation is a scheduling point; values are sequentially consistent, whatever
/// the order, which only decides what the race detector takes as ordered.
template <typename T>
class Atomic {
 public:
  Atomic(World& world, const char* name, T value = T{})
      : world_(world), id_(world.add_object("atomic", name)), value_(value) {}
  ~Atomic() { world_.settle(); }
  Atomic(const Atomic&) = delete;
  Atomic& operator=(const Atomic&) = delete;

  [[nodiscard]] T load(sim::MemoryOrder order = sim::MemoryOrder::kSeqCst,
                       const std::source_location& where = std::source_location::current()) const {
    world_.point(sim::OpKind::kAtomicLoad, id_, sim::place_of(where), order);
    if (world_.races() != nullptr) {
      world_.races()->on_atomic_load(world_.self(), World::address_of(id_), 4, order, sim::place_of(where));
    }
    return value_.load(order);
  }
  void store(T value, sim::MemoryOrder order = sim::MemoryOrder::kSeqCst,
             const std::source_location& where = std::source_location::current()) {
    world_.point(sim::OpKind::kAtomicStore, id_, sim::place_of(where), order);
    if (world_.races() != nullptr) {
      world_.races()->on_atomic_store(world_.self(), World::address_of(id_), 4, order, sim::place_of(where));
    }
    value_.store(value, order);
  }
  T exchange(T value, sim::MemoryOrder order = sim::MemoryOrder::kSeqCst,
             const std::source_location& where = std::source_location::current()) {
    modify(order, sim::place_of(where));
    const T before = value_.peek();
    value_.modify(value, order);
    return before;
  }
  T fetch_add(T amount, sim::MemoryOrder order = sim::MemoryOrder::kSeqCst,
              const std::source_location& where = std::source_location::current()) {
    modify(order, sim::place_of(where));
    const T before = value_.peek();
    value_.modify(static_cast<T>(before + amount), order);
    return before;
  }
  T fetch_sub(T amount, sim::MemoryOrder order = sim::MemoryOrder::kSeqCst,
              const std::source_location& where = std::source_location::current()) {
    modify(order, sim::place_of(where));
    const T before = value_.peek();
    value_.modify(static_cast<T>(before - amount), order);
    return before;
  }
  /// Strong; a failure is a load with `order`'s acquiring part.
  bool compare_exchange(T& expected, T desired, sim::MemoryOrder order = sim::MemoryOrder::kSeqCst,
                        const std::source_location& where = std::source_location::current()) {
    world_.point(sim::OpKind::kAtomicRmw, id_, sim::place_of(where), order);
    const T before = value_.peek();
    const bool equal = before == expected;
    if (world_.races() != nullptr) {
      const std::uint64_t address = World::address_of(id_);
      if (equal) {
        world_.races()->on_atomic_rmw(world_.self(), address, 4, order, sim::place_of(where));
      } else {
        world_.races()->on_atomic_load(world_.self(), address, 4, order, sim::place_of(where));
      }
    }
    if (equal) {
      value_.modify(desired, order);
    } else {
      expected = value_.load(on_failure(order));
    }
    return equal;
  }

 private:
  static sim::MemoryOrder on_failure(sim::MemoryOrder order) {
    switch (order) {
      case sim::MemoryOrder::kAcqRel:
        return sim::MemoryOrder::kAcquire;
      case sim::MemoryOrder::kRelease:
        return sim::MemoryOrder::kRelaxed;
      default:
        return order;
    }
  }
  void modify(sim::MemoryOrder order, Site site) {
    world_.point(sim::OpKind::kAtomicRmw, id_, site, order);
    if (world_.races() != nullptr) {
      world_.races()->on_atomic_rmw(world_.self(), World::address_of(id_), 4, order, site);
    }
  }

  World& world_;
  sim::ObjectId id_;
  Word<T> value_;
};

/// A fence between the operations of one thread.
inline void fence(World& world, sim::MemoryOrder order,
                  const std::source_location& where = std::source_location::current()) {
  world.point(sim::OpKind::kFence, 0, sim::place_of(where), order);
  if (world.races() != nullptr) {
    world.races()->on_fence(world.self(), order);
  }
}

}  // namespace lockstep::race
