// What one message costs from send() to the receiving fiber having it.
#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <vector>

#include "sim/core/engine.h"
#include "sim/world/network.h"
#include "sim/world/node_clock.h"
#include "sim/world/sim_transport.h"

namespace {

using namespace lockstep;
using namespace std::chrono_literals;

/// Messages that every node keeps under way, so that the event queue is loaded.
constexpr int kInFlightPerNode = 4;

struct Node {
  Node(sim::Engine& engine, sim::Network& network, sim::NodeIndex index)
      : clock(engine, {}), transport(network, index, clock) {}
  sim::NodeClock clock;
  sim::SimTransport transport;
  std::vector<runtime::PeerId> peers;
};

struct Setup {
  sim::NodeIndex nodes = 0;
  sim::Policy policy = sim::Policy::kRandom;
  /// Whether every receive() has a deadline to arm and to take back.
  bool deadlines = false;
};

/// Sends every frame back to where it came from, so that nothing but the engine and the network has to
/// remember whom to send to.
void return_frames(Node& node, bool deadlines) {
  while (true) {
    const auto deadline = deadlines ? node.clock.now() + 1s : base::Instant::max();
    auto event = node.transport.receive(deadline);
    if (!event) {
      continue;
    }
    if (auto* received = std::get_if<runtime::FrameReceived>(&*event)) {
      node.transport.send(received->peer, std::move(received->frame));
    }
  }
}

void deliver_messages(benchmark::State& state, const Setup& setup) {
  sim::Choices choices(1);
  sim::Engine engine(choices, {.policy = setup.policy});
  sim::NetworkOptions options;
  options.latency = sim::LatencyLaw::uniform(20ms, 80ms);
  sim::Network network(engine, setup.nodes, sim::random_regular(choices, setup.nodes, 8), options);
  std::vector<std::unique_ptr<Node>> nodes;
  for (sim::NodeIndex index = 0; index < setup.nodes; ++index) {
    nodes.push_back(std::make_unique<Node>(engine, network, index));
  }
  const auto frame = std::make_shared<const base::Bytes>(base::Bytes(200, 7));
  for (sim::NodeIndex index = 0; index < setup.nodes; ++index) {
    engine.spawn("receiver", sim::node_lane(index), [&, index] {
      Node& node = *nodes[index];
      while (const auto event = node.transport.receive(base::Instant::min())) {
        node.peers.push_back(std::get<runtime::PeerConnected>(*event).peer);
      }
      for (int i = 0; i < kInFlightPerNode; ++i) {
        node.transport.send(node.peers[static_cast<std::size_t>(i)], frame);
      }
      return_frames(node, setup.deadlines);
    });
  }
  engine.run_until(engine.now() + 1s);
  const std::uint64_t before = network.figures().delivered;
  for (auto _ : state) {
    engine.run_until(engine.now() + 50ms);
  }
  const auto delivered = static_cast<double>(network.figures().delivered - before);
  state.counters["time/message"] =
      benchmark::Counter(delivered, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  engine.unwind();
}

/// The engine's share of it: a fiber that sleeps as long as a frame would be under way, without any network.
void engine_alone(benchmark::State& state) {
  sim::Choices choices(1);
  sim::Engine engine(choices);
  std::uint64_t wakeups = 0;
  for (sim::NodeIndex index = 0; index < static_cast<sim::NodeIndex>(state.range(0)); ++index) {
    engine.spawn("sleeper", sim::node_lane(index), [&, index] {
      for (std::uint64_t counter = 0;; ++counter) {
        const auto pause = choices.between({sim::ChoiceDomain::kTest, index, 0, counter}, 5ms, 20ms);
        engine.sleep_until(engine.now() + pause);
        ++wakeups;
      }
    });
  }
  engine.run_until(engine.now() + 1s);
  const std::uint64_t before = wakeups;
  for (auto _ : state) {
    engine.run_until(engine.now() + 50ms);
  }
  state.counters["time/wakeup"] = benchmark::Counter(
      static_cast<double>(wakeups - before), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  engine.unwind();
}

void messages_random_turns(benchmark::State& state) {
  deliver_messages(state, {.nodes = static_cast<sim::NodeIndex>(state.range(0))});
}
void messages_fifo_turns(benchmark::State& state) {
  deliver_messages(state,
                   {.nodes = static_cast<sim::NodeIndex>(state.range(0)), .policy = sim::Policy::kFifo});
}
void messages_with_deadlines(benchmark::State& state) {
  deliver_messages(state, {.nodes = static_cast<sim::NodeIndex>(state.range(0)), .deadlines = true});
}

BENCHMARK(engine_alone)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(messages_random_turns)->Arg(100)->Arg(1000)->Arg(10000);
BENCHMARK(messages_fifo_turns)->Arg(1000);
BENCHMARK(messages_with_deadlines)->Arg(1000);

}  // namespace
