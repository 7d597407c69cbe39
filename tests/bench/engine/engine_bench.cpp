// What the engine's primitives cost: turns, events, choices, trace records, threads and locks.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "sim/core/engine.h"
#include "sim/core/fiber_scheduler.h"
#include "sim/core/fiber_sync.h"

namespace lockstep::sim {
namespace {

Engine::Options options_of(Policy policy) {
  Engine::Options options;
  options.policy = policy;
  options.livelock_bound = ~std::uint64_t{0};
  return options;
}

/// There and back between two contexts, without a scheduler: two switches, the yardstick for the rest.
struct PingPong {
  Context here;
  ContextInfo here_info;
  Context there;
  ContextInfo there_info;
  ExceptionState* live = live_exception_state();
};
void context_switch_twice(benchmark::State& state) {
  StackPool stacks;
  const Stack stack = stacks.take();
  PingPong pair;
  adopt_thread(pair.here_info);
  make_context(
      pair.there, pair.there_info, stack.low, stack.size, 0,
      [](void* argument) {
        PingPong& both = *static_cast<PingPong*>(argument);
        while (true) {
          switch_context(both.there, both.there_info, both.here, both.here_info, *both.live, false);
        }
      },
      &pair);
  for (auto _ : state) {
    switch_context(pair.here, pair.here_info, pair.there, pair.there_info, *pair.live, false);
  }
  benchmark::DoNotOptimize(stacks.give_back(stack));
}
BENCHMARK(context_switch_twice);

/// One turn of one fiber among `range(0)` that are all runnable.
void fiber_switch(benchmark::State& state, Policy policy) {
  Choices choices(1);
  Engine engine(choices, options_of(policy));
  const auto fibers = static_cast<std::uint32_t>(state.range(0));
  std::uint64_t left = 0;
  for (std::uint32_t i = 0; i < fibers; ++i) {
    engine.spawn("yielder", node_lane(i % 100), [&] {
      while (true) {
        if (left-- == 0) {
          engine.stop();
        }
        engine.yield();
      }
    });
  }
  constexpr std::int64_t kBatch = 100'000;
  left = static_cast<std::uint64_t>(kBatch);
  static_cast<void>(engine.run());
  while (state.KeepRunningBatch(kBatch)) {
    left = static_cast<std::uint64_t>(kBatch) - 1;
    static_cast<void>(engine.run());
  }
}
BENCHMARK_CAPTURE(fiber_switch, fifo, Policy::kFifo)->Arg(2)->Arg(1000)->Arg(10'000);
BENCHMARK_CAPTURE(fiber_switch, random, Policy::kRandom)->Arg(2)->Arg(1000)->Arg(10'000);

/// Pops the earliest event and pushes one that is due later, with `range(0)` pending.
void event_pop_push(benchmark::State& state) {
  EventQueue queue;
  Choices choices(1);
  ChoiceStream dice(choices, ChoiceDomain::kTest, 0, 0);
  const auto pending = static_cast<std::uint64_t>(state.range(0));
  // Latencies of a few milliseconds to a few seconds, as on links and timers.
  const auto later = [&dice] { return base::Duration(1'000'000 + dice.below(200'000'000)); };
  Event event;
  Time now{};
  for (std::uint64_t i = 0; i < pending; ++i) {
    queue.push(Time(later()), event);
  }
  for (std::uint64_t i = 0; i < 2 * pending; ++i) {
    queue.pop_until(Time::max(), now, event);
    queue.push(now + later(), event);
  }
  for (auto _ : state) {
    queue.pop_until(Time::max(), now, event);
    queue.push(now + later(), event);
  }
  benchmark::DoNotOptimize(now);
}
BENCHMARK(event_pop_push)->Arg(10)->Arg(1000)->Arg(100'000)->Arg(1'000'000);

/// A timer that is set and taken back, among 1,000 pending.
void event_push_cancel(benchmark::State& state) {
  EventQueue queue;
  const Event event;
  for (int i = 0; i < 1000; ++i) {
    queue.push(Time(std::chrono::milliseconds(i)), event);
  }
  std::int64_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        queue.cancel(queue.push(Time(std::chrono::seconds(1)) + base::Duration(++at), event)));
  }
}
BENCHMARK(event_push_cancel);

/// An event from call_at() to its handler, through the engine, 1,000 pending.
struct Echo {
  Engine& engine;
  ChoiceStream dice;
  std::uint64_t left = 0;
  void handle(std::uint64_t, std::uint64_t) {
    if (--left == 0) {
      engine.stop();
    }
    engine.call_at(engine.now() + base::Duration(1'000'000 + dice.below(200'000'000)),
                   Event::call<&Echo::handle>(*this, kWorldLane, 1));
  }
};
void event_through_engine(benchmark::State& state) {
  Choices choices(1);
  Engine engine(choices, options_of(Policy::kRandom));
  Echo echo{engine, ChoiceStream(choices, ChoiceDomain::kTest, 0, 0)};
  for (int i = 0; i < 1000; ++i) {
    ++echo.left;
    echo.handle(0, 0);
  }
  constexpr std::int64_t kBatch = 10'000;
  while (state.KeepRunningBatch(kBatch)) {
    echo.left = static_cast<std::uint64_t>(kBatch);
    static_cast<void>(engine.run());
  }
}
BENCHMARK(event_through_engine);

void choice_draw_by_key(benchmark::State& state) {
  Choices choices(1);
  ChoiceKey key{ChoiceDomain::kNetwork, 1, 2, 0};
  for (auto _ : state) {
    ++key.counter;
    benchmark::DoNotOptimize(choices.below(key, 1000));
  }
}
BENCHMARK(choice_draw_by_key);

void choice_draw_from_stream(benchmark::State& state) {
  Choices choices(1);
  ChoiceStream stream(choices, ChoiceDomain::kNetwork, 1, 2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(stream.below(1000));
  }
}
BENCHMARK(choice_draw_from_stream);

void trace_record(benchmark::State& state) {
  Trace trace(std::chrono::seconds(4));
  std::uint64_t i = 0;
  for (auto _ : state) {
    ++i;
    trace.record(node_lane(static_cast<std::uint32_t>(i) & 127), 16, i, i);
  }
  benchmark::DoNotOptimize(trace.total());
}
BENCHMARK(trace_record);

void trace_record_one_lane(benchmark::State& state) {
  Trace trace(std::chrono::seconds(4));
  std::uint64_t i = 0;
  for (auto _ : state) {
    ++i;
    trace.record(kWorldLane, 16, i, i);
  }
  benchmark::DoNotOptimize(trace.total());
}
BENCHMARK(trace_record_one_lane);

/// Runs `body` as a fiber until it returns.
template <typename Body>
void inside(Body body) {
  Choices choices(1);
  Engine engine(choices, options_of(Policy::kRandom));
  engine.spawn("bench", node_lane(0), [&] { body(engine); });
  static_cast<void>(engine.run());
}

void spawn_join(benchmark::State& state) {
  inside([&](Engine& engine) {
    for (auto _ : state) {
      engine.join(engine.spawn("child", node_lane(0), [] {}));
    }
  });
}
BENCHMARK(spawn_join);

/// Two fibers that wake one another: one park and one unpark.
void park_unpark(benchmark::State& state) {
  inside([&](Engine& engine) {
    const Waiting waiting{"ball", nullptr, nullptr};
    const FiberRef ping = engine.current();
    bool over = false;
    const FiberRef pong = engine.spawn("pong", node_lane(0), [&] {
      while (!over) {
        engine.unpark(ping);
        engine.park(waiting);
      }
    });
    for (auto _ : state) {
      engine.unpark(pong);
      engine.park(waiting);
    }
    over = true;
    engine.unpark(pong);
    engine.join(pong);
    // Each iteration is a pass there and one back.
    state.SetItemsProcessed(2 * state.iterations());
  });
}
BENCHMARK(park_unpark);

void sleep_alone(benchmark::State& state) {
  inside([&](Engine& engine) {
    for (auto _ : state) {
      engine.sleep_until(engine.now() + base::Duration(1000));
    }
  });
}
BENCHMARK(sleep_alone);

void lock_uncontended(benchmark::State& state) {
  inside([&](Engine& engine) {
    const ExactTime time;
    FiberSync sync(engine, time);
    runtime::Mutex mutex(&sync, "bench");
    for (auto _ : state) {
      mutex.lock();
      mutex.unlock();
    }
  });
}
BENCHMARK(lock_uncontended);

}  // namespace
}  // namespace lockstep::sim
