// The count of peers is the size of their map, whoever comes and goes.
#include "node/networking/connected_peers.h"

#include <gtest/gtest.h>

#include <vector>

#include "lock_worlds.h"

namespace lockstep::networking {
namespace {

using test::LockWorld;

bool anybody(const ConnectedPeer& /*peer*/) {
  return true;
}

TEST(ConnectedPeers, know_their_peers_and_how_many_they_are) {
  test::on_threads([](LockWorld& world) {
    ConnectedPeers peers(world.seams());
    EXPECT_FALSE(peers.select_peer("test", 0, anybody).has_value());
    EXPECT_TRUE(peers.connect("test", {3}, "three"));
    EXPECT_TRUE(peers.connect("test", {1}, "one"));
    EXPECT_FALSE(peers.connect("test", {3}, "three again"));
    EXPECT_EQ(peers.count(), 2U) << "replacing a peer does not count";
    EXPECT_EQ(peers.select_peer("test", 0, anybody)->address, "one");
    EXPECT_EQ(peers.select_peer("test", 1, anybody)->address, "three again");
    EXPECT_EQ(peers.select_peer("test", 4, anybody)->address, "one");
    spec::Status status;
    status.head.slot = spec::Slot(9);
    EXPECT_TRUE(peers.set_latest_status("test", {3}, status));
    EXPECT_FALSE(peers.set_latest_status("test", {4}, status));
    const auto ahead = [](const ConnectedPeer& peer) {
      return peer.status && peer.status->head.slot > spec::Slot(5);
    };
    EXPECT_EQ(peers.select_peer("test", 17, ahead)->id, runtime::PeerId{3});
    EXPECT_TRUE(peers.contains("test", {1}));
    EXPECT_TRUE(peers.disconnect("test", {1}));
    EXPECT_FALSE(peers.disconnect("test", {1}));
    EXPECT_EQ(peers.count(), 1U);
  });
}

TEST(ConnectedPeers, count_what_is_in_the_map_whenever_nobody_writes) {
  test::in_all_worlds(500, [](LockWorld& world) {
    ConnectedPeers peers(world.seams());
    const auto come_and_go = [&](std::uint64_t first) {
      return [&, first] {
        peers.connect("comes", {first}, "a");
        peers.connect("comes again", {first}, "b");
        peers.disconnect("goes", {first});
        peers.connect("comes", {first + 1}, "c");
      };
    };
    world.beside({{"a", come_and_go(1)}, {"b", come_and_go(2)}, {"watcher", [&] {
                                                                   for (int i = 0; i < 4; ++i) {
                                                                     std::size_t seen = 0;
                                                                     peers.iterate_locked(
                                                                         "watcher",
                                                                         [&](const auto&) { ++seen; });
                                                                     EXPECT_LE(peers.count(), 3U);
                                                                     EXPECT_LE(seen, 3U);
                                                                   }
                                                                 }}});
    std::size_t there = 0;
    peers.iterate_locked("end", [&](const ConnectedPeer&) { ++there; });
    EXPECT_EQ(peers.count(), there);
    EXPECT_GE(there, 1U);
  });
}

}  // namespace
}  // namespace lockstep::networking
