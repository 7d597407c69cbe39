// More than a thread can take: slot clocks that wait for the end of it, and commands for which there is no
// room.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "node/locking/mpsc_queue.h"
#include "node/locking/wake_up.h"
#include "node/networking/request_codec.h"
#include "node/node/network_actor.h"
#include "node/node/node.h"
#include "node/node/slot_timer.h"
#include "node/runtime/stop.h"
#include "scenarios/races/history/arrivals.h"
#include "scenarios/races/history/pairs.h"
#include "scenarios/races/history/whole_node.h"

namespace lockstep::scenarios::races {
namespace {

using base::Duration;

constexpr Duration kInterval = std::chrono::milliseconds(spec::MILLISECONDS_PER_INTERVAL);

/// A network that brings what it was given at once, and may be slow to send.
class Flooded final : public runtime::Transport {
 public:
  explicit Flooded(World& world) : world_(world), arrivals_(world) {}

  runtime::SendOutcome send(runtime::PeerId /*peer*/, runtime::Frame /*frame*/) override {
    if (slowness.count() > 0) {
      world_.spend(std::exchange(slowness, {}));
    }
    return runtime::SendOutcome::kQueued;
  }
  void disconnect(runtime::PeerId /*peer*/) override {}
  std::optional<runtime::TransportEvent> receive(base::Instant deadline) override {
    return arrivals_.receive(deadline);
  }
  void interrupt() override { arrivals_.interrupt(); }
  void bring(std::deque<runtime::TransportEvent> events) { arrivals_.bring_all(std::move(events)); }

  /// Of the next send, once. To be set before anybody sends.
  Duration slowness{};

 private:
  World& world_;
  Arrivals arrivals_;
};

/// What is around a node or an actor.
struct Around {
  explicit Around(World& world)
      : transport(world),
        prover(scheme),
        runtime{world.clock(), world.scheduler(), world.sync(), transport, random, meter} {}
  Flooded transport;
  Zeros random;
  NoMeter meter;
  crypto::CheapScheme scheme;
  crypto::BindingProver prover;
  runtime::Runtime runtime;
};

/// Each of so many peers asks for our status as often as it may.
constexpr std::uint64_t kPeers = 30;
std::deque<runtime::TransportEvent> requests_of_many() {
  std::deque<runtime::TransportEvent> events;
  for (std::uint64_t peer = 1; peer <= kPeers; ++peer) {
    events.emplace_back(runtime::PeerConnected{{peer}, "nowhere"});
    for (std::uint64_t id = 1; id <= networking::kChannelsPerPeerMax; ++id) {
      events.emplace_back(runtime::FrameReceived{
          {peer}, std::make_shared<const base::Bytes>(networking::encode_request(id, spec::Status{}))});
    }
  }
  return events;
}

/// What it takes the loop to deal with one request.
constexpr Duration kRequestTime = std::chrono::milliseconds(50);

/// How late the ticks were. Whatever the loop has the network do costs it time.
class Ticks final : public chain::Events {
 public:
  explicit Ticks(World& world) : world_(world) {}
  void tick_happened(const chain::TickHappened& tick) override { happened(tick.lateness); }
  void input_entered(const chain::InputEntered& entered) override {
    if (entered.input == chain::Input::kCommand) {
      take_time();
    }
  }
  void happened(Duration lateness) {
    ++count;
    latest = std::max(latest, lateness);
  }
  void take_time() {
    ++handled;
    world_.spend(kRequestTime);
  }

  std::uint64_t count = 0;
  std::uint64_t handled = 0;
  Duration latest{};

 private:
  World& world_;
};

/// A loop that looks at the clock when it has done all that there was to do.
class DrainsUntilDone {
 public:
  DrainsUntilDone(World& world, Around& around, Ticks& ticks)
      : around_(around),
        ticks_(ticks),
        wake_(world.sync(), "loop"),
        queue_(world.sync(), "completions", 1024) {
    loop_.emplace(world.scheduler(), world.sync(), "loop",
                  [this](runtime::StopSignal& signal) { run(signal); });
    network_.emplace(world.scheduler(), world.sync(), "network",
                     [this](runtime::StopSignal& signal) { receive(signal); });
  }
  void end() {
    loop_->request_stop();
    wake_.notify();
    loop_->stop();
    network_->request_stop();
    around_.transport.interrupt();
    network_->stop();
  }

 private:
  void receive(runtime::StopSignal& signal) {
    while (!signal.requested()) {
      auto event = around_.transport.receive(around_.runtime.clock.now() + kInterval);
      if (event && queue_.push(*event) == locking::Queued::kQueued) {
        wake_.notify();
      }
    }
  }
  void run(runtime::StopSignal& signal) {
    node::SlotTimer timer(around_.runtime.clock, 0, spec::Interval(0));
    while (!signal.requested()) {
      while (const auto due = timer.take_due()) {
        ticks_.happened(due->lateness);
      }
      while (const auto event = queue_.pop()) {
        if (std::holds_alternative<runtime::FrameReceived>(*event)) {
          ticks_.take_time();
        }
      }
      wake_.wait_until(timer.next_look(std::nullopt));
    }
  }

  Around& around_;
  Ticks& ticks_;
  locking::WakeUp wake_;
  locking::MpscQueue<runtime::TransportEvent> queue_;
  std::optional<runtime::StoppableThread> loop_;
  std::optional<runtime::StoppableThread> network_;
};
class ClockFirst {
 public:
  ClockFirst(World& /*world*/, Around& around, Ticks& ticks)
      : node_(std::make_unique<node::Node>(around.runtime, around.scheme, around.prover, ticks,
                                           small_config())) {
    node_->start();
  }
  void end() { node_->stop(); }

 private:
  std::unique_ptr<node::Node> node_;
};

/// B-055. Requests come in a burst that keeps the loop busy for six seconds. The slots go on: a tick is late
/// by one batch at most.
template <typename Loop>
void a_flood_does_not_stop_the_clock(World& world) {
  Around around(world);
  Ticks ticks(world);
  const auto loop = std::make_unique<Loop>(world, around, ticks);
  world.spend(std::chrono::milliseconds(100 * (1 + world.choose(8))));
  around.transport.bring(requests_of_many());
  world.spend(10 * kInterval);
  loop->end();
  world.expect(ticks.handled >= kPeers * networking::kChannelsPerPeerMax, "requests were not answered");
  world.expect(ticks.latest <= 3 * kInterval, "the slot clock waited for the end of a flood");
}

/// What a node with many validators hands its network at once, and answers to peers besides: nothing unusual.
constexpr std::uint64_t kVotesOfASlot = 1'100;
/// How long the network's thread is away meanwhile, as while it takes in a large block.
constexpr Duration kAway = std::chrono::milliseconds(500);

/// An actor in front of which there is room for 1,024 commands.
class RoomFor1024 {
 public:
  RoomFor1024(World& world, Around& around)
      : world_(world),
        around_(around),
        bell_(world.sync(), "commands"),
        commands_(world.sync(), "commands", 1024) {
    thread_.emplace(world.scheduler(), world.sync(), "network", [this](runtime::StopSignal& signal) {
      while (!signal.requested()) {
        while (commands_.pop()) {
          static_cast<void>(around_.transport.send({1}, nullptr));
        }
        bell_.wait_until(world_.clock().now() + kInterval);
      }
    });
  }
  bool tell(std::uint64_t id) {
    const bool queued = commands_.push(id) == locking::Queued::kQueued;
    bell_.notify();
    return queued;
  }
  void end() {
    thread_->request_stop();
    bell_.notify();
    thread_->stop();
  }

 private:
  World& world_;
  Around& around_;
  locking::WakeUp bell_;
  locking::MpscQueue<std::uint64_t> commands_;
  std::optional<runtime::StoppableThread> thread_;
};
class NodeActor {
 public:
  NodeActor(World& world, Around& around)
      : inbox_(world.sync()), actor_(around.runtime, node::Config{}, around.scheme, events_, inbox_) {
    around.transport.bring({runtime::PeerConnected{{1}, "nowhere"}});
    actor_.start();
  }
  bool tell(std::uint64_t id) {
    return actor_.request({1}, id, spec::BlocksByRootRequest{.roots = {spec::Root{}}});
  }
  void end() {
    actor_.close();
    actor_.join();
  }

 private:
  chain::Events events_;
  node::Inbox inbox_;
  node::NetworkActor actor_;
};

/// B-117. The network's thread is away for a moment while the messages of a slot are handed to it. There is
/// room for all of them.
template <typename Actor>
void a_slots_messages_find_room(World& world) {
  Around around(world);
  around.transport.slowness = kAway;
  const auto actor = std::make_unique<Actor>(world, around);
  Noted<std::uint64_t> refused;
  world.beside({{"server",
                 [&] {
                   world.spend(std::chrono::milliseconds(10));
                   refused += actor->tell(1) ? 0 : 1;
                 }},
                {"validators", [&] {
                   world.spend(std::chrono::milliseconds(10 + 100 * world.choose(3)));
                   for (std::uint64_t id = 2; id < 2 + kVotesOfASlot; ++id) {
                     refused += actor->tell(id) ? 0 : 1;
                   }
                 }}});
  actor->end();
  world.expect(refused == 0, "a message of an ordinary slot found no room");
}

}  // namespace

std::vector<Pair> flood_pairs() {
  return {
      {"B-055", "the slot clock comes first, whatever there is to do", 1,
       &a_flood_does_not_stop_the_clock<DrainsUntilDone>, &a_flood_does_not_stop_the_clock<ClockFirst>, 500},
      {"B-117", "an ordinary slot's messages find room in front of the network", 20,
       &a_slots_messages_find_room<RoomFor1024>, &a_slots_messages_find_room<NodeActor>, 50},
  };
}

}  // namespace lockstep::scenarios::races
