// Fuzzes what gossip frames do to a node: messages good and bad, subscriptions and control entries packed
// together, raw bytes, comings and goings. Whatever comes, every message has one outcome, only what is
// well-formed is handed on, and who was sent away is neither heard nor spoken to.
#include <algorithm>
#include <deque>
#include <memory>
#include <string>

#include "harness.h"
#include "node/crypto/cheap.h"
#include "node/networking/network.h"
#include "node/networking/payloads.h"
#include "node/networking/snappy_codec.h"
#include "seams.h"

namespace {

using namespace lockstep;

constexpr std::size_t kPeers = 4;
constexpr std::size_t kStepsMax = 200;
/// Of which the first two are heard.
constexpr std::uint64_t kSubnets = 3;

class Ledger final : public networking::Receiver, public chain::Events {
 public:
  explicit Ledger(const fuzz::Pipe& pipe) : pipe_(pipe) {}

  void on_gossip_block(runtime::PeerId from, chain::SignedBlockPointer block) override {
    fuzz::check(block != nullptr, "a block is handed on whole");
    heard(from);
  }
  void on_gossip_attestation(runtime::PeerId from, spec::SignedAttestation vote) override {
    fuzz::check(crypto::CheapScheme().is_well_formed(vote.signature.data), "a vote has a signature's form");
    heard(from);
  }
  void on_gossip_aggregate(runtime::PeerId from, spec::SignedAggregatedAttestation) override { heard(from); }
  bool on_request(runtime::PeerId, std::uint64_t, chain::Request) override { return true; }
  bool on_response_chunk(runtime::PeerId, std::uint64_t, chain::ResponseChunk) override { return true; }
  bool on_request_ended(const chain::RequestEnded&) override { return true; }
  void on_peer_connected(runtime::PeerId) override {}
  void on_peer_disconnected(runtime::PeerId) override {}

  void message_dropped(const chain::MessageDropped& one) override {
    dropped += chain::is_of_gossip(one.reason) ? 1 : 0;
  }
  void buffer_level(const chain::BufferLevel& level) override {
    fuzz::check(level.size <= level.bound, "a buffer stays within its bound");
  }
  void gossip_counted(const chain::GossipCounted& all) override {
    fuzz::check(all.control_entries == all.control_outcomes, "every control entry has one outcome");
  }

  std::size_t delivered = 0;
  std::size_t dropped = 0;

 private:
  void heard(runtime::PeerId from) {
    fuzz::check(!pipe_.sent_away.contains(from), "who was sent away is not heard");
    ++delivered;
  }

  const fuzz::Pipe& pipe_;
};

/// One node and what bytes do to it.
class Play {
 public:
  Play() {
    for (std::uint64_t peer = 0; peer < kPeers; ++peer) {
      network_.handle(runtime::PeerConnected{.peer = {peer}, .address = {}});
    }
  }

  void step(base::ByteView& input) {
    const runtime::PeerId peer{fuzz::choose(input, kPeers)};
    switch (fuzz::choose(input, 6)) {
      case 0:
        raw(peer, input);
        break;
      case 1:
        clock_.time += std::chrono::milliseconds(100) * static_cast<int>(fuzz::choose(input, 256));
        network_.poll();
        break;
      case 2:
        network_.handle(runtime::PeerDisconnected{.peer = peer});
        pipe_.sent_away.erase(peer);
        network_.handle(runtime::PeerConnected{.peer = peer, .address = {}});
        break;
      case 3:
        pipe_.outcome = static_cast<runtime::SendOutcome>(fuzz::choose(input, 4));
        break;
      case 4:
        publish(input);
        break;
      default:
        packed(peer, input);
    }
    check();
  }

  /// The last counts.
  void finish() {
    network_.shut_down();
    check();
  }

 private:
  void check() {
    const networking::GossipCounts& counts = network_.gossip_counts();
    fuzz::check(counts.received == counts.duplicates + counts.dropped + counts.delivered,
                "every message has one outcome");
    fuzz::check(counts.delivered == ledger_.delivered, "what is counted as delivered is handed on");
    fuzz::check(counts.dropped == ledger_.dropped, "what is dropped is reported");
    fuzz::check(pipe_.sent_into_the_void == 0, "who was sent away is sent nothing");
    for (std::size_t topic = 0; topic < topics_.size(); ++topic) {
      for (const runtime::PeerId member :
           network_.gossipsub().mesh(static_cast<networking::TopicIndex>(topic))) {
        fuzz::check(!pipe_.sent_away.contains(member), "who was sent away is in no mesh");
      }
    }
    for (const networking::Peer& peer : network_.peers().all()) {
      fuzz::check(peer.banned == pipe_.sent_away.contains(peer.id), "who is banned was sent away");
      fuzz::check(peer.banned || peer.offences <= networking::kOffencesMax, "offences have their end");
    }
  }

  void deliver(runtime::PeerId peer, base::Bytes frame) {
    network_.handle(
        runtime::FrameReceived{.peer = peer, .frame = std::make_shared<const base::Bytes>(std::move(frame))});
  }
  static base::Bytes take(base::ByteView& input, std::size_t size_max) {
    const std::size_t size = std::min(fuzz::choose(input, size_max), input.size());
    const base::Bytes out(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
    input = input.subspan(size);
    return out;
  }
  void raw(runtime::PeerId peer, base::ByteView& input) {
    base::Bytes frame = take(input, 256);
    frame.insert(frame.begin(), static_cast<std::uint8_t>(networking::Channel::kGossip));
    deliver(peer, std::move(frame));
  }
  /// Several parts in one RPC.
  void packed(runtime::PeerId peer, base::ByteView& input) {
    networking::RpcView rpc;
    std::deque<base::Bytes> kept;
    for (std::size_t left = fuzz::choose(input, 8); left > 0; --left) {
      const std::string_view topic = topic_name(input);
      const std::size_t kind = fuzz::choose(input, 8);
      if (kind == 0) {
        rpc.subscriptions.push_back({.subscribe = fuzz::choose(input, 4) != 0, .topic = topic});
      } else if (kind == 1) {
        control(topic, kept, input, rpc.control);
      } else {
        rpc.publish.push_back({.topic = topic, .data = kept.emplace_back(message(input))});
      }
    }
    base::Bytes frame{static_cast<std::uint8_t>(networking::Channel::kGossip)};
    networking::encode_rpc(rpc, frame);
    deliver(peer, std::move(frame));
  }
  static void control(std::string_view topic, std::deque<base::Bytes>& kept, base::ByteView& input,
                      networking::ControlView& out) {
    const std::size_t kind = fuzz::choose(input, 5);
    if (kind == 0) {
      out.graft.push_back(topic);
      return;
    }
    if (kind == 1) {
      out.prune.push_back({.topic = topic, .backoff = fuzz::choose(input, 256)});
      return;
    }
    base::Bytes& id = kept.emplace_back(fuzz::choose(input, 16) == 0 ? 19 : 20, 0);
    id[0] = static_cast<std::uint8_t>(fuzz::choose(input, 4));
    const networking::IdsView ids{.topic = topic, .first = out.ids.size(), .count = 1};
    out.ids.push_back(id);
    (kind == 2 ? out.ihave : kind == 3 ? out.iwant : out.idontwant).push_back(ids);
  }
  /// A topic of the node's, or now and then another.
  [[nodiscard]] std::string_view topic_name(base::ByteView& input) const {
    const std::size_t chosen = fuzz::choose(input, topics_.size() + 1);
    return chosen == topics_.size()
               ? "/leanconsensus/another/block/ssz_snappy"
               : std::string_view(topics_.name(static_cast<networking::TopicIndex>(chosen)));
  }
  /// Containers and noise, compressed, and now and then spoilt.
  static base::Bytes message(base::ByteView& input) {
    base::Bytes data;
    switch (fuzz::choose(input, 5)) {
      case 0:
        return take(input, 128);
      case 1:
        networking::append_snappy_block(take(input, 128), data);
        break;
      case 2:
        networking::append_snappy_block(networking::encode_signed_block(block(input)), data);
        break;
      case 3:
        networking::append_snappy_block(networking::encode_signed_attestation(vote(input)), data);
        break;
      default:
        networking::append_snappy_block(networking::encode_aggregate({}), data);
    }
    if (fuzz::choose(input, 8) == 7) {
      data[fuzz::choose(input, data.size())] ^= 1;
    }
    return data;
  }
  static spec::SignedBlock block(base::ByteView& input) {
    spec::SignedBlock out;
    out.block.slot = spec::Slot(fuzz::choose(input, 8));
    return out;
  }
  /// Sometimes without the form of a signature.
  static spec::SignedAttestation vote(base::ByteView& input) {
    static const base::Bytes signature = [] {
      crypto::CheapSigningKey key{{}};
      fuzz::check(key.prepare(0), "a key is ready");
      return *key.sign(0, {});
    }();
    spec::SignedAttestation out;
    out.validator_index = spec::ValidatorIndex(fuzz::choose(input, 2 * kSubnets));
    out.data.slot = spec::Slot(fuzz::choose(input, 8));
    out.signature.data = fuzz::choose(input, 4) == 3 ? base::Bytes(signature.size(), 0xff) : signature;
    return out;
  }
  void publish(base::ByteView& input) {
    const std::size_t kind = fuzz::choose(input, 3);
    if (kind == 0) {
      network_.publish_block(block(input));
    } else if (kind == 1) {
      network_.publish_attestation(vote(input));
    } else {
      network_.publish_aggregate({});
    }
  }

  fuzz::ManualClock clock_;
  fuzz::CountingRandom random_;
  fuzz::Pipe pipe_;
  Ledger ledger_{pipe_};
  crypto::CheapScheme scheme_;
  const networking::Topics topics_{"12345678", kSubnets};
  networking::Network network_{{.network_name = "12345678", .subnets = kSubnets, .heard = 3},
                               clock_,
                               random_,
                               pipe_,
                               ledger_,
                               scheme_,
                               ledger_};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::play<Play>({data, size}, kStepsMax);
}
