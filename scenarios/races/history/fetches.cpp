// Fetching under flood, and deciding whether one is behind.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "node/chain/chain_reader.h"
#include "node/locking/mpsc_queue.h"
#include "node/sync/block_fetches.h"
#include "node/sync/peer_book.h"
#include "node/sync/questions.h"
#include "node/sync/sync_status.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using spec::Root;

Root root_of(std::uint64_t number) {
  Root root;
  root.data.fill(static_cast<std::uint8_t>(number));
  return root;
}

/// The choices of the schedule as a node's random numbers.
class ChosenRandom final : public runtime::Random {
 public:
  explicit ChosenRandom(World& world) : world_(world) {}
  std::uint64_t next() override { return std::uint64_t{world_.choose(4)} << 62; }
  void fill(std::span<std::uint8_t> out) override { std::fill(out.begin(), out.end(), std::uint8_t{0}); }

 private:
  World& world_;
};

/// Peers who do not have what they are asked for: every request runs into its timeout. The network in
/// between takes a request, or has no room.
class SilentPeers final : public sync::Wire {
 public:
  explicit SilentPeers(World& world) : world_(world) {}

  bool request(runtime::PeerId peer, std::uint64_t id, const chain::Request& request) override {
    if (world_.choose(4) == 0) {
      return false;
    }
    const std::vector<Root>& roots = std::get<spec::BlocksByRootRequest>(request).roots;
    open_.emplace(id, Open{peer, roots});
    for (const Root& root : roots) {
      world_.expect(under_way_.insert(root).second, "two requests for one block are under way");
    }
    world_.expect(open_.size() <= sync::kBlockFetchesMax, "a storm of requests is under way");
    return true;
  }
  bool respond(runtime::PeerId /*peer*/, std::uint64_t /*id*/, const chain::Response& /*response*/) override {
    return true;
  }
  bool import_block(const Root& /*root*/, chain::SignedBlockPointer /*block*/,
                    runtime::PeerId /*from*/) override {
    return true;
  }
  void complain(runtime::PeerId /*peer*/, chain::Drop /*reason*/) override {}

  /// The request that times out next.
  std::optional<std::pair<runtime::PeerId, std::uint64_t>> time_out() {
    if (open_.empty()) {
      return std::nullopt;
    }
    const auto node = open_.extract(open_.begin());
    for (const Root& root : node.mapped().roots) {
      under_way_.erase(root);
    }
    return std::pair(node.mapped().peer, node.key());
  }
  [[nodiscard]] std::size_t open() const { return open_.size(); }

 private:
  struct Open {
    runtime::PeerId peer;
    std::vector<Root> roots;
  };
  World& world_;
  std::map<std::uint64_t, Open> open_;
  std::set<Root> under_way_;
};

/// One request for each vote that names an unknown block.
class AsksForEach {
 public:
  AsksForEach(World& /*world*/, SilentPeers& peers) : peers_(peers) {}
  void name(const Root& root) {
    if (peers_.request({1}, ++next_id_, spec::BlocksByRootRequest{.roots = {root}})) {
      ++in_flight_;
    }
  }
  void look(std::uint64_t /*interval*/) {}
  void ended(runtime::PeerId /*peer*/, std::uint64_t /*id*/) { --in_flight_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

 private:
  SilentPeers& peers_;
  std::uint64_t next_id_ = 0;
  std::size_t in_flight_ = 0;
};
class NodeFetches {
 public:
  NodeFetches(World& world, SilentPeers& wire)
      : chain_(std::make_unique<chain::PublishedChain>(world.seams(), chain::ChainView{},
                                                       std::make_shared<const spec::State>())),
        random_(world),
        peers_(random_),
        questions_(peers_, wire, events_),
        invalid_(events_),
        fetches_(*chain_, peers_, questions_, invalid_, events_) {
    for (std::uint64_t peer = 1; peer <= 16; ++peer) {
      peers_.connected({peer});
    }
  }
  void name(const Root& root) { fetches_.want(root, {1}, sync::Why::kParent, 1); }
  void look(std::uint64_t interval) { fetches_.look(spec::Interval(interval)); }
  void ended(runtime::PeerId peer, std::uint64_t id) { fetches_.ended(*questions_.take(peer, id)); }
  [[nodiscard]] std::size_t in_flight() const { return std::max(fetches_.in_flight(), questions_.size()); }

 private:
  std::unique_ptr<chain::PublishedChain> chain_;
  chain::Events events_;
  ChosenRandom random_;
  sync::PeerBook peers_;
  sync::Questions questions_;
  sync::InvalidRoots invalid_;
  sync::BlockFetches fetches_;
};

/// B-056. Two subnets speak of blocks that nobody has, each of the same ones and of its own.
template <typename Fetches>
void a_flood_of_unknown_heads_is_no_storm(World& world) {
  constexpr std::uint64_t kEach = 8;
  locking::MpscQueue<Root> named(world.sync(), "named", 64);
  SilentPeers wire(world);
  Fetches fetches(world, wire);
  const auto gossip = [&](std::uint64_t first) {
    return [&, first] {
      for (std::uint64_t i = 0; i < kEach; ++i) {
        Root root = root_of(first + i);
        static_cast<void>(named.push(root));
      }
    };
  };
  const auto turn = [&] {
    while (const auto root = named.pop()) {
      fetches.name(*root);
      if (world.choose(4) == 0) {
        if (const auto late = wire.time_out()) {
          fetches.ended(late->first, late->second);
        }
      }
    }
  };
  world.beside({{"first subnet", gossip(1)}, {"second subnet", gossip(1 + kEach / 2)}, {"main", [&] {
                                                                                          for (int i = 0;
                                                                                               i < 3; ++i) {
                                                                                            turn();
                                                                                            world.pause();
                                                                                          }
                                                                                        }}});
  turn();
  fetches.look(64);
  world.expect(fetches.in_flight() == wire.open(), "a place is taken for a request that was never sent");
  while (const auto late = wire.time_out()) {
    fetches.ended(late->first, late->second);
  }
  world.expect(fetches.in_flight() == 0, "a place was not given back");
}

/// Does nothing until its head is that of whoever claims the most.
class AnyLeadCounts {
 public:
  explicit AnyLeadCounts(World& /*world*/) {}
  void hear(std::uint64_t /*peer*/, std::uint64_t slot) { most_ = std::max(most_, slot); }
  bool is_behind(std::uint64_t head) { return head < most_; }

 private:
  std::uint64_t most_ = 0;
};
class NodeState {
 public:
  explicit NodeState(World& world) : random_(world), peers_(random_) {}
  void hear(std::uint64_t peer, std::uint64_t slot) {
    peers_.connected({peer});
    peers_.set_status({peer}, {.finalized = {}, .head = {root_of(slot), spec::Slot(slot)}});
  }
  bool is_behind(std::uint64_t head) {
    state_ = sync::next_state(state_, peers_.size(), peers_.network_head(), spec::Slot(head));
    return state_ == chain::SyncState::kBehind;
  }

 private:
  ChosenRandom random_;
  sync::PeerBook peers_;
  chain::SyncState state_ = chain::SyncState::kNoPeers;
};

/// B-154. A proposer loses its block before anybody has it, and goes on saying that it has one. The others
/// must go on without it.
template <typename State>
void a_lost_block_silences_nobody(World& world) {
  constexpr std::uint64_t kNodes = 4;
  constexpr std::uint64_t kProposer = 0;
  runtime::Mutex mutex(world.sync(), "statuses");
  std::deque<State> states;
  for (std::uint64_t node = 0; node < kNodes; ++node) {
    states.emplace_back(world);
  }
  const auto head_of = [](std::uint64_t node) { return node == kProposer ? 5 : 4; };
  int silent = 0;
  const auto run = [&](std::uint64_t self) {
    return [&, self] {
      for (std::uint64_t other = 0; other < kNodes; ++other) {
        const std::lock_guard lock(mutex);
        if (other != self) {
          states.at(other).hear(self, static_cast<std::uint64_t>(head_of(self)));
        }
      }
      const std::lock_guard lock(mutex);
      silent += states.at(self).is_behind(static_cast<std::uint64_t>(head_of(self))) ? 1 : 0;
    };
  };
  world.beside({{"proposer", run(0)}, {"second", run(1)}, {"third", run(2)}, {"fourth", run(3)}});
  world.expect(3 * (static_cast<int>(kNodes) - silent) > 2 * static_cast<int>(kNodes),
               "a block that nobody has keeps too many from voting");
}

}  // namespace

std::vector<Pair> fetch_pairs() {
  return {
      {"B-056", "few requests are under way, and one for each block", 200,
       &a_flood_of_unknown_heads_is_no_storm<AsksForEach>,
       &a_flood_of_unknown_heads_is_no_storm<NodeFetches>},
      {"B-154", "a lead that matters not makes nobody fall silent", 200,
       &a_lost_block_silences_nobody<AnyLeadCounts>, &a_lost_block_silences_nobody<NodeState>},
  };
}

}  // namespace lockstep::scenarios::races
