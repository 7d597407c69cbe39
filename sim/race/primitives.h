// Locks, conditions and semaphores of explored programs: enabled exactly while they can be had.
#pragma once

#include <cstdint>
#include <mutex>
#include <source_location>
#include <vector>

#include "sim/race/world.h"

namespace lockstep::race {

/// A lock that one thread holds at a time. Whoever stands before lock() can be chosen only while it is free,
/// so that strategies see exactly who can go on. Locking twice is a deadlock with oneself; unlocking what
/// another holds is a misuse: both fail the run. While its thread is unwound, lock() returns without.
class Mutex {
 public:
  /// `name` outlives the run, as does `world`.
  Mutex(World& world, const char* name)
      : world_(world), id_(world.add_object("mutex", name)), waiting_{"mutex", name, &holder_, nullptr} {}
  ~Mutex() { world_.settle(); }
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock(const std::source_location& where = std::source_location::current()) {
    lock_at(sim::place_of(where));
  }
  [[nodiscard]] bool try_lock(const std::source_location& where = std::source_location::current()) {
    return try_lock_at(sim::place_of(where));
  }
  void unlock() noexcept;
  void lock_at(Site site);
  [[nodiscard]] bool try_lock_at(Site site);
  [[nodiscard]] sim::ObjectId id() const { return id_; }
  /// Who holds it; null: nobody.
  [[nodiscard]] const sim::Fiber* holder() const { return holder_; }

 private:
  friend class CondVar;
  void take(Site site);

  World& world_;
  sim::ObjectId id_;
  sim::Fiber* holder_ = nullptr;
  sim::WaitQueue queue_;
  sim::Waiting waiting_;
};

/// A lock that many hold shared or one exclusively. Neither side has precedence: both orders are explored.
class SharedMutex {
 public:
  SharedMutex(World& world, const char* name)
      : world_(world),
        id_(world.add_object("shared mutex", name)),
        waiting_{"shared mutex", name, &writer_, &readers_} {}
  ~SharedMutex() { world_.settle(); }
  SharedMutex(const SharedMutex&) = delete;
  SharedMutex& operator=(const SharedMutex&) = delete;

  void lock(const std::source_location& where = std::source_location::current()) {
    lock_at(sim::place_of(where));
  }
  void lock_shared(const std::source_location& where = std::source_location::current()) {
    lock_shared_at(sim::place_of(where));
  }
  [[nodiscard]] bool try_lock(const std::source_location& where = std::source_location::current()) {
    return try_lock_at(sim::place_of(where));
  }
  [[nodiscard]] bool try_lock_shared(const std::source_location& where = std::source_location::current()) {
    return try_lock_shared_at(sim::place_of(where));
  }
  void unlock() noexcept;
  void unlock_shared() noexcept;
  void lock_at(Site site);
  void lock_shared_at(Site site);
  [[nodiscard]] bool try_lock_at(Site site);
  [[nodiscard]] bool try_lock_shared_at(Site site);
  [[nodiscard]] sim::ObjectId id() const { return id_; }
  /// Held exclusively, or shared, by the calling thread.
  [[nodiscard]] bool held_by_me() const;

 private:
  void take(Site site);
  void take_shared(Site site);

  World& world_;
  sim::ObjectId id_;
  sim::Fiber* writer_ = nullptr;
  std::vector<sim::Fiber*> readers_;
  sim::WaitQueue writers_queue_;
  sim::WaitQueue readers_queue_;
  sim::Waiting waiting_;
};

/// A condition variable. Which waiter a notification wakes is a choice of the schedule; a wake-up without a
/// notification does not happen. Remembers notifications that found nobody, for the report of a lost one.
class CondVar {
 public:
  CondVar(World& world, const char* name)
      : world_(world), id_(world.add_object("condition", name)), name_(name) {}
  ~CondVar() { world_.settle(); }
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  /// Requires: the calling thread holds `mutex`. May throw to unwind.
  void wait(Mutex& mutex, const std::source_location& where = std::source_location::current()) {
    static_cast<void>(wait_at(mutex, nullptr, sim::place_of(where)));
  }
  void wait(std::unique_lock<Mutex>& lock,
            const std::source_location& where = std::source_location::current()) {
    wait(*lock.mutex(), where);
  }
  /// False when `deadline` passed first.
  bool wait_until(Mutex& mutex, sim::Time deadline,
                  const std::source_location& where = std::source_location::current()) {
    return wait_at(mutex, &deadline, sim::place_of(where));
  }
  void notify_one(const std::source_location& where = std::source_location::current()) {
    notify_at(false, sim::place_of(where));
  }
  void notify_all(const std::source_location& where = std::source_location::current()) {
    notify_at(true, sim::place_of(where));
  }
  bool wait_at(Mutex& mutex, const sim::Time* deadline, Site site);
  void notify_at(bool all, Site site);
  [[nodiscard]] sim::ObjectId id() const { return id_; }

  /// A notification that was made.
  struct Notice {
    ThreadIndex thread = 0;
    bool all = false;
    /// Whom it woke; ~0 for nobody.
    ThreadIndex woke = 0xffffffff;
    Site site = 0;
    /// Turns before it.
    std::uint64_t turn = 0;
  };
  /// Stands in the frame of a waiter.
  struct Waiter : sim::Waiting {
    Mutex* mutex = nullptr;
    const CondVar* condition = nullptr;
    std::uint64_t turn = 0;
    Site site = 0;
  };
  [[nodiscard]] const std::vector<Notice>& notices() const { return notices_; }
  [[nodiscard]] const char* name() const { return name_; }
  /// What Waiting::on says of a Waiter.
  static const char* const kKind;

 private:
  void wake(sim::Fiber& fiber);

  World& world_;
  sim::ObjectId id_;
  const char* name_;
  sim::WaitQueue waiters_;
  std::vector<Notice> notices_;
};

/// A counter of permits. Whoever stands before acquire() can be chosen only while there are some.
class Semaphore {
 public:
  Semaphore(World& world, const char* name, std::uint32_t permits)
      : world_(world),
        id_(world.add_object("semaphore", name)),
        permits_(permits),
        waiting_{"semaphore", name, nullptr, nullptr} {}
  ~Semaphore() { world_.settle(); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  void acquire(const std::source_location& where = std::source_location::current()) {
    acquire_at(sim::place_of(where));
  }
  [[nodiscard]] bool try_acquire(const std::source_location& where = std::source_location::current()) {
    return try_acquire_at(sim::place_of(where));
  }
  void release(std::uint32_t permits = 1,
               const std::source_location& where = std::source_location::current()) {
    release_at(permits, sim::place_of(where));
  }
  void acquire_at(Site site);
  [[nodiscard]] bool try_acquire_at(Site site);
  void release_at(std::uint32_t permits, Site site);
  [[nodiscard]] std::uint32_t permits() const { return permits_; }

 private:
  void take();

  World& world_;
  sim::ObjectId id_;
  std::uint32_t permits_;
  sim::WaitQueue queue_;
  sim::Waiting waiting_;
};

}  // namespace lockstep::race
