// How much faster than real time whole clusters run, and how much memory a node takes.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include "scenarios/catalogue.h"

namespace lockstep::scenarios {
namespace {

constexpr std::uint64_t kSlots = 64;

cluster::Plan devnet(std::uint64_t nodes) {
  cluster::Plan plan;
  plan.scenario = "devnet";
  plan.seed = 42;
  plan.nodes = nodes;
  plan.slots = kSlots;
  return *complete_plan(plan);
}

/// 64 slots of a devnet. `times_real_time` is virtual time over wall time.
void devnet_of_64_slots(benchmark::State& state) {
  const cluster::Plan plan = devnet(static_cast<std::uint64_t>(state.range(0)));
  double virtual_seconds = 0;
  for (auto _ : state) {
    const cluster::Outcome outcome = run_plan(plan);
    if (outcome.failure) {
      state.SkipWithError(outcome.failure->sentence.c_str());
      return;
    }
    virtual_seconds += static_cast<double>(outcome.virtual_nanoseconds) / 1e9;
  }
  state.counters["times_real_time"] = benchmark::Counter(virtual_seconds, benchmark::Counter::kIsRate);
}
BENCHMARK(devnet_of_64_slots)->Arg(4)->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);

/// Bytes in use on the heap and in mapped blocks, stacks of fibers not included.
std::size_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// The most that a run has in use at a slot's end, beyond what was in use before it.
std::size_t bytes_of(std::uint64_t nodes) {
  const std::size_t before = bytes_in_use();
  std::size_t most = before;
  benchmark::DoNotOptimize(
      run_plan(devnet(nodes), [&](std::uint64_t, std::uint64_t) { most = std::max(most, bytes_in_use()); }));
  return most - before;
}

/// Memory for each node beyond the first, after 64 slots.
void memory_of_a_node(benchmark::State& state) {
  const auto nodes = static_cast<std::uint64_t>(state.range(0));
  double bytes_per_node = 0;
  for (auto _ : state) {
    const auto one = static_cast<double>(bytes_of(1));
    const auto all = static_cast<double>(bytes_of(nodes));
    bytes_per_node = (all - one) / static_cast<double>(nodes - 1);
  }
  state.counters["KiB_per_node"] = bytes_per_node / 1024;
}
BENCHMARK(memory_of_a_node)->Arg(100)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lockstep::scenarios
