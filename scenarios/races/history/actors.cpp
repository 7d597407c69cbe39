// The network's thread: who may touch the network, what waits for it, and who learns of its end.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "node/networking/request_codec.h"
#include "node/node/network_actor.h"
#include "node/node/node.h"
#include "node/runtime/stop.h"
#include "scenarios/races/history/arrivals.h"
#include "scenarios/races/history/pairs.h"
#include "scenarios/races/history/unsupervised.h"
#include "scenarios/races/history/whole_node.h"

namespace lockstep::scenarios::races {
namespace {

using runtime::SendOutcome;

constexpr runtime::PeerId kPeer{1};
constexpr runtime::PeerId kSlowPeer{2};

/// A network that notes which threads touch it, is slow to send to one peer, and may break.
class Watched final : public runtime::Transport {
 public:
  explicit Watched(World& world) : world_(world), arrivals_(world) {}

  SendOutcome send(runtime::PeerId peer, runtime::Frame frame) override {
    touched_by_.insert(world_.self());
    if (peer == kSlowPeer) {
      world_.spend(slowness);
    } else {
      sent.push_back(std::move(frame));
    }
    return SendOutcome::kQueued;
  }
  void disconnect(runtime::PeerId /*peer*/) override {}
  std::optional<runtime::TransportEvent> receive(base::Instant deadline) override {
    touched_by_.insert(world_.self());
    return arrivals_.receive(deadline);
  }
  void interrupt() override { arrivals_.interrupt(); }

  void bring(runtime::TransportEvent event) { arrivals_.bring(std::move(event)); }
  void break_down() { arrivals_.break_down(); }
  [[nodiscard]] std::size_t owners() const { return touched_by_.size(); }

  /// What went to anybody but the slow peer.
  std::deque<runtime::Frame> sent;
  base::Duration slowness{};

 private:
  World& world_;
  Arrivals arrivals_;
  std::set<std::uint32_t> touched_by_;
};

/// What an actor or a node is made of, on a watched network.
struct Parts {
  explicit Parts(World& world)
      : transport(world),
        scheduler(world.scheduler()),
        runtime{world.clock(), scheduler, world.sync(), transport, random, meter} {}
  Watched transport;
  Unsupervised scheduler;
  Zeros random;
  NoMeter meter;
  crypto::CheapScheme scheme;
  runtime::Runtime runtime;
};

spec::BlocksByRootRequest some_request() {
  return {.roots = {spec::Root{}}};
}

/// Every caller uses the network itself, beside the loop that polls it.
class EverybodysNetwork final : public networking::Receiver {
 public:
  EverybodysNetwork(World& world, Parts& parts)
      : parts_(parts),
        network_({.network_name = "12345678"}, world.clock(), parts.random, parts.transport, events_,
                 parts.scheme, *this) {
    thread_.emplace(world.scheduler(), world.sync(), "network", [this](runtime::StopSignal& signal) {
      while (!signal.requested()) {
        if (const auto event = parts_.transport.receive(parts_.runtime.clock.now())) {
          network_.handle(*event);
        }
        parts_.scheduler.yield();
      }
    });
  }
  void request(std::uint64_t id) { network_.request(kPeer, id, some_request()); }
  void end() { thread_->stop(); }

  void on_gossip_block(runtime::PeerId /*from*/, chain::SignedBlockPointer /*block*/) override {}
  void on_gossip_attestation(runtime::PeerId /*from*/, spec::SignedAttestation /*vote*/) override {}
  void on_gossip_aggregate(runtime::PeerId /*from*/,
                           spec::SignedAggregatedAttestation /*aggregate*/) override {}
  bool on_request(runtime::PeerId /*from*/, std::uint64_t /*id*/, chain::Request /*request*/) override {
    return true;
  }
  bool on_response_chunk(runtime::PeerId /*from*/, std::uint64_t /*id*/,
                         chain::ResponseChunk /*chunk*/) override {
    return true;
  }
  bool on_request_ended(const chain::RequestEnded& /*ended*/) override { return true; }
  void on_peer_connected(runtime::PeerId /*peer*/) override {}
  void on_peer_disconnected(runtime::PeerId /*peer*/) override {}

 private:
  Parts& parts_;
  chain::Events events_;
  networking::Network network_;
  std::optional<runtime::StoppableThread> thread_;
};
/// The node's actor.
class OneOwner {
 public:
  OneOwner(World& world, Parts& parts)
      : inbox_(world.sync()), actor_(parts.runtime, node::Config{}, parts.scheme, events_, inbox_) {
    actor_.start();
  }
  void request(std::uint64_t id) { static_cast<void>(actor_.request(kPeer, id, some_request())); }
  void respond(std::uint64_t id) { static_cast<void>(actor_.respond(kPeer, id, chain::StatusAnswer{})); }
  /// Something to send to the peer to whom sending takes long.
  void request_slow(std::uint64_t id) { static_cast<void>(actor_.request(kSlowPeer, id, some_request())); }
  void end() {
    actor_.close();
    actor_.join();
  }

 private:
  chain::Events events_;
  node::Inbox inbox_;
  node::NetworkActor actor_;
};

/// B-042. Validators and sync have something to send while the loop takes what comes.
template <typename Network>
void the_network_has_one_owner(World& world) {
  Parts parts(world);
  const auto network = std::make_unique<Network>(world, parts);
  world.beside({{"validators", [&] { network->request(1); }},
                {"sync", [&] { network->request(2); }},
                {"peer", [&] { parts.transport.bring(runtime::PeerConnected{kPeer, "nowhere"}); }}});
  network->end();
  world.expect(parts.transport.owners() <= 1, "two threads use the network");
}

/// Stamps an answer with the time at which the network's thread comes to it, and looks for idle streams
/// first.
class StampedByTheConsumer {
 public:
  StampedByTheConsumer(World& world, Parts& parts)
      : world_(world),
        parts_(parts),
        commands_(world.sync(), "commands", 8),
        wake_(world.sync(), "commands") {
    thread_.emplace(world.scheduler(), world.sync(), "network", [this](runtime::StopSignal& signal) {
      base::Instant alive = world_.clock().now();
      while (!signal.requested()) {
        is_open_ = is_open_ && world_.clock().now() < alive + networking::kChannelIdleMax;
        while (const auto command = commands_.pop()) {
          if (*command == kSlow) {
            static_cast<void>(parts_.transport.send(kSlowPeer, nullptr));
            break;
          }
          alive = world_.clock().now();
          if (is_open_) {
            static_cast<void>(
                parts_.transport.send(kPeer, std::make_shared<const base::Bytes>(networking::encode_piece(
                                                 1, chain::Protocol::kStatus, 0, spec::Status{}))));
          }
        }
        world_.spend(std::chrono::milliseconds(100));
      }
    });
  }
  void request_slow(std::uint64_t /*id*/) { push(kSlow); }
  void respond(std::uint64_t /*id*/) { push(kAnswer); }
  void end() { thread_->stop(); }

 private:
  static constexpr int kSlow = 0;
  static constexpr int kAnswer = 1;
  void push(int command) { static_cast<void>(commands_.push(command)); }

  World& world_;
  Parts& parts_;
  locking::MpscQueue<int> commands_;
  locking::WakeUp wake_;
  bool is_open_ = true;
  std::optional<runtime::StoppableThread> thread_;
};

/// B-048. The answer is queued in time, behind something that keeps the network's thread for long.
template <typename Network>
void a_queued_answer_keeps_its_stream(World& world) {
  Parts parts(world);
  parts.transport.slowness = networking::kChannelIdleMax + std::chrono::seconds(2);
  const auto network = std::make_unique<Network>(world, parts);
  parts.transport.bring(runtime::PeerConnected{kPeer, "nowhere"});
  parts.transport.bring(runtime::FrameReceived{
      kPeer, std::make_shared<const base::Bytes>(networking::encode_request(1, spec::Status{}))});
  world.beside({{"sync",
                 [&] {
                   world.spend(std::chrono::seconds(1));
                   network->request_slow(7);
                 }},
                {"server", [&] {
                   world.spend(std::chrono::seconds(1 + world.choose(8)));
                   network->respond(1);
                 }}});
  world.spend(3 * networking::kChannelIdleMax);
  network->end();
  int answers = 0;
  for (const runtime::Frame& frame : parts.transport.sent) {
    base::ByteView body;
    const auto header = networking::decode_header(*frame, body);
    answers += header && (*frame)[0] == static_cast<std::uint8_t>(networking::Channel::kResponse) ? 1 : 0;
  }
  world.expect(answers == 1, "a stream was given up whose answer was queued in time");
}

/// Waits for whoever stops it, and looks at nobody.
class WaitsForItsUser {
 public:
  explicit WaitsForItsUser(World& world, Parts& parts, chain::Events& /*events*/)
      : network_(world.scheduler(), world.sync(), "network", [&parts](runtime::StopSignal& signal) {
          try {
            while (!signal.requested()) {
              static_cast<void>(parts.transport.receive(parts.runtime.clock.now() + std::chrono::seconds(1)));
            }
          } catch (const Broken&) {
          }
        }) {}
  void end() { network_.stop(); }

 private:
  runtime::StoppableThread network_;
};
class Supervised {
 public:
  Supervised(World& /*world*/, Parts& parts, chain::Events& events)
      : prover_(parts.scheme),
        node_(std::make_unique<node::Node>(parts.runtime, parts.scheme, prover_, events, small_config())) {
    node_->start();
  }
  void end() { node_->stop(); }

 private:
  crypto::BindingProver prover_;
  std::unique_ptr<node::Node> node_;
};

/// Whether the end of a thread was told.
class HearsOfDeaths final : public chain::Events {
 public:
  void thread_died(const chain::ThreadDied& /*died*/) override { deaths += 1; }
  Noted<int> deaths;
};

/// B-091. The network's thread ends by itself. The node must say so and not look healthy.
template <typename Node>
void a_dead_actor_is_noticed(World& world) {
  Parts parts(world);
  HearsOfDeaths heard;
  const auto node = std::make_unique<Node>(world, parts, heard);
  world.beside({{"operator", [&] {
                   world.spend(std::chrono::milliseconds(300 * world.choose(6)));
                   parts.transport.break_down();
                   world.spend(std::chrono::seconds(5));
                   world.expect(heard.deaths == 1, "a thread has ended and nobody learned of it");
                   node->end();
                 }}});
}

}  // namespace

std::vector<Pair> actor_pairs() {
  return {
      {"B-042", "one thread touches the network", 20, &the_network_has_one_owner<EverybodysNetwork>,
       &the_network_has_one_owner<OneOwner>},
      {"B-048", "what is queued in time counts as in time", 200,
       &a_queued_answer_keeps_its_stream<StampedByTheConsumer>, &a_queued_answer_keeps_its_stream<OneOwner>},
      {"B-091", "the end of a thread is noticed by the others", 1, &a_dead_actor_is_noticed<WaitsForItsUser>,
       &a_dead_actor_is_noticed<Supervised>},
  };
}

}  // namespace lockstep::scenarios::races
