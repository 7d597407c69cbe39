// Requests and responses on a wire that holds little: what was noted when the wire refuses.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "node/networking/own_requests.h"
#include "node/networking/peers.h"
#include "node/networking/request_codec.h"
#include "node/networking/response_channels.h"
#include "scenarios/races/history/pairs.h"
#include "sim/core/order.h"
#include "sim/race/off_stage.h"

namespace lockstep::scenarios::races {
namespace {

using networking::ResponsePiece;
using runtime::SendOutcome;

constexpr runtime::PeerId kPeer{1};

/// Frames on their way to a peer, so many at most. What becomes of a frame is one step; sending and taking
/// are points at which others may come in. Who takes a frame knows what its sender did before.
class NarrowWire final : public runtime::Transport {
 public:
  NarrowWire(World& world, std::size_t bound) : world_(world), bound_(bound) {}

  runtime::SendOutcome send(runtime::PeerId /*peer*/, runtime::Frame frame) override {
    world_.pause();
    auto outcome = runtime::SendOutcome::kFull;
    race::off_stage([&] {
      if (frames_.size() < bound_) {
        ++sent_;
        outcome = runtime::SendOutcome::kQueued;
        if (!on_sent) {
          sim::order::release(this);
          frames_.push_back(frame);
        }
      }
    });
    if (on_sent && outcome == runtime::SendOutcome::kQueued) {
      on_sent(*frame);
    }
    return outcome;
  }
  void disconnect(runtime::PeerId /*peer*/) override {}
  std::optional<runtime::TransportEvent> receive(base::Instant /*deadline*/) override { return std::nullopt; }
  void interrupt() override {}

  /// What the peer reads next; null when nothing is there.
  runtime::Frame read() {
    world_.pause();
    runtime::Frame frame;
    race::off_stage([&] {
      if (!frames_.empty()) {
        sim::order::acquire(this);
        frame = std::move(frames_.front());
        frames_.pop_front();
      }
    });
    return frame;
  }
  /// How many frames it took.
  [[nodiscard]] std::size_t sent() const { return sent_; }

  /// Called with each frame that is sent, in the midst of that, instead of keeping it.
  std::function<void(const base::Bytes&)> on_sent;

 private:
  World& world_;
  std::size_t bound_;
  std::size_t sent_ = 0;
  std::deque<runtime::Frame> frames_;
};

/// Remembers what the network delivers.
class Heard final : public networking::Receiver {
 public:
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
  bool on_request_ended(const chain::RequestEnded& ended) override {
    ends[ended.id].push_back(ended.end);
    return true;
  }
  void on_peer_connected(runtime::PeerId /*peer*/) override {}
  void on_peer_disconnected(runtime::PeerId /*peer*/) override {}

  /// How each request of ours ended: once, or something is wrong.
  std::map<std::uint64_t, std::vector<chain::RequestEnd>> ends;
};

/// What both sides of the node's exchanges are made of.
struct ExchangeParts {
  ExchangeParts(World& world, std::size_t wire_bound) : wire(world, wire_bound), peers(wire, events) {
    peers.connected(kPeer);
  }

  chain::Events events;
  NarrowWire wire;
  Heard heard;
  networking::Peers peers;
};

runtime::Frame status_answer(std::uint64_t id) {
  return std::make_shared<const base::Bytes>(
      networking::encode_piece(id, chain::Protocol::kStatus, 0, spec::Status{}));
}

/// Notes a request in two tables, and forgets it in neither when the wire refuses.
class LeavesItInTheTables {
 public:
  LeavesItInTheTables(World& /*world*/, ExchangeParts& parts) : parts_(parts) {}
  void send(std::uint64_t id) {
    peers_[id] = kPeer;
    protocols_[id] = chain::Protocol::kStatus;
    static_cast<void>(parts_.wire.send(
        kPeer, std::make_shared<const base::Bytes>(networking::encode_request(id, spec::Status{}))));
  }
  void turn() {}
  [[nodiscard]] std::size_t size() const { return peers_.size(); }

 private:
  ExchangeParts& parts_;
  std::map<std::uint64_t, runtime::PeerId> peers_;
  std::map<std::uint64_t, chain::Protocol> protocols_;
};

/// Sends a request, and notes it when it has been sent.
class NotesItAfterwards {
 public:
  NotesItAfterwards(World& /*world*/, ExchangeParts& parts) : parts_(parts) {}
  void send(std::uint64_t id) {
    auto frame = std::make_shared<const base::Bytes>(networking::encode_request(id, spec::Status{}));
    if (parts_.wire.send(kPeer, std::move(frame)) == SendOutcome::kQueued) {
      open_.insert(id);
    }
  }
  void take_answer(std::uint64_t id) {
    if (open_.erase(id) > 0) {
      parts_.heard.ends[id].push_back(chain::RequestEnd::kAnswered);
    }
  }

 private:
  ExchangeParts& parts_;
  std::set<std::uint64_t> open_;
};

class NodeRequests {
 public:
  NodeRequests(World& world, ExchangeParts& parts)
      : requests_(parts.peers, world.clock(), parts.wire, parts.events, parts.heard) {}
  void send(std::uint64_t id) { requests_.send(kPeer, id, spec::Status{}); }
  void turn() { requests_.turn(); }
  [[nodiscard]] std::size_t size() const { return requests_.size(); }
  void take_answer(std::uint64_t id) { requests_.take(kPeer, status_answer(id)); }

 private:
  networking::OwnRequests requests_;
};

/// B-043. The wire has room for two requests, and for more only when the peer reads in time.
template <typename Requests>
void a_refused_request_leaves_nothing(World& world) {
  constexpr std::uint64_t kRequests = 4;
  ExchangeParts parts(world, 2);
  Requests requests(world, parts);
  world.beside({{"network",
                 [&] {
                   for (std::uint64_t id = 1; id <= kRequests; ++id) {
                     requests.send(id);
                   }
                   requests.turn();
                 }},
                {"peer", [&] {
                   while (parts.wire.read() != nullptr) {
                   }
                 }}});
  world.expect(requests.size() == parts.wire.sent(), "a request that was not sent is still waited for");
  for (const auto& [id, ends] : parts.heard.ends) {
    world.expect(ends == std::vector{chain::RequestEnd::kNotSent}, "a refusal was told as something else");
  }
  world.expect(parts.heard.ends.size() + parts.wire.sent() == kRequests, "a refusal was not told");
}

/// B-044. The answer is there before sending is over, or after it.
template <typename Requests>
void an_answer_finds_its_request(World& world) {
  ExchangeParts parts(world, 4);
  Requests requests(world, parts);
  std::deque<std::uint64_t> later;
  std::uint64_t asked = 0;
  parts.wire.on_sent = [&](const base::Bytes& /*frame*/) {
    if (world.choose(2) == 1) {
      requests.take_answer(asked);
    } else {
      later.push_back(asked);
    }
  };
  world.beside({{"network", [&] {
                   for (asked = 1; asked <= 2; ++asked) {
                     requests.send(asked);
                   }
                   for (const std::uint64_t id : later) {
                     requests.take_answer(id);
                   }
                 }}});
  for (std::uint64_t id = 1; id <= 2; ++id) {
    world.expect(parts.heard.ends[id] == std::vector{chain::RequestEnd::kAnswered},
                 "an answer met no request");
  }
}

constexpr std::uint64_t kAsked = 1;

/// How an answer ends: all chunks are there, or it is refused.
enum class Ending { kEndOfStream, kError };

/// Answers chunk by chunk, and takes the channel out of its table before the last word is queued.
class ForgetsFirst {
 public:
  ForgetsFirst(World& /*world*/, ExchangeParts& parts, Ending ending) : parts_(parts), ending_(ending) {
    channels_.insert(kAsked);
  }
  void answer() { turn(); }
  void turn() {
    if (!channels_.contains(kAsked)) {
      return;
    }
    if (ending_ == Ending::kEndOfStream && chunks_ < 2) {
      const auto block = std::make_shared<const spec::SignedBlock>();
      chunks_ += send(block) == SendOutcome::kQueued ? 1 : 0;
      return;
    }
    channels_.erase(kAsked);
    if (ending_ == Ending::kEndOfStream) {
      static_cast<void>(send(networking::EndOfResponse{}));
    } else {
      static_cast<void>(send(chain::RefusedAnswer{.code = chain::ResponseCode::kServerError, .text = "no"}));
    }
  }
  [[nodiscard]] std::size_t size() const { return channels_.size(); }

 private:
  SendOutcome send(const ResponsePiece& piece) {
    return parts_.wire.send(kPeer, std::make_shared<const base::Bytes>(networking::encode_piece(
                                       kAsked, chain::Protocol::kBlocksByRoot, chunks_, piece)));
  }
  ExchangeParts& parts_;
  Ending ending_;
  std::uint64_t chunks_ = 0;
  std::set<std::uint64_t> channels_;
};
class NodeChannels {
 public:
  NodeChannels(World& world, ExchangeParts& parts, Ending ending)
      : ending_(ending), channels_(parts.peers, world.clock(), parts.wire, parts.events, parts.heard) {
    const auto frame = std::make_shared<const base::Bytes>(
        networking::encode_request(kAsked, spec::BlocksByRootRequest{.roots = {spec::Root{}}}));
    channels_.take(kPeer, frame);
  }
  void answer() {
    if (ending_ == Ending::kEndOfStream) {
      const auto block = std::make_shared<const spec::SignedBlock>();
      channels_.respond(kPeer, kAsked, chain::BlocksAnswer{.blocks = {block, block}});
    } else {
      channels_.respond(kPeer, kAsked,
                        chain::RefusedAnswer{.code = chain::ResponseCode::kServerError, .text = "no"});
    }
  }
  void turn() { channels_.turn(); }
  [[nodiscard]] std::size_t size() const { return channels_.size(); }

 private:
  Ending ending_;
  networking::ResponseChannels channels_;
};

/// B-045 and B-046. The wire is full when the last word is due; the peer reads on and must get it.
template <typename Channels, Ending kEnding>
void the_last_word_is_said(World& world) {
  ExchangeParts parts(world, 1);
  // Something else is on the wire.
  static_cast<void>(parts.wire.send(kPeer, status_answer(99)));
  Channels channels(world, parts, kEnding);
  int last_words = 0;
  const auto read = [&] {
    while (const runtime::Frame frame = parts.wire.read()) {
      base::ByteView body;
      const auto header = networking::decode_header(*frame, body);
      const auto piece =
          networking::decode_piece(chain::Protocol::kBlocksByRoot, networking::decode_index(body)->body);
      if (header->id == kAsked) {
        last_words += !piece || std::holds_alternative<chain::SignedBlockPointer>(*piece) ? 0 : 1;
      }
    }
  };
  world.beside({{"network",
                 [&] {
                   channels.answer();
                   for (int turn = 0; turn < 5; ++turn) {
                     world.spend(std::chrono::seconds(1));
                     channels.turn();
                   }
                 }},
                {"peer", [&] {
                   for (int turn = 0; turn < 5; ++turn) {
                     read();
                     world.spend(std::chrono::seconds(1));
                   }
                 }}});
  read();
  world.expect(last_words == 1, "the peer waits for an end that never comes");
  world.expect(channels.size() == 0, "a channel is open whose answer is over");
}

/// Counts every attempt to queue a chunk as a sign of life.
class RefreshedByAttempts {
 public:
  RefreshedByAttempts(World& world, ExchangeParts& parts, Ending /*ending*/)
      : clock_(world.clock()), parts_(parts), deadline_(clock_.now() + networking::kChannelIdleMax) {}
  void answer() { turn(); }
  void turn() {
    if (deadline_ <= clock_.now()) {
      is_open_ = false;
    }
    if (is_open_) {
      deadline_ = clock_.now() + networking::kChannelIdleMax;
      is_open_ = parts_.wire.send(kPeer, status_answer(kAsked)) != SendOutcome::kQueued;
    }
  }
  [[nodiscard]] std::size_t size() const { return is_open_ ? 1 : 0; }

 private:
  const runtime::Clock& clock_;
  ExchangeParts& parts_;
  base::Instant deadline_;
  bool is_open_ = true;
};

/// B-049. The peer reads nothing any more. Its channel is given up when its time is over.
template <typename Channels>
void a_dead_stream_is_given_up(World& world) {
  ExchangeParts parts(world, 1);
  static_cast<void>(parts.wire.send(kPeer, status_answer(99)));
  Channels channels(world, parts, Ending::kEndOfStream);
  world.beside({{"network", [&] {
                   channels.answer();
                   const base::Instant end = world.clock().now() + 2 * networking::kChannelIdleMax;
                   while (world.clock().now() < end) {
                     world.spend(std::chrono::seconds(1 + world.choose(4)));
                     channels.turn();
                   }
                 }}});
  world.expect(channels.size() == 0, "a stream that nobody reads is kept for ever");
}

}  // namespace

std::vector<Pair> exchange_pairs() {
  return {
      {"B-043", "what was noted for a request goes when it is refused", 200,
       &a_refused_request_leaves_nothing<LeavesItInTheTables>,
       &a_refused_request_leaves_nothing<NodeRequests>},
      {"B-044", "a request is noted before it is sent", 20, &an_answer_finds_its_request<NotesItAfterwards>,
       &an_answer_finds_its_request<NodeRequests>},
      {"B-045", "a channel is open until its end is queued", 200,
       &the_last_word_is_said<ForgetsFirst, Ending::kEndOfStream>,
       &the_last_word_is_said<NodeChannels, Ending::kEndOfStream>},
      {"B-046", "a channel is open until its refusal is queued", 200,
       &the_last_word_is_said<ForgetsFirst, Ending::kError>,
       &the_last_word_is_said<NodeChannels, Ending::kError>},
      {"B-049", "only what was queued keeps a stream alive", 1,
       &a_dead_stream_is_given_up<RefreshedByAttempts>, &a_dead_stream_is_given_up<NodeChannels>},
  };
}

}  // namespace lockstep::scenarios::races
