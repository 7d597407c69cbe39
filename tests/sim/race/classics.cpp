// The programs.
#include "classics.h"

#include <array>
#include <deque>
#include <memory>
#include <mutex>

#include "node/base/assert.h"
#include "sim/race/memory.h"
#include "sim/race/primitives.h"

namespace lockstep::race {
namespace {

using Int = Var<int>;
using AtomicInt = Atomic<int>;

/// The driver is stopped between the test of the flag and the count of those inside.
Body bluetooth(bool correct) {
  return [correct](World& world) {
    Mutex mutex(world, "driver");
    AtomicInt stopping(world, "stopping", 0);
    AtomicInt inside(world, "inside", 1);
    AtomicInt stopped(world, "stopped", 0);
    world.spawn("stopper", [&] {
      std::unique_lock<Mutex> hold(mutex, std::defer_lock);
      if (correct) {
        hold.lock();
      }
      stopping.store(1);
      if (inside.fetch_sub(1) == 1) {
        stopped.store(1);
      }
    });
    world.spawn("worker", [&] {
      std::unique_lock<Mutex> hold(mutex, std::defer_lock);
      if (correct) {
        hold.lock();
      }
      if (stopping.load() == 0) {
        inside.fetch_add(1);
        LOCKSTEP_ASSERT(stopped.load() == 0);
        if (inside.fetch_sub(1) == 1) {
          stopped.store(1);
        }
      }
    });
    world.join_all();
  };
}

/// The length of a buffer is read under its lock, the buffer shrinks, the copy runs over the end.
Body string_buffer(bool correct) {
  return [correct](World& world) {
    Mutex mutex(world, "buffer");
    Int length(world, "length", 8);
    world.spawn("appender", [&] {
      int seen = 0;
      {
        std::lock_guard<Mutex> hold(mutex);
        seen = length.get();
        LOCKSTEP_ASSERT(!correct || seen <= length.get());
      }
      std::lock_guard<Mutex> hold(mutex);
      LOCKSTEP_ASSERT(correct || seen <= length.get());
    });
    world.spawn("eraser", [&] {
      std::lock_guard<Mutex> hold(mutex);
      length.set(0);
    });
    world.join_all();
  };
}

/// The flag is set and told outside the lock that the waiter tests it under.
Body lost_wake_up(bool correct) {
  return [correct](World& world) {
    Mutex mutex(world, "mutex");
    CondVar filled(world, "filled");
    AtomicInt ready(world, "ready", 0);
    world.spawn("consumer", [&] {
      std::unique_lock<Mutex> hold(mutex);
      while (ready.load() == 0) {
        filled.wait(hold);
      }
    });
    world.spawn("producer", [&] {
      std::unique_lock<Mutex> hold(mutex, std::defer_lock);
      if (correct) {
        hold.lock();
      }
      ready.store(1);
      filled.notify_one();
    });
    world.join_all();
  };
}

Body abba(bool correct) {
  return [correct](World& world) {
    Mutex a(world, "a");
    Mutex b(world, "b");
    world.spawn("first", [&] {
      std::lock_guard<Mutex> outer(a);
      std::lock_guard<Mutex> inner(b);
    });
    world.spawn("second", [&] {
      std::lock_guard<Mutex> outer(correct ? a : b);
      std::lock_guard<Mutex> inner(correct ? b : a);
    });
    world.join_all();
  };
}

Body philosophers(std::size_t count, bool correct) {
  return [count, correct](World& world) {
    std::deque<Mutex> forks;
    for (std::size_t i = 0; i < count; ++i) {
      forks.emplace_back(world, "fork");
    }
    for (std::size_t i = 0; i < count; ++i) {
      const bool turned = correct && i + 1 == count;
      Mutex& first = forks[turned ? 0 : i];
      Mutex& second = forks[turned ? i : (i + 1) % count];
      world.spawn("philosopher", [&first, &second] {
        std::lock_guard<Mutex> left(first);
        std::lock_guard<Mutex> right(second);
      });
    }
    world.join_all();
  };
}

/// Three threads add 1, add 2 and test under one lock; the test holds only before the additions.
Body lazy01(bool correct) {
  return [correct](World& world) {
    Mutex mutex(world, "mutex");
    Int data(world, "data", 0);
    world.spawn("one", [&] {
      std::lock_guard<Mutex> hold(mutex);
      data.add(1);
    });
    world.spawn("two", [&] {
      std::lock_guard<Mutex> hold(mutex);
      data.add(2);
    });
    world.spawn("three", [&] {
      std::lock_guard<Mutex> hold(mutex);
      LOCKSTEP_ASSERT(data.get() < (correct ? 4 : 3));
    });
    world.join_all();
  };
}

/// Each copies its neighbour's value; all are equal only after copies in the right order.
Body token_ring(bool correct) {
  return [correct](World& world) {
    AtomicInt x1(world, "x1", 1);
    AtomicInt x2(world, "x2", 2);
    AtomicInt x3(world, "x3", 3);
    const Thread one = world.spawn("one", [&] { x1.store((x3.load() + 1) % 4); });
    if (correct) {
      world.join(one);
    }
    const Thread two = world.spawn("two", [&] { x2.store(x1.load()); });
    if (correct) {
      world.join(two);
    }
    world.spawn("three", [&] { x3.store(x2.load()); });
    world.join_all();
    LOCKSTEP_ASSERT(x1.load() == x2.load() && x2.load() == x3.load());
  };
}

/// Consumers test with `if` where a woken one may find the buffer empty again.
Body bounded_buffer(bool correct) {
  return [correct](World& world) {
    Mutex mutex(world, "mutex");
    CondVar changed(world, "changed");
    Int items(world, "items", 0);
    for (int consumer = 0; consumer < 2; ++consumer) {
      world.spawn("consumer", [&] {
        std::unique_lock<Mutex> hold(mutex);
        if (correct) {
          while (items.get() == 0) {
            changed.wait(hold);
          }
        } else if (items.get() == 0) {
          changed.wait(hold);
        }
        items.add(-1);
        LOCKSTEP_ASSERT(items.get() >= 0);
      });
    }
    world.spawn("producer", [&] {
      for (int i = 0; i < 2; ++i) {
        std::lock_guard<Mutex> hold(mutex);
        items.add(1);
        changed.notify_one();
      }
    });
    world.join_all();
  };
}

/// A deque of one owner and one thief; the protocol for the last item decides.
struct StealQueue {
  StealQueue(World& world, bool is_correct)
      : lock(world, "queue"), head(world, "head", 0), tail(world, "tail", 0), correct(is_correct) {
    for (int i = 0; i < 8; ++i) {
      taken.emplace_back(world, "item", 0);
    }
  }
  void push() { tail.store(tail.load() + 1); }
  bool pop(int& item) {
    int at = tail.load() - 1;
    if (correct) {
      std::lock_guard<Mutex> hold(lock);
      at = tail.load() - 1;
      if (at < head.load()) {
        return false;
      }
      tail.store(at);
      item = at;
      return true;
    }
    if (at < head.load()) {
      return false;
    }
    tail.store(at);
    item = at;
    return true;
  }
  bool steal(int& item) {
    std::lock_guard<Mutex> hold(lock);
    const int at = head.load();
    if (at >= tail.load()) {
      return false;
    }
    head.store(at + 1);
    item = at;
    return true;
  }
  void use(int item) {
    LOCKSTEP_ASSERT_MSG(taken[static_cast<std::size_t>(item)].fetch_add(1) == 0, "an item is taken twice");
  }
  Mutex lock;
  AtomicInt head;
  AtomicInt tail;
  std::deque<AtomicInt> taken;
  bool correct;
};

Body work_steal_queue(bool correct) {
  return [correct](World& world) {
    StealQueue queue(world, correct);
    queue.push();
    queue.push();
    world.spawn("thief", [&] {
      for (int i = 0; i < 2; ++i) {
        if (int item = 0; queue.steal(item)) {
          queue.use(item);
        }
      }
    });
    for (int i = 0; i < 2; ++i) {
      if (int item = 0; queue.pop(item)) {
        queue.use(item);
      }
    }
    world.join_all();
  };
}

/// Both see too much money because the check stands outside of the lock.
Body account(bool correct) {
  return [correct](World& world) {
    Mutex mutex(world, "account");
    Int balance(world, "balance", 10);
    for (int i = 0; i < 2; ++i) {
      world.spawn("withdrawer", [&] {
        std::unique_lock<Mutex> hold(mutex);
        const bool enough = balance.get() >= 10;
        if (!correct) {
          hold.unlock();
          hold.lock();
        }
        if (enough) {
          balance.add(-10);
        }
        LOCKSTEP_ASSERT(balance.get() >= 0);
      });
    }
    world.join_all();
  };
}

/// Increments that are a read and a write.
Body lost_update(bool correct) {
  return [correct](World& world) {
    AtomicInt counter(world, "counter", 0);
    for (int thread = 0; thread < 2; ++thread) {
      world.spawn("counter", [&] {
        for (int i = 0; i < 2; ++i) {
          if (correct) {
            counter.fetch_add(1);
          } else {
            counter.store(counter.load() + 1);
          }
        }
      });
    }
    world.join_all();
    LOCKSTEP_ASSERT(counter.load() == 4);
  };
}

/// A reader that asks for the lock again while a writer stands between: here as exclusive upgrade.
Body upgrade(bool correct) {
  return [correct](World& world) {
    SharedMutex mutex(world, "table");
    Int value(world, "value", 0);
    for (int i = 0; i < 2; ++i) {
      world.spawn("upgrader", [&] {
        mutex.lock_shared();
        const int seen = value.get();
        if (correct) {
          mutex.unlock_shared();
          mutex.lock();
          value.set(value.get() + 1);
          mutex.unlock();
          return;
        }
        mutex.lock();
        value.set(seen + 1);
        mutex.unlock();
        mutex.unlock_shared();
      });
    }
    world.join_all();
  };
}

/// Permits are taken one by one by threads that need two.
Body permits(bool correct) {
  return [correct](World& world) {
    Semaphore permits(world, "permits", correct ? 3 : 2);
    for (int i = 0; i < 2; ++i) {
      world.spawn("taker", [&] {
        permits.acquire();
        permits.acquire();
        permits.release(2);
      });
    }
    world.join_all();
  };
}

}  // namespace

Body reorder(std::uint32_t setters, bool locked) {
  return [setters, locked](World& world) {
    Mutex mutex(world, "pair");
    AtomicInt a(world, "a", 0);
    AtomicInt b(world, "b", 0);
    for (std::uint32_t i = 0; i < setters; ++i) {
      world.spawn("setter", [&, locked] {
        std::unique_lock<Mutex> hold(mutex, std::defer_lock);
        if (locked) {
          hold.lock();
        }
        a.store(1);
        b.store(-1);
      });
    }
    world.spawn("checker", [&, locked] {
      std::unique_lock<Mutex> hold(mutex, std::defer_lock);
      if (locked) {
        hold.lock();
      }
      const int seen_a = a.load();
      const int seen_b = b.load();
      LOCKSTEP_ASSERT((seen_a == 0 && seen_b == 0) || (seen_a == 1 && seen_b == -1));
    });
    world.join_all();
  };
}

Body two_stage(std::uint32_t writers, bool one_lock) {
  return [writers, one_lock](World& world) {
    Mutex first(world, "first");
    Mutex second(world, "second");
    Int stage_one(world, "stage one", 0);
    Int stage_two(world, "stage two", 0);
    for (std::uint32_t i = 0; i < writers; ++i) {
      world.spawn("writer", [&, one_lock] {
        std::unique_lock<Mutex> hold(first);
        stage_one.set(1);
        if (!one_lock) {
          hold.unlock();
        }
        std::lock_guard<Mutex> inner(second);
        stage_two.set(2);
      });
    }
    world.spawn("reader", [&] {
      int one = 0;
      {
        std::lock_guard<Mutex> hold(first);
        one = stage_one.get();
      }
      if (one != 0) {
        std::lock_guard<Mutex> hold(second);
        LOCKSTEP_ASSERT(stage_two.get() == one + 1);
      }
    });
    world.join_all();
  };
}

std::vector<Classic> classics() {
  std::vector<Classic> all = {
      {"bluetooth", bluetooth(false), bluetooth(true)},
      {"string buffer", string_buffer(false), string_buffer(true)},
      {"lost wake-up", lost_wake_up(false), lost_wake_up(true)},
      {"ABBA", abba(false), abba(true)},
      {"philosophers 3", philosophers(3, false), philosophers(3, true)},
      {"philosophers 5", philosophers(5, false), philosophers(5, true)},
      {"lazy01", lazy01(false), lazy01(true)},
      {"token ring", token_ring(false), token_ring(true)},
      {"bounded buffer", bounded_buffer(false), bounded_buffer(true)},
      {"work-steal queue", work_steal_queue(false), work_steal_queue(true)},
      {"account", account(false), account(true)},
      {"lost update", lost_update(false), lost_update(true)},
      {"upgrade", upgrade(false), upgrade(true)},
      {"permits", permits(false), permits(true)},
  };
  for (const std::uint32_t setters : {3U, 5U, 10U, 20U, 50U, 100U}) {
    all.push_back({"reorder " + std::to_string(setters), reorder(setters, false), reorder(setters, true)});
  }
  for (const std::uint32_t writers : {1U, 20U, 100U}) {
    all.push_back(
        {"two-stage " + std::to_string(writers), two_stage(writers, false), two_stage(writers, true)});
  }
  return all;
}

}  // namespace lockstep::race
