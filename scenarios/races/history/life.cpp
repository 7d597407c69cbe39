// Stopping: who is still running when things are taken away.
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "node/node/node.h"
#include "node/runtime/stop.h"
#include "scenarios/races/history/arrivals.h"
#include "scenarios/races/history/pairs.h"
#include "scenarios/races/history/whole_node.h"

namespace lockstep::scenarios::races {
namespace {

using runtime::StopSignal;

/// A thread of which only the first who stops it waits for its end.
class FirstStopperWaits {
 public:
  FirstStopperWaits(World& world, std::function<void(StopSignal&)> body)
      : signal_(world.sync()), stopping_(world.sync(), "stopping", false) {
    thread_ = world.scheduler().spawn("worker", [this, run = std::move(body)] { run(signal_); });
  }
  void stop() {
    signal_.request();
    if (!stopping_.exchange(true)) {
      thread_->join();
    }
  }

 private:
  StopSignal signal_;
  runtime::Atomic<bool> stopping_;
  std::unique_ptr<runtime::Thread> thread_;
};
class NodeThread : public runtime::StoppableThread {
 public:
  NodeThread(World& world, std::function<void(StopSignal&)> body)
      : StoppableThread(world.scheduler(), world.sync(), "worker", std::move(body)) {}
};

/// M-02, of the kind of B-123. Two stop the worker; whoever is told first that it is gone frees its queue.
template <typename Thread>
void a_stopped_worker_is_gone_for_everybody(World& world) {
  world.beside({{"main", [&] {
                   auto queue = world.mortal(1, -1);
                   const int* in_use = queue.get();
                   Thread worker(world, [&world, in_use](StopSignal& signal) {
                     while (!signal.requested()) {
                       world.scheduler().yield();
                     }
                     world.pause();
                     world.expect(*in_use == 1, "the worker ran on after its queue was freed");
                   });
                   Noted<bool> is_freed(false);
                   const auto stop = [&] {
                     worker.stop();
                     if (!is_freed.exchange(true)) {
                       queue.reset();
                     }
                   };
                   const auto other = world.scheduler().spawn("watchdog", stop);
                   stop();
                   other->join();
                 }}});
}

/// What a node calls into, each until it is freed.
struct Outside {
  explicit Outside(World& of)
      : world(of),
        network(of.mortal(1, -1)),
        batch(of.mortal(1, -1)),
        wire(network.get()),
        parents(batch.get()) {}
  void call_network() const { world.expect(*wire == 1, "a callback after its network was freed"); }
  void call_batch() const { world.expect(*parents == 1, "a callback after the batch of parents was freed"); }

  World& world;
  std::shared_ptr<const int> network;
  std::shared_ptr<const int> batch;
  const int* wire;
  const int* parents;
};

/// A worker that calls back until it is joined, and what is freed before that.
template <bool kNetworkFirst>
class FreesThenJoins {
 public:
  FreesThenJoins(World& world, Outside& outside)
      : outside_(outside), worker_(world.scheduler(), world.sync(), "worker", [&](StopSignal& signal) {
          do {
            outside.call_network();
            outside.call_batch();
            world.spend(std::chrono::milliseconds(100));
          } while (!signal.requested());
        }) {}
  void end() {
    (kNetworkFirst ? outside_.network : outside_.batch).reset();
    worker_.stop();
    outside_.network.reset();
    outside_.batch.reset();
  }

 private:
  Outside& outside_;
  runtime::StoppableThread worker_;
};

/// The node's network: what comes is asked for, what goes is swallowed.
class Swallows final : public runtime::Transport {
 public:
  explicit Swallows(Outside& outside) : outside_(outside), arrivals_(outside.world) {}

  runtime::SendOutcome send(runtime::PeerId /*peer*/, runtime::Frame /*frame*/) override {
    outside_.call_network();
    return runtime::SendOutcome::kQueued;
  }
  void disconnect(runtime::PeerId /*peer*/) override { outside_.call_network(); }
  std::optional<runtime::TransportEvent> receive(base::Instant deadline) override {
    outside_.call_network();
    return arrivals_.receive(deadline);
  }
  void interrupt() override {
    outside_.call_network();
    arrivals_.interrupt();
  }
  void bring(runtime::TransportEvent event) { arrivals_.bring(std::move(event)); }

 private:
  Outside& outside_;
  Arrivals arrivals_;
};

/// Reports into the batch.
class Reports final : public chain::Events {
 public:
  explicit Reports(Outside& outside) : outside_(outside) {}
  void tick_happened(const chain::TickHappened& /*tick*/) override { outside_.call_batch(); }
  void message_dropped(const chain::MessageDropped& /*dropped*/) override { outside_.call_batch(); }
  void peer_changed(const chain::PeerChanged& /*changed*/) override { outside_.call_batch(); }
  void buffer_level(const chain::BufferLevel& /*level*/) override { outside_.call_batch(); }

 private:
  Outside& outside_;
};

/// A whole node without validators of its own, and a peer that sends it what nobody can read.
class WholeNode {
 public:
  WholeNode(World& world, Outside& outside)
      : outside_(outside),
        transport_(outside),
        reports_(outside),
        prover_(scheme_),
        node_(std::make_unique<node::Node>(
            runtime::Runtime{world.clock(), world.scheduler(), world.sync(), transport_, random_, meter_},
            scheme_, prover_, reports_, small_config())) {
    node_->start();
    transport_.bring(runtime::PeerConnected{{1}, "nowhere"});
    transport_.bring(runtime::FrameReceived{{1}, std::make_shared<const base::Bytes>(base::Bytes{1, 2, 3})});
  }
  void end() {
    node_->stop();
    outside_.network.reset();
    outside_.batch.reset();
    node_.reset();
  }

 private:
  Outside& outside_;
  Swallows transport_;
  Reports reports_;
  NoMeter meter_;
  Zeros random_;
  crypto::CheapScheme scheme_;
  crypto::BindingProver prover_;
  std::unique_ptr<node::Node> node_;
};

/// B-071 and B-072. The threads of a node call back into what is around it while it is taken down, at
/// whatever moment that is.
template <typename Node>
void what_is_called_outlives_the_callers(World& world) {
  world.beside({{"operator", [&] {
                   Outside outside(world);
                   // Too large for the stack of a thread.
                   const auto node = std::make_unique<Node>(world, outside);
                   world.spend(std::chrono::milliseconds(400 * world.choose(4)));
                   node->end();
                 }}});
}

}  // namespace

std::vector<Pair> life_pairs() {
  return {
      {"B-071", "the network is freed when nobody calls back into it", 200,
       &what_is_called_outlives_the_callers<FreesThenJoins<true>>,
       &what_is_called_outlives_the_callers<WholeNode>},
      {"B-072", "the batch of parents is freed when nobody calls back into it", 200,
       &what_is_called_outlives_the_callers<FreesThenJoins<false>>,
       &what_is_called_outlives_the_callers<WholeNode>},
      {"M-02", "whoever has stopped a thread finds it gone", 200,
       &a_stopped_worker_is_gone_for_everybody<FirstStopperWaits>,
       &a_stopped_worker_is_gone_for_everybody<NodeThread>},
  };
}

}  // namespace lockstep::scenarios::races
