// Schedules a second: what an exploration costs, with and without the race detector.
#include <benchmark/benchmark.h>

#include <deque>

#include "sim/race/explorer.h"
#include "sim/race/memory.h"
#include "sim/race/primitives.h"

namespace lockstep::race {
namespace {

/// `threads` threads do `operations` atomic operations each.
Body atomics(std::uint32_t threads, std::uint32_t operations) {
  return [=](World& world) {
    Atomic<std::uint32_t> counter(world, "counter");
    for (std::uint32_t i = 0; i < threads; ++i) {
      world.spawn("worker", [&counter, operations] {
        for (std::uint32_t n = 0; n < operations; ++n) {
          counter.fetch_add(1);
        }
      });
    }
    world.join_all();
  };
}

/// `threads` threads lock, count and unlock `operations` times each.
Body locks(std::uint32_t threads, std::uint32_t operations) {
  return [=](World& world) {
    struct Shared {
      explicit Shared(World& of) : mutex(of, "mutex") {}
      Mutex mutex;
      std::uint32_t counter = 0;
    } shared(world);
    for (std::uint32_t i = 0; i < threads; ++i) {
      world.spawn("worker", [&shared, operations] {
        for (std::uint32_t n = 0; n < operations; ++n) {
          shared.mutex.lock();
          ++shared.counter;
          shared.mutex.unlock();
        }
      });
    }
    world.join_all();
  };
}

void run(benchmark::State& state, const Body& body, StrategyKind kind, bool detector) {
  constexpr std::uint64_t kBatch = 20'000;
  ExploreOptions options;
  options.runner.detect_races = detector;
  options.runner.watch_lock_order = detector;
  options.strategy = kind;
  options.schedules = kBatch;
  for (auto _ : state) {
    ++options.runner.seed;
    const Report report = explore(body, options);
    if (!report.clean()) {
      state.SkipWithError(report.text().c_str());
      break;
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

void atomics_2_by_5(benchmark::State& state, StrategyKind kind, bool detector) {
  run(state, atomics(2, 5), kind, detector);
}
void atomics_5_by_20(benchmark::State& state, StrategyKind kind, bool detector) {
  run(state, atomics(5, 20), kind, detector);
}
void locks_5_by_20(benchmark::State& state, StrategyKind kind, bool detector) {
  run(state, locks(5, 20), kind, detector);
}
void locks_100_by_2(benchmark::State& state, StrategyKind kind, bool detector) {
  run(state, locks(100, 2), kind, detector);
}

#define LOCKSTEP_RACE_BENCH(workload)                                         \
  BENCHMARK_CAPTURE(workload, portfolio, StrategyKind::kPortfolio, false);    \
  BENCHMARK_CAPTURE(workload, random_walk, StrategyKind::kRandomWalk, false); \
  BENCHMARK_CAPTURE(workload, pct, StrategyKind::kPct, false);                \
  BENCHMARK_CAPTURE(workload, pos, StrategyKind::kPos, false);                \
  BENCHMARK_CAPTURE(workload, urw, StrategyKind::kUrw, false);                \
  BENCHMARK_CAPTURE(workload, surw, StrategyKind::kSurw, false);              \
  BENCHMARK_CAPTURE(workload, portfolio_detecting, StrategyKind::kPortfolio, true)

LOCKSTEP_RACE_BENCH(atomics_2_by_5);
LOCKSTEP_RACE_BENCH(atomics_5_by_20);
LOCKSTEP_RACE_BENCH(locks_5_by_20);
BENCHMARK_CAPTURE(locks_100_by_2, portfolio, StrategyKind::kPortfolio, false);

}  // namespace
}  // namespace lockstep::race
