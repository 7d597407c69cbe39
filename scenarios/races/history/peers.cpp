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

/// L-02, a count that a race makes too low for ever. Two peers come at once.
template <typename Peers>
void the_count_is_the_size(World& world) {
  Peers peers(world);
  world.beside({{"dialled", [&] { peers.connect("dialled", {1}, "one"); }},
                {"accepted", [&] { peers.connect("accepted", {2}, "two"); }}});
  world.expect(peers.count() == peers.size(), "the count of peers differs from their number");
}

/// There was no memory for a copy.
struct OutOfMemory {};

/// What connecting copies of a peer: fails when the outside wants it.
class Address {
 public:
  Address(World& world, const char* text) : world_(world), text_(text) {}
  [[nodiscard]] std::string copy() const {
    if (world_.choose(2) == 1) {
      throw OutOfMemory{};
    }
    return text_;
  }

 private:
  World& world_;
  const char* text_;
};

/// Peers that are replaced by taking the old one off the count, copying, and putting the new one on it.
class CountsDownAndUp {
 public:
  explicit CountsDownAndUp(World& world)
      : mutex_(world.seams(), locking::Tier::kNetworkMaps, "connected peers"),
        count_(world.sync(), "count of peers", 0) {}
  void connect(const char* site, runtime::PeerId id, const Address& address) {
    const Hold hold = mutex_.hold(site);
    if (peers_.contains(id)) {
      count_.fetch_sub(1);
    }
    peers_[id] = address.copy();
    count_.fetch_add(1);
  }
  [[nodiscard]] std::size_t count() const { return count_.load(); }
  std::size_t size() {
    const Hold hold = mutex_.hold("size");
    return peers_.size();
  }

 private:
  locking::TieredMutex mutex_;
  std::map<runtime::PeerId, std::string> peers_;
  runtime::Atomic<std::size_t> count_;
};
/// The node's peers, which are given their copy before anything changes.
class TakesACopy : public NodePeers {
 public:
  using NodePeers::NodePeers;
  void connect(const char* site, runtime::PeerId id, const Address& address) {
    ConnectedPeers::connect(site, id, address.copy());
  }
};

/// B-018. A peer connects again while there is no memory. The count stays the number of peers.
template <typename Peers>
void a_failed_connect_leaves_the_count(World& world) {
  Peers peers(world);
  const auto connect = [&](const char* text) {
    return [&world, &peers, text] {
      try {
        peers.connect("connect", {1}, Address(world, text));
      } catch (const OutOfMemory&) {
        world.expect(peers.count() <= peers.size(), "more peers are counted than there are");
      }
    };
  };
  world.beside({{"dialled", connect("one")}, {"accepted", connect("one again")}});
  world.expect(peers.count() == peers.size(), "the count of peers differs from their number for ever");
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
      {"B-018", "the count of peers is their number, also after a connect that failed", 200,
       &a_failed_connect_leaves_the_count<CountsDownAndUp>, &a_failed_connect_leaves_the_count<TakesACopy>},
      {"B-138", "a chosen peer is a copy", 200, &a_chosen_peer_keeps_its_name<PointsIntoTheMap>,
       &a_chosen_peer_keeps_its_name<CopiesThePeer>},
      {"L-02", "the count of peers is their number whenever nobody writes", 200,
       &the_count_is_the_size<CountsLater>, &the_count_is_the_size<NodePeers>},
  };
}

}  // namespace lockstep::scenarios::races
