// Stopping: who is still running when things are taken away.
#include <functional>
#include <memory>
#include <utility>

#include "node/runtime/stop.h"
#include "scenarios/races/history/pairs.h"

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
                   const auto stop = [&] {
                     worker.stop();
                     queue.reset();
                   };
                   const auto other = world.scheduler().spawn("watchdog", stop);
                   stop();
                   other->join();
                 }}});
}

struct FreeThenJoin {
  static void end(std::shared_ptr<const int>& network, runtime::StoppableThread& worker) {
    network.reset();
    worker.stop();
  }
};
struct JoinThenFree {
  static void end(std::shared_ptr<const int>& network, runtime::StoppableThread& worker) {
    worker.stop();
    network.reset();
  }
};

/// B-071. The worker calls back into the network while the node is taken down.
template <typename Order>
void the_network_outlives_the_worker(World& world) {
  world.beside({{"main", [&] {
                   auto network = world.mortal(1, -1);
                   const int* callbacks = network.get();
                   runtime::StoppableThread worker(
                       world.scheduler(), world.sync(), "worker", [&world, callbacks](StopSignal& signal) {
                         do {
                           world.expect(*callbacks == 1, "a callback after its network was freed");
                           world.scheduler().yield();
                         } while (!signal.requested());
                       });
                   Order::end(network, worker);
                 }}});
}

}  // namespace

std::vector<Pair> life_pairs() {
  return {
      {"B-071", "nobody calls back into what is being freed", 200,
       &the_network_outlives_the_worker<FreeThenJoin>, &the_network_outlives_the_worker<JoinThenFree>},
      {"M-02", "whoever has stopped a thread finds it gone", 200,
       &a_stopped_worker_is_gone_for_everybody<FirstStopperWaits>,
       &a_stopped_worker_is_gone_for_everybody<NodeThread>},
  };
}

}  // namespace lockstep::scenarios::races
