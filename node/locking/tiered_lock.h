// The node's locks: named, timed, and taken in one order only.
#pragma once

#include <cstdint>

#include "node/locking/lock_times.h"
#include "node/runtime/clock.h"
#include "node/runtime/scheduler.h"
#include "node/runtime/sync.h"

namespace lockstep::locking {

/// The order in which a thread takes locks that it holds at the same time: upwards only, and never two of
/// one tier. It says nothing about locks held one after the other.
enum class Tier : std::uint32_t {
  kFinalization = 1,
  /// Peers and requests.
  kNetworkMaps = 2,
  /// Fetched blocks: beside the network maps, never together with them.
  kBlockCache = 2,
  kStates = 3,
  kPendingBlocks = 4,
  /// Public keys, slots by root, events: three siblings of which a thread holds one at most.
  kCaches = 5,
  kForkChoice = 6,
};

/// Whether breaches of the order are looked for. Off only where assertions of the C library are.
#ifdef NDEBUG
inline constexpr bool kOrderIsChecked = false;
#else
inline constexpr bool kOrderIsChecked = true;
#endif

/// What every lock of a node is made of.
struct LockSeams {
  runtime::SyncHook* sync;
  runtime::Scheduler& scheduler;
  runtime::Clock& clock;
};

class Hold;

/// What mutexes and shared mutexes have in common: name, tier, histograms.
class TieredLock {
 public:
  TieredLock(const LockSeams& seams, Tier tier, const char* name) : seams_(seams), tier_(tier), name_(name) {}
  TieredLock(const TieredLock&) = delete;
  TieredLock& operator=(const TieredLock&) = delete;

  [[nodiscard]] const char* name() const { return name_; }
  [[nodiscard]] Tier tier() const { return tier_; }
  /// How long it was waited for and held, by site.
  [[nodiscard]] const LockTimes& times() const { return times_; }

 protected:
  friend class Hold;
  ~TieredLock() = default;

  /// Asserts that the calling thread may take this lock after those that it holds.
  void check_order() const;
  /// Notes that the calling thread holds the lock.
  void note_taken();
  /// Notes the opposite; false when another thread took it.
  bool note_let_go() noexcept;

  LockSeams seams_;
  Tier tier_;
  const char* name_;
  LockTimes times_;
};

class TieredMutex;
class TieredSharedMutex;

/// A lock while it is held, with the timer that measures for how long. Movable, so that it can travel with
/// what it protects; stays with the thread that took it. Lets go when it is destroyed.
class Hold {
 public:
  /// Holds nothing.
  Hold() = default;
  Hold(Hold&& other) noexcept { take_over(other); }
  Hold& operator=(Hold&& other) noexcept {
    if (this != &other) {
      release();
      take_over(other);
    }
    return *this;
  }
  ~Hold() { release(); }

  /// Unlocks, takes the lock off the thread's record, closes the timer; nothing the second time.
  void release() noexcept;
  [[nodiscard]] bool is_held() const { return lock_ != nullptr; }
  /// Whether nobody else can hold the lock beside it.
  [[nodiscard]] bool is_exclusive() const { return is_held() && mode_ != Mode::kShared; }

  /// Lets go of a TieredMutex until `cond` is notified, which may happen without reason. The thread may hold
  /// no other lock meanwhile. Waiting does not count as holding.
  void wait(runtime::CondVar& cond);
  /// The same until `deadline` on the node's monotonic clock; false when that passed first.
  bool wait_until(runtime::CondVar& cond, base::Instant deadline);

 private:
  friend class TieredMutex;
  friend class TieredSharedMutex;
  enum class Mode : std::uint8_t { kMutex, kExclusive, kShared };

  Hold(TieredLock& lock, Mode mode, const char* site);
  void take_over(Hold& other) noexcept;
  void lock();
  void unlock() noexcept;
  bool wait_in(runtime::CondVar& cond, const base::Instant* deadline);

  TieredLock* lock_ = nullptr;
  Mode mode_ = Mode::kMutex;
  LockTimes::Site* site_ = nullptr;
  base::Instant since_;
};

/// A mutex of the node. `site`, a string literal, says who takes it.
class TieredMutex : public TieredLock {
 public:
  /// `name` is a string literal. What `seams` refers to outlives the lock.
  TieredMutex(const LockSeams& seams, Tier tier, const char* name)
      : TieredLock(seams, tier, name), mutex_(seams.sync, name) {}

  /// Waits for the lock. Asserts the order first, so a breach is seen even where nobody waits.
  [[nodiscard]] Hold hold(const char* site) { return {*this, Hold::Mode::kMutex, site}; }

 private:
  friend class Hold;
  runtime::Mutex mutex_;
};

/// A shared mutex of the node.
class TieredSharedMutex : public TieredLock {
 public:
  TieredSharedMutex(const LockSeams& seams, Tier tier, const char* name)
      : TieredLock(seams, tier, name), mutex_(seams.sync, name) {}

  [[nodiscard]] Hold hold(const char* site) { return {*this, Hold::Mode::kExclusive, site}; }
  [[nodiscard]] Hold hold_shared(const char* site) { return {*this, Hold::Mode::kShared, site}; }

 private:
  friend class Hold;
  runtime::SharedMutex mutex_;
};

}  // namespace lockstep::locking
