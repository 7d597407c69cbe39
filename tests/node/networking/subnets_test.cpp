// Votes of several subnets: a node hears its own, speaks on any, and holds those to account who mix them up.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "author.h"
#include "gossip_inbox.h"
#include "node/networking/network.h"
#include "node/networking/payloads.h"
#include "node/networking/snappy_codec.h"
#include "recorder.h"

namespace lockstep::networking {
namespace {

constexpr runtime::PeerId kAlice{1};
constexpr runtime::PeerId kBob{2};
constexpr std::uint64_t kSubnets = 4;
/// The subnets that the node hears.
constexpr std::uint64_t kHeard = 0b0101;

/// A node of which Alice follows the subnets 1 and 2, and Bob 0 and 2.
class SubnetsTest : public testing::Test {
 protected:
  SubnetsTest() {
    connect(kAlice, {1, 2});
    connect(kBob, {0, 2});
    test::Author author(keys, keys.anchor(1000));
    votes = author.run_slot(1).votes;
    beat();
    transport.sent.clear();
  }

  void connect(runtime::PeerId peer, const std::vector<std::uint64_t>& follows) {
    network.handle(runtime::PeerConnected{.peer = peer, .address = "nowhere"});
    for (const std::uint64_t subnet : follows) {
      follow(peer, subnet);
    }
  }
  void follow(runtime::PeerId peer, std::uint64_t subnet) {
    RpcView rpc;
    rpc.subscriptions.push_back({.subscribe = true, .topic = topic_of(subnet)});
    receive(peer, rpc);
  }
  void beat() {
    clock.advance(kHeartbeat);
    network.poll();
  }
  void receive(runtime::PeerId from, const RpcView& rpc) {
    base::Bytes frame{static_cast<std::uint8_t>(Channel::kGossip)};
    encode_rpc(rpc, frame);
    network.handle(runtime::FrameReceived{.peer = from, .frame = std::make_shared<const base::Bytes>(frame)});
  }
  /// `peer` says what the validator voted, on the topic of that subnet. No two votes are the same.
  void say(runtime::PeerId peer, std::uint64_t validator, std::uint64_t subnet) {
    spec::SignedAttestation vote = votes.front();
    vote.validator_index = spec::ValidatorIndex(validator);
    vote.data.slot = spec::Slot(1000 + ++said);
    base::Bytes data;
    append_snappy_block(encode_signed_attestation(vote), data);
    RpcView rpc;
    rpc.publish.push_back({.topic = topic_of(subnet), .data = data});
    receive(peer, rpc);
  }
  [[nodiscard]] const std::string& topic_of(std::uint64_t subnet) const {
    return topics.name(Topics::attestation(spec::SubnetId(subnet)));
  }
  /// To whom messages went, and on which topic.
  [[nodiscard]] std::vector<std::pair<runtime::PeerId, std::string>> messages() const {
    std::vector<std::pair<runtime::PeerId, std::string>> out;
    for (const auto& [to, frame] : transport.sent) {
      RpcView rpc;
      if (decode_rpc(base::ByteView(*frame).subspan(1), rpc)) {
        for (const MessageView& message : rpc.publish) {
          out.emplace_back(to, message.topic);
        }
      }
    }
    return out;
  }
  using Messages = std::vector<std::pair<runtime::PeerId, std::string>>;

  const test::Keys keys{8};
  std::vector<spec::SignedAttestation> votes;
  std::uint64_t said = 0;
  test::ManualClock clock;
  test::SeededRandom random;
  test::RecordingTransport transport;
  test::Recorder events;
  test::GossipInbox inbox;
  const Topics topics{"12345678", kSubnets};
  Network network{{.network_name = "12345678", .subnets = kSubnets, .heard = kHeard},
                  clock,
                  random,
                  transport,
                  events,
                  keys.scheme,
                  inbox};
};

TEST_F(SubnetsTest, peers_are_told_which_of_them_the_node_hears) {
  network.handle(runtime::PeerConnected{.peer = runtime::PeerId{9}, .address = ""});
  ASSERT_EQ(transport.sent.size(), 1U);
  RpcView rpc;
  ASSERT_TRUE(decode_rpc(base::ByteView(*transport.sent[0].second).subspan(1), rpc));
  std::vector<std::string> told;
  for (const SubscriptionView& subscription : rpc.subscriptions) {
    told.emplace_back(subscription.topic);
  }
  EXPECT_EQ(told, (std::vector{topics.name(TopicKind::kBlock), topics.name(TopicKind::kAggregation),
                               topic_of(0), topic_of(2)}));
}

TEST_F(SubnetsTest, votes_on_the_topics_of_their_validators_come_in_and_are_passed_on) {
  say(kBob, 4, 0);
  say(kBob, 6, 2);
  ASSERT_EQ(inbox.votes.size(), 2U);
  EXPECT_EQ(inbox.votes[0].validator_index, spec::ValidatorIndex(4));
  EXPECT_EQ(messages(), (Messages{{kAlice, topic_of(2)}}));
  EXPECT_TRUE(events.drops.empty());
}

TEST_F(SubnetsTest, votes_on_the_topic_of_another_subnet_are_counted_and_nothing_else_changes) {
  const std::size_t seen = network.gossipsub().seen_size();
  // 2^64 - 1 is a validator of subnet 3, too, although nobody has it.
  for (const std::uint64_t validator : {std::uint64_t{5}, std::uint64_t{4}, ~std::uint64_t{0}}) {
    say(kAlice, validator, 2);
  }
  EXPECT_EQ(events.drops, (std::map<chain::Drop, std::uint64_t>{{chain::Drop::kWrongSubnet, 3}}));
  EXPECT_EQ(network.gossip_counts().received, 3U);
  EXPECT_EQ(network.gossip_counts().dropped, 3U);
  EXPECT_TRUE(inbox.votes.empty());
  EXPECT_TRUE(messages().empty());
  EXPECT_EQ(network.gossipsub().seen_size(), seen);
  EXPECT_EQ(network.gossipsub().cache().size(), 0U);
}

TEST_F(SubnetsTest, a_vote_that_came_on_the_wrong_topic_is_taken_on_the_right_one) {
  say(kAlice, 4, 2);
  --said;
  say(kBob, 4, 0);
  EXPECT_EQ(inbox.votes.size(), 1U);
}

TEST_F(SubnetsTest, whoever_mixes_them_up_too_often_is_sent_away) {
  for (std::uint32_t i = 0; i < kOffencesMax; ++i) {
    say(kAlice, 5, 2);
  }
  EXPECT_TRUE(transport.disconnected.empty());
  say(kAlice, 5, 2);
  EXPECT_EQ(transport.disconnected, std::vector{kAlice});
}

TEST_F(SubnetsTest, votes_of_subnets_that_nobody_here_hears_are_no_offence) {
  for (std::uint32_t i = 0; i < 3 * kOffencesMax; ++i) {
    say(kAlice, 5, 1);
  }
  EXPECT_TRUE(transport.disconnected.empty());
  EXPECT_TRUE(inbox.votes.empty());
  EXPECT_EQ(events.drops[chain::Drop::kUnsubscribed], 3 * kOffencesMax);
}

TEST_F(SubnetsTest, own_votes_go_to_those_who_follow_the_subnet_of_their_validator) {
  network.publish_attestation(votes[0]);
  network.publish_attestation(votes[6]);
  EXPECT_EQ(messages(), (Messages{{kBob, topic_of(0)}, {kAlice, topic_of(2)}, {kBob, topic_of(2)}}));
}

TEST_F(SubnetsTest, votes_of_a_subnet_that_the_node_does_not_hear_reach_those_who_do) {
  network.publish_attestation(votes[5]);
  EXPECT_EQ(messages(), (Messages{{kAlice, topic_of(1)}}));
  EXPECT_TRUE(network.gossipsub().mesh(Topics::attestation(spec::SubnetId(1))).empty());

  // Who follows it from here on is sent the next one.
  transport.sent.clear();
  follow(kBob, 1);
  network.publish_attestation(votes[1]);
  EXPECT_EQ(messages(), (Messages{{kAlice, topic_of(1)}, {kBob, topic_of(1)}}));
}

TEST_F(SubnetsTest, a_vote_that_nobody_follows_goes_nowhere) {
  network.publish_attestation(votes[7]);
  EXPECT_TRUE(messages().empty());
}

}  // namespace
}  // namespace lockstep::networking
