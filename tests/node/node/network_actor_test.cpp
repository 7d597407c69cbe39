// The network's thread by itself: who is refused and told so, what is done, and what becomes of the rest at
// its end.
#include "node/node/network_actor.h"

#include <gtest/gtest.h>

#include "node/networking/request_codec.h"
#include "node/node/end_notice.h"
#include "stage.h"

namespace lockstep::node {
namespace {

using chain::CommandOutcome;
using test::Stage;
using test::World;
using namespace std::chrono_literals;

constexpr runtime::PeerId kPeer{1};

runtime::PeerConnected connected(std::uint64_t peer) {
  return {{peer}, "address of " + std::to_string(peer)};
}

runtime::FrameReceived status_request(std::uint64_t peer, std::uint64_t slot) {
  const spec::Status status{.finalized = {}, .head = {.root = {}, .slot = spec::Slot(slot)}};
  return {{peer}, std::make_shared<const base::Bytes>(networking::encode_request(1, status))};
}

std::unique_ptr<NetworkActor> actor_on(Stage& stage) {
  return std::make_unique<NetworkActor>(stage.runtime, Config{}, stage.keys.scheme, stage.heard, stage.inbox);
}

TEST(NetworkActor, says_full_at_its_bound_and_closed_after_its_end_and_settles_every_command_once) {
  EXPECT_EQ(
      test::explored(1,
                     [](World& world) {
                       Stage stage(world);
                       const auto actor = actor_on(stage);
                       for (std::size_t id = 0; id < NetworkActor::kCommandsMax; ++id) {
                         ASSERT_TRUE(actor->request(kPeer, id, spec::Status{}));
                       }
                       EXPECT_FALSE(actor->respond(kPeer, 1, chain::StatusAnswer{}));
                       EXPECT_EQ(stage.heard.commands[CommandOutcome::kQueueFull], 1U);
                       actor->close();
                       EXPECT_FALSE(actor->request(kPeer, 2, spec::Status{}));
                       EXPECT_EQ(stage.heard.commands[CommandOutcome::kClosed], 1U);
                       actor->join();
                       EXPECT_EQ(stage.heard.commands[CommandOutcome::kShutDown], NetworkActor::kCommandsMax);
                       EXPECT_EQ(stage.heard.inputs[chain::Input::kCommand], stage.heard.commands_settled());
                     }),
      "");
}

TEST(NetworkActor, does_what_it_was_told_before_it_began) {
  EXPECT_EQ(test::explored(50,
                           [](World& world) {
                             Stage stage(world);
                             stage.transport.outcome = runtime::SendOutcome::kClosed;
                             const auto actor = actor_on(stage);
                             world.expect(actor->request(kPeer, 7, spec::Status{}), "there is room");
                             actor->start();
                             stage.pass(1s);
                             world.expect(stage.heard.commands[CommandOutcome::kDone] == 1,
                                          "it was not done");
                             // Nobody is connected: whoever asked hears that it came to nothing.
                             const auto told = stage.inbox.exchanges.pop();
                             const auto* ended = told ? std::get_if<chain::RequestEnded>(&*told) : nullptr;
                             world.expect(ended != nullptr && ended->id == 7, "whoever asked hears nothing");
                             actor->close();
                             actor->join();
                           }),
            "");
}

/// Requires that a request went out before anybody says so.
class NothingEarly final : public test::Heard {
 public:
  NothingEarly(World& world, const test::StagedTransport& transport) : world_(world), transport_(transport) {}
  void command_handled(const chain::CommandHandled& handled) override {
    Heard::command_handled(handled);
    world_.expect(transport_.sent.size() >= commands[CommandOutcome::kDone], "said to be done before it was");
  }

 private:
  World& world_;
  const test::StagedTransport& transport_;
};

TEST(NetworkActor, says_that_a_command_is_done_only_when_it_is) {
  EXPECT_EQ(
      test::explored(200,
                     [](World& world) {
                       Stage stage(world);
                       NothingEarly heard(world, stage.transport);
                       NetworkActor actor(stage.runtime, Config{}, stage.keys.scheme, heard, stage.inbox);
                       stage.transport.bring(connected(1));
                       actor.start();
                       stage.pass(100ms);
                       stage.transport.sent.clear();
                       const auto ask = [&](std::uint64_t first) {
                         return [&actor, &world, first] {
                           for (std::uint64_t id = first; id < first + 3; ++id) {
                             world.expect(actor.request(kPeer, id, spec::Status{}), "there is room");
                           }
                         };
                       };
                       world.beside({{"main", ask(10)}, {"chain", ask(20)}});
                       stage.pass(100ms);
                       world.expect(heard.commands[CommandOutcome::kDone] == 6, "something was not done");
                       actor.close();
                       actor.join();
                     }),
      "");
}

TEST(NetworkActor, lets_everybody_know_when_it_ends_unasked) {
  EXPECT_EQ(test::explored(
                300,
                [](World& world) {
                  Stage stage(world);
                  const auto actor = actor_on(stage);
                  actor->start();
                  const auto ask = [&](std::uint64_t first) {
                    return [&actor, &world, first] {
                      for (std::uint64_t id = first; id < first + 3; ++id) {
                        static_cast<void>(actor->request(kPeer, id, spec::Status{}));
                        world.pause();
                      }
                    };
                  };
                  world.beside({{"main", ask(10)}, {"chain", ask(20)}, {"outside", [&] {
                                                                          stage.transport.break_down();
                                                                        }}});
                  world.expect(stage.inbox.wake.wait_until(world.clock().now() + 1s),
                               "main sleeps on though the network is gone");
                  world.expect(actor->has_ended(), "an end that is not to be seen");
                  world.expect(!actor->request(kPeer, 30, spec::Status{}), "told to nobody");
                  world.expect(stage.heard.commands[CommandOutcome::kClosed] >= 1, "not said why");
                  actor->join();
                  world.expect(stage.heard.inputs[chain::Input::kCommand] == stage.heard.commands_settled(),
                               "a command has no outcome");
                }),
            "");
}

TEST(NetworkActor, tells_of_every_peer_once_there_is_room_and_in_order) {
  EXPECT_EQ(test::explored(20,
                           [](World& world) {
                             Stage stage(world);
                             for (std::size_t i = 0; i < Inbox::kExchangesMax; ++i) {
                               Exchange junk = RequestCame{};
                               world.expect(stage.inbox.exchanges.push(junk) == locking::Queued::kQueued,
                                            "room");
                             }
                             const auto actor = actor_on(stage);
                             actor->start();
                             stage.transport.bring(connected(1));
                             stage.transport.bring(connected(2));
                             stage.transport.bring(runtime::PeerDisconnected{{1}});
                             stage.pass(3s);
                             std::string told;
                             for (int i = 0; i < 3; ++i) {
                               while (const auto exchange = stage.inbox.exchanges.pop()) {
                                 if (const auto* up = std::get_if<PeerUp>(&*exchange)) {
                                   told += "+" + std::to_string(up->peer.value);
                                 } else if (const auto* down = std::get_if<PeerDown>(&*exchange)) {
                                   told += "-" + std::to_string(down->peer.value);
                                 }
                               }
                               stage.pass(3s);
                             }
                             world.expect(told == "+1+2-1", "a peer that came or went is lost");
                             actor->close();
                             actor->join();
                           }),
            "");
}

TEST(NetworkActor, votes_that_nobody_takes_push_out_neither_blocks_nor_requests) {
  EXPECT_EQ(test::explored(1,
                           [](World& world) {
                             Inbox inbox(world.sync());
                             GossipVote vote;
                             while (inbox.votes.push(vote) == locking::Queued::kQueued) {
                             }
                             EXPECT_EQ(inbox.votes.size(), Inbox::kVotesMax);
                             GossipBlock block{{}, {}, test::orphan(1)};
                             EXPECT_EQ(inbox.blocks.push(block), locking::Queued::kQueued);
                             Exchange request = RequestCame{};
                             EXPECT_EQ(inbox.exchanges.push(request), locking::Queued::kQueued);
                             GossipAggregate aggregate;
                             EXPECT_EQ(inbox.aggregates.push(aggregate), locking::Queued::kQueued);
                           }),
            "");
}

TEST(NetworkActor, shows_its_peers_whole_to_whoever_looks) {
  EXPECT_EQ(
      test::explored(
          200,
          [](World& world) {
            Stage stage(world);
            const auto actor = actor_on(stage);
            actor->start();
            const networking::ConnectedPeers& peers = actor->peers();
            world.beside(
                {{"outside",
                  [&] {
                    stage.transport.bring(connected(1));
                    stage.transport.bring(status_request(1, 9));
                    stage.transport.bring(connected(2));
                    stage.transport.bring(runtime::PeerDisconnected{{2}});
                  }},
                 {"reader", [&] {
                    for (std::uint64_t turn = 0; turn < 4; ++turn) {
                      const auto seen = peers.select_peer("test", turn, [](const auto&) { return true; });
                      world.expect(!seen || seen->address == "address of " + std::to_string(seen->id.value),
                                   "half a peer");
                      world.expect(peers.count() <= 2, "more peers are counted than ever came");
                      world.pause();
                    }
                  }}});
            stage.pass(100ms);
            const auto left = peers.select_peer("test", 0, [](const auto&) { return true; });
            world.expect(peers.count() == 1 && left && left->status && left->status->head.slot.value == 9,
                         "what the peer said is not to be seen");
            actor->close();
            actor->join();
          }),
      "");
}

TEST(EndNotice, is_given_once_however_a_thread_ends) {
  int notices = 0;
  {
    const EndNotice notice([&] { ++notices; });
  }
  EXPECT_EQ(notices, 1);
  try {
    const EndNotice notice([&] { ++notices; });
    throw test::Broken{};
  } catch (const test::Broken&) {
  }
  EXPECT_EQ(notices, 2);
}

}  // namespace
}  // namespace lockstep::node
