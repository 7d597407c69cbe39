// Fuzzes what peers, votes and the chain do to catching up, in any order. Whatever happens, fetches and
// requests stay within their bounds, and what is under way ends.
#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <numeric>
#include <vector>

#include "harness.h"
#include "node/chain/chain_reader.h"
#include "node/real/os_scheduler.h"
#include "node/spec/slot.h"
#include "node/sync/sync.h"
#include "seams.h"

namespace {

using namespace lockstep;

constexpr std::size_t kPeers = 6;

spec::Root root_of(std::size_t number) {
  spec::Root root;
  root.data[0] = 1;
  root.data[1] = static_cast<std::uint8_t>(number);
  return root;
}

/// The network and the chain, as far as catching up knows them: they take what they are handed, or do not.
class World final : public sync::Wire, public chain::Events {
 public:
  struct Open {
    runtime::PeerId peer;
    std::uint64_t id = 0;
    chain::Protocol protocol{};
  };

  bool request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) override {
    if (is_full) {
      return false;
    }
    open.push_back({peer, id, static_cast<chain::Protocol>(request.index())});
    std::size_t by_root = 0;
    std::size_t by_range = 0;
    std::size_t of_peer = 0;
    for (const Open& one : open) {
      by_root += one.protocol == chain::Protocol::kBlocksByRoot ? 1 : 0;
      by_range += one.protocol == chain::Protocol::kBlocksByRange ? 1 : 0;
      of_peer += one.peer == peer ? 1 : 0;
    }
    fuzz::check(by_root <= sync::kBlockFetchesMax, "no more fetches than there are places");
    fuzz::check(by_range <= 1, "one range at a time");
    fuzz::check(of_peer <= sync::kRequestsPerPeerMax, "a peer is asked for so much at once");
    if (const auto* roots = std::get_if<spec::BlocksByRootRequest>(&request)) {
      fuzz::check(!roots->roots.empty(), "somebody is asked for something");
    }
    return true;
  }
  bool respond(runtime::PeerId, std::uint64_t, const chain::Response&) override { return !is_full; }
  bool import_block(const spec::Root& root, chain::SignedBlockPointer block, runtime::PeerId from) override {
    if (!is_full) {
      handed_in.push_back({.outcome = chain::BlockOutcome::kImported,
                           .root = root,
                           .slot = block->block.slot,
                           .parent_root = block->block.parent_root,
                           .origin = chain::Origin::kSync,
                           .from = from,
                           .reason = {}});
    }
    return !is_full;
  }
  void complain(runtime::PeerId, chain::Drop) override {}

  void roots_looked(const chain::RootsLooked& looked) override {
    const auto sum = std::accumulate(looked.outcomes.begin(), looked.outcomes.end(), std::size_t{0});
    fuzz::check(sum == looked.roots, "each root has one outcome");
  }
  void buffer_level(const chain::BufferLevel& level) override {
    fuzz::check(level.size <= level.bound, "a buffer stays within its bound");
  }

  bool is_full = false;
  std::deque<Open> open;
  std::deque<chain::BlockResult> handed_in;
};

class Play {
 public:
  void step(base::ByteView& input) {
    const std::size_t place = fuzz::choose(input, kPeers);
    const runtime::PeerId peer = peer_at(place);
    switch (fuzz::choose(input, 10)) {
      case 0:
        return connect(place);
      case 1:
        return disconnect(place);
      case 2:
        now_ = now_ + 1 + fuzz::choose(input, 8);
        return sync_.on_interval(now_);
      case 3: {
        const spec::Root root = root_of(fuzz::choose(input, 32));
        return sync_.on_request(peer, ++peer_ids_,
                                spec::Status{.finalized = {}, .head = {root, slot(input)}});
      }
      case 4:
        return answer(input);
      case 5:
        return end(fuzz::choose(input, 64), fuzz::choose(input, 8), fuzz::choose(input, 4));
      case 6: {
        spec::AttestationData data;
        data.head = {root_of(fuzz::choose(input, 32)), slot(input)};
        data.target = {root_of(fuzz::choose(input, 32)), slot(input)};
        return sync_.on_vote_waits(data, peer);
      }
      case 7:
        return decide(input);
      case 8:
        world_.is_full = fuzz::choose(input, 2) == 1;
        return;
      default:
        return sync_.on_request(peer, ++peer_ids_,
                                spec::BlocksByRootRequest{.roots = {root_of(fuzz::choose(input, 32))}});
    }
  }

  /// Everybody goes, and everything ends.
  void finish() {
    for (std::size_t place = 0; place < kPeers; ++place) {
      disconnect(place);
    }
    while (!world_.open.empty()) {
      end(0, static_cast<std::size_t>(chain::RequestEnd::kDisconnected), 0);
    }
    fuzz::check(sync_.requests_in_flight() == 0, "every request has ended");
    fuzz::check(sync_.block_fetches_in_flight() == 0, "every place is given back");
    fuzz::check(sync_.state() == chain::SyncState::kNoPeers, "nobody is left");
  }

 private:
  static spec::Slot slot(base::ByteView& input) {
    const std::size_t chosen = fuzz::choose(input, 256);
    return spec::Slot(chosen == 255 ? ~std::uint64_t{0} : chosen);
  }
  /// A peer that comes back has another id.
  [[nodiscard]] runtime::PeerId peer_at(std::size_t place) const {
    return {place + kPeers * (lives_[place] / 2)};
  }
  [[nodiscard]] bool is_connected(std::size_t place) const { return lives_[place] % 2 == 1; }
  void connect(std::size_t place) {
    if (!is_connected(place)) {
      ++lives_[place];
      sync_.on_peer_connected(peer_at(place));
    }
  }
  void disconnect(std::size_t place) {
    if (is_connected(place)) {
      sync_.on_peer_disconnected(peer_at(place));
      ++lives_[place];
    }
  }
  void answer(base::ByteView& input) {
    const std::size_t which = fuzz::choose(input, 64);
    if (world_.open.empty()) {
      return;
    }
    const World::Open one = world_.open[which % world_.open.size()];
    if (one.protocol == chain::Protocol::kStatus) {
      const spec::Root root = root_of(fuzz::choose(input, 32));
      return sync_.on_response_chunk(one.peer, one.id,
                                     spec::Status{.finalized = {}, .head = {root, slot(input)}});
    }
    auto block = std::make_shared<spec::SignedBlock>();
    block->block.slot = slot(input);
    block->block.parent_root = root_of(fuzz::choose(input, 32));
    sync_.on_response_chunk(one.peer, one.id,
                            chain::FetchedBlock{root_of(fuzz::choose(input, 32)), std::move(block)});
  }
  void end(std::size_t which, std::size_t how, std::size_t items) {
    if (world_.open.empty()) {
      return;
    }
    const auto place = world_.open.begin() + static_cast<std::ptrdiff_t>(which % world_.open.size());
    const World::Open one = *place;
    world_.open.erase(place);
    sync_.on_request_ended({.peer = one.peer,
                            .id = one.id,
                            .protocol = one.protocol,
                            .end = static_cast<chain::RequestEnd>(how),
                            .items = items,
                            .code = chain::ResponseCode::kResourceUnavailable});
  }
  void decide(base::ByteView& input) {
    chain::BlockResult result{.outcome = {},
                              .root = root_of(fuzz::choose(input, 32)),
                              .slot = slot(input),
                              .parent_root = root_of(fuzz::choose(input, 32)),
                              .origin = {},
                              .from = {0},
                              .reason = {}};
    if (!world_.handed_in.empty()) {
      result = world_.handed_in.front();
      world_.handed_in.pop_front();
    }
    constexpr std::array kOutcomes{chain::BlockOutcome::kImported, chain::BlockOutcome::kUnknownParent,
                                   chain::BlockOutcome::kRejected, chain::BlockOutcome::kEvicted};
    result.outcome = kOutcomes[fuzz::choose(input, kOutcomes.size())];
    result.reason = fuzz::choose(input, 2) == 0 ? spec::RejectionReason::INVALID_BLOCK_PROOF
                                                : spec::RejectionReason::UNKNOWN_PARENT_BLOCK;
    sync_.on_block_result(result);
  }

  fuzz::ManualClock clock_;
  real::OsScheduler scheduler_;
  chain::PublishedChain chain_{{.sync = nullptr, .scheduler = scheduler_, .clock = clock_},
                               view(),
                               std::make_shared<const spec::State>()};
  static chain::ChainView view() {
    chain::ChainView out;
    out.time = spec::Interval(40 * spec::INTERVALS_PER_SLOT);
    return out;
  }
  World world_;
  fuzz::CountingRandom random_;
  sync::Sync sync_{chain_, world_, random_, world_};
  std::array<std::uint64_t, kPeers> lives_{};
  spec::Interval now_;
  std::uint64_t peer_ids_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz::play<Play>({data, size});
}
