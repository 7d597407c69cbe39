// What the hook costs where there is none, beside the standard library's primitives; and what tiers and
// timers cost on top. A second thread is alive all the while: libraries save locks in a process with one.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "node/locking/tiered_lock.h"
#include "node/real/os_scheduler.h"
#include "node/real/system_clock.h"
#include "node/runtime/atomic.h"
#include "node/runtime/sync.h"
#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"
#include "sim/world/node_clock.h"

namespace lockstep {
namespace {

/// A thread that sleeps until it is joined.
class SecondThread {
 public:
  SecondThread() : stop_(mutex_) {
    thread_ = scheduler_.spawn("second", [this] { const std::lock_guard wait(mutex_); });
  }
  ~SecondThread() {
    stop_.unlock();
    thread_->join();
  }
  SecondThread(const SecondThread&) = delete;
  SecondThread& operator=(const SecondThread&) = delete;

 private:
  std::mutex mutex_;
  std::unique_lock<std::mutex> stop_;
  real::OsScheduler scheduler_;
  std::unique_ptr<runtime::Thread> thread_;
};

template <typename M>
void lock_unlock(benchmark::State& state, M& mutex) {
  const SecondThread second;
  for (auto _ : state) {
    benchmark::DoNotOptimize(&mutex);
    mutex.lock();
    benchmark::ClobberMemory();
    mutex.unlock();
  }
}

template <typename M>
void lock_unlock_shared(benchmark::State& state, M& mutex) {
  const SecondThread second;
  for (auto _ : state) {
    benchmark::DoNotOptimize(&mutex);
    mutex.lock_shared();
    benchmark::ClobberMemory();
    mutex.unlock_shared();
  }
}

/// The hook as a program knows it that is told at run time: null, but the compiler cannot see that.
runtime::SyncHook* no_hook() {
  runtime::SyncHook* hook = nullptr;
  benchmark::DoNotOptimize(hook);
  return hook;
}

void std_mutex(benchmark::State& state) {
  std::mutex mutex;
  lock_unlock(state, mutex);
}
void runtime_mutex(benchmark::State& state) {
  runtime::Mutex mutex(no_hook(), "bench");
  lock_unlock(state, mutex);
}
void std_shared_mutex_exclusive(benchmark::State& state) {
  std::shared_mutex mutex;
  lock_unlock(state, mutex);
}
void runtime_shared_mutex_exclusive(benchmark::State& state) {
  runtime::SharedMutex mutex(no_hook(), "bench");
  lock_unlock(state, mutex);
}
void std_shared_mutex_shared(benchmark::State& state) {
  std::shared_mutex mutex;
  lock_unlock_shared(state, mutex);
}
void runtime_shared_mutex_shared(benchmark::State& state) {
  runtime::SharedMutex mutex(no_hook(), "bench");
  lock_unlock_shared(state, mutex);
}
BENCHMARK(std_mutex);
BENCHMARK(runtime_mutex);
BENCHMARK(std_shared_mutex_exclusive);
BENCHMARK(runtime_shared_mutex_exclusive);
BENCHMARK(std_shared_mutex_shared);
BENCHMARK(runtime_shared_mutex_shared);

template <typename A>
void add_and_load(benchmark::State& state, A& atomic) {
  const SecondThread second;
  for (auto _ : state) {
    benchmark::DoNotOptimize(&atomic);
    atomic.fetch_add(1, std::memory_order_relaxed);
    benchmark::DoNotOptimize(atomic.load(std::memory_order_acquire));
  }
}
void std_atomic(benchmark::State& state) {
  std::atomic<std::uint64_t> atomic = 0;
  add_and_load(state, atomic);
}
void runtime_atomic(benchmark::State& state) {
  runtime::Atomic<std::uint64_t> atomic(no_hook(), "bench", 0);
  add_and_load(state, atomic);
}
BENCHMARK(std_atomic);
BENCHMARK(runtime_atomic);

void semaphore(benchmark::State& state) {
  runtime::Semaphore permits(no_hook(), "bench", 1, 1);
  const SecondThread second;
  for (auto _ : state) {
    permits.acquire();
    permits.release();
  }
}
BENCHMARK(semaphore);

void tiered_mutex(benchmark::State& state) {
  real::OsScheduler scheduler;
  real::SystemClock clock;
  locking::TieredMutex mutex({no_hook(), scheduler, clock}, locking::Tier::kStates, "bench");
  const SecondThread second;
  for (auto _ : state) {
    const locking::Hold hold = mutex.hold("bench");
    benchmark::ClobberMemory();
  }
}
BENCHMARK(tiered_mutex);

/// Runs `body` as the only fiber of an engine.
template <typename F>
void on_a_fiber(F&& body) {
  sim::Choices choices(1);
  sim::Engine engine(choices);
  sim::NodeClock clock(engine, {});
  sim::FiberScheduler scheduler(engine, sim::node_lane(0), clock);
  sim::FiberSync sync(engine, clock);
  engine.spawn("bench", sim::node_lane(0), [&] { body(locking::LockSeams{&sync, scheduler, clock}); });
  engine.run();
}

void hooked_mutex(benchmark::State& state) {
  on_a_fiber([&](const locking::LockSeams& seams) {
    runtime::Mutex mutex(seams.sync, "bench");
    for (auto _ : state) {
      mutex.lock();
      mutex.unlock();
    }
  });
}
void hooked_shared_mutex_shared(benchmark::State& state) {
  on_a_fiber([&](const locking::LockSeams& seams) {
    runtime::SharedMutex mutex(seams.sync, "bench");
    for (auto _ : state) {
      mutex.lock_shared();
      mutex.unlock_shared();
    }
  });
}
void hooked_atomic(benchmark::State& state) {
  on_a_fiber([&](const locking::LockSeams& seams) {
    runtime::Atomic<std::uint64_t> atomic(seams.sync, "bench", 0);
    for (auto _ : state) {
      atomic.fetch_add(1);
    }
  });
}
void hooked_tiered_mutex(benchmark::State& state) {
  on_a_fiber([&](const locking::LockSeams& seams) {
    locking::TieredMutex mutex(seams, locking::Tier::kStates, "bench");
    for (auto _ : state) {
      const locking::Hold hold = mutex.hold("bench");
    }
  });
}
BENCHMARK(hooked_mutex);
BENCHMARK(hooked_shared_mutex_shared);
BENCHMARK(hooked_atomic);
BENCHMARK(hooked_tiered_mutex);

}  // namespace
}  // namespace lockstep
