// Locks taken in circles.
#include <mutex>
#include <shared_mutex>

#include "node/base/assert.h"
#include "node/locking/coherent.h"
#include "node/locking/tiered_lock.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using locking::Hold;
using locking::Tier;
using locking::TieredMutex;

/// Two locks that gossip takes in one order and the interval's duty in the other.
class BothWays {
 public:
  explicit BothWays(World& world)
      : signatures_(world.sync(), "signatures"), choice_(world.sync(), "fork choice") {}
  void gossip() {
    const std::lock_guard outer(choice_);
    const std::lock_guard inner(signatures_);
  }
  void interval() {
    const std::lock_guard outer(signatures_);
    const std::lock_guard inner(choice_);
  }

 private:
  runtime::Mutex signatures_;
  runtime::Mutex choice_;
};
/// Takes two of the node's locks, and whether they let it.
bool both_taken(TieredMutex& first, TieredMutex& second) {
  try {
    const Hold outer = first.hold("story");
    const Hold inner = second.hold("story");
    return true;
  } catch (const base::AssertionFailed&) {
    return false;
  }
}

/// The node's locks. Gossip takes them in the one order that they allow; the interval's duty tries the other,
/// is refused before it waits for anybody, and is written anew.
class OneWay {
 public:
  explicit OneWay(World& world)
      : world_(world),
        signatures_(world.seams(), Tier::kCaches, "signatures"),
        choice_(world.seams(), Tier::kForkChoice, "fork choice") {}
  void gossip() { world_.expect(both_taken(signatures_, choice_), "the order of the tiers is allowed"); }
  void interval() {
    world_.expect(!both_taken(choice_, signatures_), "locks were taken downwards");
    gossip();
  }

 private:
  World& world_;
  TieredMutex signatures_;
  TieredMutex choice_;
};

/// B-099. A lock was put round the signatures to cure a race; sixteen days later the node stood still.
template <typename Locks>
void gossip_and_interval_take_two_locks(World& world) {
  Locks locks(world);
  world.beside({{"gossip", [&] { locks.gossip(); }}, {"interval", [&] { locks.interval(); }}});
}

/// Three locks of which each of three threads takes two, round in a circle.
class Circle {
 public:
  explicit Circle(World& world)
      : network_(world.sync(), "network"),
        states_(world.sync(), "states"),
        pending_(world.sync(), "pending") {}
  void sync() { take(network_, states_); }
  void import() { take(states_, pending_); }
  void drain() { take(pending_, network_); }

 private:
  static void take(runtime::Mutex& first, runtime::Mutex& second) {
    const std::lock_guard outer(first);
    const std::lock_guard inner(second);
  }
  runtime::Mutex network_;
  runtime::Mutex states_;
  runtime::Mutex pending_;
};
/// The node's locks: the one who closes the circle is refused, whether the others are there or not.
class Ladder {
 public:
  explicit Ladder(World& world)
      : world_(world),
        network_(world.seams(), Tier::kNetworkMaps, "network"),
        states_(world.seams(), Tier::kStates, "states"),
        pending_(world.seams(), Tier::kPendingBlocks, "pending") {}
  void sync() { world_.expect(both_taken(network_, states_), "the order of the tiers is allowed"); }
  void import() { world_.expect(both_taken(states_, pending_), "the order of the tiers is allowed"); }
  void drain() {
    world_.expect(!both_taken(pending_, network_), "locks were taken downwards");
    world_.expect(both_taken(network_, pending_), "the order of the tiers is allowed");
  }

 private:
  World& world_;
  TieredMutex network_;
  TieredMutex states_;
  TieredMutex pending_;
};

/// B-034. No two of the three threads are in each other's way; all three together are.
template <typename Locks>
void three_threads_take_two_locks_each(World& world) {
  Locks locks(world);
  world.beside({{"sync", [&] { locks.sync(); }}, {"importer", [&] { locks.import(); }}, {"drain", [&] {
                                                                                           locks.drain();
                                                                                         }}});
}

/// A store whose getter takes the lock that the handler holds.
class ReentrantStore {
 public:
  explicit ReentrantStore(World& world) : mutex_(world.sync(), "store") {}
  int answer() {
    const std::shared_lock handler(mutex_);
    return head() + 1;
  }
  void import() {
    const std::lock_guard lock(mutex_);
    ++head_;
  }

 private:
  int head() {
    const std::shared_lock getter(mutex_);
    return head_;
  }
  runtime::SharedMutex mutex_;
  int head_ = 0;
};
class SnapshotStore {
 public:
  explicit SnapshotStore(World& world) : head_(world.seams(), Tier::kForkChoice, "store") {}
  int answer() { return head_.read("api") + 1; }
  void import() {
    head_.update("import", [](int& head) { return ++head; });
  }

 private:
  locking::Coherent<int> head_;
};

/// B-197. The API asks the store for its head while it holds the store.
template <typename Store>
void the_api_asks_the_store(World& world) {
  Store store(world);
  world.beside({{"api", [&] { world.expect(store.answer() > 0, "there is an answer"); }},
                {"importer", [&] { store.import(); }}});
}

}  // namespace

std::vector<Pair> lock_order_pairs() {
  return {
      {"B-034", "locks are taken upwards", 200, &three_threads_take_two_locks_each<Circle>,
       &three_threads_take_two_locks_each<Ladder>},
      {"B-099", "two locks are always taken in one order", 200, &gossip_and_interval_take_two_locks<BothWays>,
       &gossip_and_interval_take_two_locks<OneWay>},
      {"B-197", "nobody takes a lock that it holds", 1, &the_api_asks_the_store<ReentrantStore>,
       &the_api_asks_the_store<SnapshotStore>},
  };
}

}  // namespace lockstep::scenarios::races
