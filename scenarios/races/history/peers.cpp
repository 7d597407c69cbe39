// Peers that come and go while they are counted and chosen.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "node/networking/connected_peers.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using locking::Hold;
using networking::ConnectedPeer;
using networking::ConnectedPeers;

class NodePeers : public ConnectedPeers {
 public:
  explicit NodePeers(World& world) : ConnectedPeers(world.seams()) {}
  std::size_t size() {
    std::size_t size = 0;
    iterate_locked("size", [&](const ConnectedPeer&) { ++size; });
    return size;
  }
};

/// Peers whose count is brought up to date when the lock is free again.
class CountsLater {
 public:
  explicit CountsLater(World& world)
      : mutex_(world.seams(), locking::Tier::kNetworkMaps, "connected peers"),
        count_(world.sync(), "count of peers", 0) {}
  void connect(const char* site, runtime::PeerId id, std::string address) {
    std::size_t size = 0;
    {
      const Hold hold = mutex_.hold(site);
      peers_[id] = std::move(address);
      size = peers_.size();
    }
    count_.store(size);
  }
  [[nodiscard]] std::size_t count() const { return count_.load(); }
  [[nodiscard]] std::size_t size() const { return peers_.size(); }

 private:
  locking::TieredMutex mutex_;
  std::map<runtime::PeerId, std::string> peers_;
  runtime::Atomic<std::size_t> count_;
};

/// B-018 in the form that a race gives it. The count that the log shows is too low for ever.
template <typename Peers>
void the_count_is_the_size(World& world) {
  Peers peers(world);
  world.beside({{"dialled", [&] { peers.connect("dialled", {1}, "one"); }},
                {"accepted", [&] { peers.connect("accepted", {2}, "two"); }}});
  world.expect(peers.count() == peers.size(), "the count of peers differs from their number");
}

/// Chooses a peer and hands out its address in the map.
class PointsIntoTheMap {
 public:
  struct Chosen {
    const std::string* address;
    [[nodiscard]] const std::string& text() const { return *address; }
  };
  explicit PointsIntoTheMap(World& world)
      : world_(world), mutex_(world.seams(), locking::Tier::kNetworkMaps, "connected peers") {}
  void connect(const char* site, runtime::PeerId id, std::string address) {
    const Hold hold = mutex_.hold(site);
    peers_[id] = world_.mortal(std::move(address), std::string("freed"));
  }
  void disconnect(const char* site, runtime::PeerId id) {
    const Hold hold = mutex_.hold(site);
    peers_.erase(id);
  }
  std::optional<Chosen> choose() {
    const Hold hold = mutex_.hold("choose");
    return peers_.empty() ? std::nullopt : std::optional<Chosen>(Chosen{peers_.begin()->second.get()});
  }

 private:
  World& world_;
  locking::TieredMutex mutex_;
  std::map<runtime::PeerId, std::shared_ptr<const std::string>> peers_;
};
class CopiesThePeer : public NodePeers {
 public:
  struct Chosen {
    ConnectedPeer peer;
    [[nodiscard]] const std::string& text() const { return peer.address; }
  };
  using NodePeers::NodePeers;
  std::optional<Chosen> choose() {
    auto peer = select_peer("choose", 0, [](const ConnectedPeer&) { return true; });
    return peer ? std::optional<Chosen>(Chosen{*std::move(peer)}) : std::nullopt;
  }
};

/// B-138. The recovery asks a peer that leaves meanwhile.
template <typename Peers>
void a_chosen_peer_keeps_its_name(World& world) {
  Peers peers(world);
  peers.connect("connect", {1}, "one");
  world.beside({{"recovery",
                 [&] {
                   const auto chosen = peers.choose();
                   world.pause();
                   world.expect(!chosen || chosen->text() == "one",
                                "a peer's name was read after it was freed");
                 }},
                {"bridge", [&] { peers.disconnect("bridge", {1}); }}});
}

}  // namespace

std::vector<Pair> peer_pairs() {
  return {
      {"B-018", "the count of peers is their number whenever nobody writes", 200,
       &the_count_is_the_size<CountsLater>, &the_count_is_the_size<NodePeers>},
      {"B-138", "a chosen peer is a copy", 200, &a_chosen_peer_keeps_its_name<PointsIntoTheMap>,
       &a_chosen_peer_keeps_its_name<CopiesThePeer>},
  };
}

}  // namespace lockstep::scenarios::races
