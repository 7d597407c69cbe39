// Fuzzes what requests and answers do to a node: frames, refusals, silence and comings and goings in any
// order. Whatever happens, every request ends once, and what is handed on was asked for.
#include <deque>
#include <map>
#include <memory>
#include <set>

#include "harness.h"
#include "node/crypto/cheap.h"
#include "node/networking/network.h"
#include "node/networking/request_codec.h"
#include "seams.h"

namespace {

using namespace lockstep;

class Ledger final : public networking::Receiver, public chain::Events {
 public:
  void on_gossip_block(runtime::PeerId, chain::SignedBlockPointer) override {}
  void on_gossip_attestation(runtime::PeerId, spec::SignedAttestation) override {}
  void on_gossip_aggregate(runtime::PeerId, spec::SignedAggregatedAttestation) override {}
  bool on_request(runtime::PeerId from, std::uint64_t id, chain::Request) override {
    if (!is_full) {
      asked.emplace_back(from, id);
    }
    return !is_full;
  }
  bool on_response_chunk(runtime::PeerId, std::uint64_t id, chain::ResponseChunk) override {
    fuzz::check(open.contains(id), "a chunk belongs to a request that is not over");
    if (!is_full) {
      fuzz::check(++chunks[id] <= limit[id], "no more chunks than were asked for");
    }
    return !is_full;
  }
  bool on_request_ended(const chain::RequestEnded& ended) override {
    if (is_full) {
      return false;
    }
    fuzz::check(open.erase(ended.id) == 1, "a request ends once");
    fuzz::check(ended.items == chunks[ended.id], "the end counts the chunks");
    return true;
  }
  void on_peer_connected(runtime::PeerId) override {}
  void on_peer_disconnected(runtime::PeerId) override {}

  void request_received(const chain::RequestReceived& one) override {
    fuzz::check(unserved.insert({one.peer, one.id}).second, "a request comes in once");
  }
  void request_served(const chain::RequestServed& one) override {
    fuzz::check(unserved.erase({one.peer, one.id}) == 1, "a request is served once");
  }
  void buffer_level(const chain::BufferLevel& level) override {
    fuzz::check(level.size <= level.bound, "a buffer stays within its bound");
  }

  bool is_full = false;
  std::set<std::uint64_t> open;
  std::map<std::uint64_t, std::size_t> limit;
  std::map<std::uint64_t, std::size_t> chunks;
  std::deque<std::pair<runtime::PeerId, std::uint64_t>> asked;
  std::set<std::pair<runtime::PeerId, std::uint64_t>> unserved;
};

/// One node and what bytes do to it.
class Play {
 public:
  Play() {
    for (std::uint64_t peer = 0; peer < 3; ++peer) {
      network_.handle(runtime::PeerConnected{.peer = {peer}, .address = {}});
    }
  }

  void step(base::ByteView& input) {
    const runtime::PeerId peer{fuzz::choose(input, 3)};
    switch (fuzz::choose(input, 9)) {
      case 0: {
        const std::size_t protocol = fuzz::choose(input, 3);
        return ask(peer, protocol, fuzz::choose(input, 5));
      }
      case 1:
        return feed(peer, networking::Channel::kResponse, input);
      case 2:
        return feed(peer, networking::Channel::kRequest, input);
      case 3:
        return answer(fuzz::choose(input, 40));
      case 4:
        clock_.time += std::chrono::milliseconds(100) * static_cast<int>(fuzz::choose(input, 256));
        return network_.turn();
      case 5:
        network_.handle(runtime::PeerDisconnected{.peer = peer});
        pipe_.sent_away.erase(peer);
        return network_.handle(runtime::PeerConnected{.peer = peer, .address = {}});
      case 6:
        pipe_.outcome = static_cast<runtime::SendOutcome>(fuzz::choose(input, 4));
        return;
      case 7:
        ledger_.is_full = fuzz::choose(input, 2) == 1;
        return;
      default:
        return feed_piece(peer, input);
    }
  }

  /// Lets everything come to its end.
  void finish() {
    ledger_.is_full = false;
    pipe_.outcome = runtime::SendOutcome::kQueued;
    clock_.time += networking::kResponseTimeMax;
    network_.turn();
    network_.turn();
    fuzz::check(ledger_.open.empty(), "every request has ended");
    fuzz::check(ledger_.unserved.empty(), "every request of a peer has ended");
    fuzz::check(!network_.has_work(), "nothing is left to do");
  }

 private:
  void ask(runtime::PeerId peer, std::size_t protocol, std::size_t count) {
    const std::uint64_t id = next_id_++;
    chain::Request request = spec::Status{};
    if (protocol == 1) {
      spec::BlocksByRootRequest roots;
      roots.roots.resize(count);
      request = roots;
    } else if (protocol == 2) {
      request = spec::BlocksByRangeRequest{.start_slot = spec::Slot(0), .count = count};
    }
    ledger_.open.insert(id);
    ledger_.limit[id] = protocol == 0 ? 1 : count;
    network_.request(peer, id, request);
  }
  /// A frame whose header is often one that means something.
  void feed(runtime::PeerId peer, networking::Channel channel, base::ByteView& input) {
    base::Bytes frame(9);
    frame[0] = static_cast<std::uint8_t>(channel);
    frame[1] = static_cast<std::uint8_t>(fuzz::choose(input, 8));
    const std::size_t wished = fuzz::choose(input, 256);
    const std::size_t length = std::min(wished, input.size());
    frame.insert(frame.end(), input.begin(), input.begin() + static_cast<std::ptrdiff_t>(length));
    input = input.subspan(length);
    deliver(peer, std::move(frame));
  }
  void feed_piece(runtime::PeerId peer, base::ByteView& input) {
    const std::uint64_t id = fuzz::choose(input, 8);
    const auto protocol = static_cast<chain::Protocol>(fuzz::choose(input, 3));
    const std::uint64_t index = fuzz::choose(input, 8);
    networking::ResponsePiece piece = networking::EndOfResponse{};
    const std::size_t kind = fuzz::choose(input, 4);
    if (kind == 1) {
      piece = spec::Status{};
    } else if (kind == 2) {
      spec::SignedBlock block;
      block.block.slot = spec::Slot(fuzz::choose(input, 4));
      piece = std::make_shared<const spec::SignedBlock>(block);
    } else if (kind == 3) {
      piece = chain::RefusedAnswer{.code = chain::ResponseCode::kServerError, .text = "no"};
    }
    deliver(peer, networking::encode_piece(id, protocol, index, piece));
  }
  void deliver(runtime::PeerId peer, base::Bytes frame) {
    network_.handle(
        runtime::FrameReceived{.peer = peer, .frame = std::make_shared<const base::Bytes>(std::move(frame))});
  }
  void answer(std::size_t blocks) {
    if (ledger_.asked.empty()) {
      return;
    }
    const auto [peer, id] = ledger_.asked.front();
    ledger_.asked.pop_front();
    network_.respond(peer, id,
                     chain::BlocksAnswer{.blocks = {blocks, std::make_shared<const spec::SignedBlock>()}});
  }

  fuzz::ManualClock clock_;
  fuzz::CountingRandom random_;
  fuzz::Pipe pipe_;
  Ledger ledger_;
  crypto::CheapScheme scheme_;
  networking::Network network_{
      {.network_name = "12345678"}, clock_, random_, pipe_, ledger_, scheme_, ledger_};
  std::uint64_t next_id_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::play<Play>({data, size});
}
