// Gossip passes each message on once, tells bad ones apart, and shuts out who sends too many of them.
#include <gtest/gtest.h>

#include <memory>

#include "author.h"
#include "gossip_inbox.h"
#include "node/networking/network.h"
#include "node/networking/payloads.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

constexpr runtime::PeerId kAlice{1};
constexpr runtime::PeerId kBob{2};
constexpr runtime::PeerId kCarol{3};

class GossipTest : public testing::Test {
 protected:
  GossipTest() {
    for (const runtime::PeerId peer : {kAlice, kBob, kCarol}) {
      network.handle(runtime::PeerConnected{.peer = peer, .address = "nowhere"});
      RpcView rpc;
      for (const TopicKind kind : {TopicKind::kBlock, TopicKind::kAggregation, TopicKind::kAttestation}) {
        rpc.subscriptions.push_back({.subscribe = true, .topic = topics.name(kind)});
      }
      receive(peer, rpc);
    }
    beat();
    transport.sent.clear();
    test::Author author(keys, keys.anchor(1000));
    products = author.run_slot(1);
  }

  void beat() {
    clock.advance(kHeartbeat);
    network.poll();
  }
  /// What was sent, without control messages.
  [[nodiscard]] std::vector<std::pair<runtime::PeerId, runtime::Frame>> messages() const {
    std::vector<std::pair<runtime::PeerId, runtime::Frame>> out;
    for (const auto& one : transport.sent) {
      RpcView rpc;
      if (decode_rpc(base::ByteView(*one.second).subspan(1), rpc) && !rpc.publish.empty()) {
        out.push_back(one);
      }
    }
    return out;
  }
  void receive(runtime::PeerId from, runtime::Frame frame) {
    network.handle(runtime::FrameReceived{.peer = from, .frame = std::move(frame)});
  }
  void receive(runtime::PeerId from, const RpcView& rpc) {
    base::Bytes frame{static_cast<std::uint8_t>(Channel::kGossip)};
    encode_rpc(rpc, frame);
    receive(from, std::make_shared<const base::Bytes>(std::move(frame)));
  }
  void publish(runtime::PeerId from, std::string_view topic, const base::Bytes& data) {
    RpcView rpc;
    rpc.publish.push_back({.topic = topic, .data = data});
    receive(from, rpc);
  }
  /// A vote in the right form that is no other's.
  [[nodiscard]] spec::SignedAttestation vote_number(std::uint64_t number) const {
    spec::SignedAttestation vote = products.votes.front();
    vote.data.slot = spec::Slot(1000 + number);
    return vote;
  }
  static base::Bytes compressed(const base::Bytes& ssz) {
    base::Bytes out;
    append_snappy_block(ssz, out);
    return out;
  }
  [[nodiscard]] base::Bytes block_data() const { return compressed(encode_signed_block(*products.block)); }
  void expect_sums() const {
    const GossipCounts& counts = network.gossip_counts();
    EXPECT_EQ(counts.received, counts.duplicates + counts.dropped + counts.delivered);
  }

  const test::Keys keys{4};
  test::SlotProducts products;
  test::ManualClock clock;
  test::SeededRandom random;
  test::RecordingTransport transport;
  test::Recorder events;
  test::GossipInbox inbox;
  const Topics topics{"12345678"};
  Network network{{.network_name = "12345678"}, clock, random, transport, events, keys.scheme, inbox};
};

TEST_F(GossipTest, tells_a_peer_that_connects_which_topics_it_follows) {
  network.handle(runtime::PeerConnected{.peer = runtime::PeerId{9}, .address = ""});
  ASSERT_EQ(transport.sent.size(), 1U);
  RpcView rpc;
  ASSERT_TRUE(decode_rpc(base::ByteView(*transport.sent[0].second).subspan(1), rpc));
  EXPECT_EQ(rpc.subscriptions.size(), 3U);
}

TEST_F(GossipTest, passes_a_message_on_to_everybody_but_its_sender_as_the_frame_that_it_came_in) {
  RpcView rpc;
  const base::Bytes data = block_data();
  rpc.publish.push_back({.topic = topics.name(TopicKind::kBlock), .data = data});
  base::Bytes bytes{0};
  encode_rpc(rpc, bytes);
  const auto frame = std::make_shared<const base::Bytes>(bytes);
  receive(kBob, frame);
  const auto sent = messages();
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].first, kAlice);
  EXPECT_EQ(sent[1].first, kCarol);
  EXPECT_EQ(sent[0].second, frame);
  ASSERT_EQ(inbox.blocks.size(), 1U);
  EXPECT_EQ(*inbox.blocks[0], *products.block);
}

TEST_F(GossipTest, the_same_message_from_others_is_neither_delivered_nor_passed_on_again) {
  for (const runtime::PeerId peer : {kAlice, kBob, kCarol, kAlice}) {
    publish(peer, topics.name(TopicKind::kBlock), block_data());
  }
  EXPECT_EQ(inbox.blocks.size(), 1U);
  EXPECT_EQ(messages().size(), 2U);
  EXPECT_EQ(network.gossip_counts().duplicates, 3U);
  expect_sums();
}

TEST_F(GossipTest, the_same_message_compressed_otherwise_is_the_same_message) {
  const base::Bytes ssz = encode_signed_block(*products.block);
  base::Bytes literal;
  append_varint(literal, ssz.size());
  // One literal of up to 64 KiB: tag 61, then the length less one in two bytes.
  literal.push_back(61 << 2);
  literal.push_back(static_cast<std::uint8_t>((ssz.size() - 1) & 0xff));
  literal.push_back(static_cast<std::uint8_t>((ssz.size() - 1) >> 8));
  literal.insert(literal.end(), ssz.begin(), ssz.end());
  ASSERT_NE(literal, block_data());
  publish(kAlice, topics.name(TopicKind::kBlock), block_data());
  publish(kBob, topics.name(TopicKind::kBlock), literal);
  publish(kCarol, topics.name(TopicKind::kBlock), literal);
  EXPECT_EQ(inbox.blocks.size(), 1U);
  EXPECT_EQ(network.gossip_counts().duplicates, 2U);
  expect_sums();
}

TEST_F(GossipTest, votes_and_aggregates_reach_the_receiver_as_they_were_sent) {
  ASSERT_EQ(products.votes.size(), 4U);
  ASSERT_FALSE(products.aggregates.empty());
  publish(kAlice, topics.name(TopicKind::kAttestation),
          compressed(encode_signed_attestation(products.votes[2])));
  publish(kAlice, topics.name(TopicKind::kAggregation), compressed(encode_aggregate(products.aggregates[0])));
  ASSERT_EQ(inbox.votes.size(), 1U);
  EXPECT_EQ(inbox.votes[0], products.votes[2]);
  ASSERT_EQ(inbox.aggregates.size(), 1U);
  EXPECT_EQ(inbox.aggregates[0], products.aggregates[0]);
}

TEST_F(GossipTest, every_kind_of_bad_message_is_dropped_under_its_own_name) {
  const std::string& block = topics.name(TopicKind::kBlock);
  const base::Bytes good = block_data();
  base::Bytes broken = good;
  broken.resize(broken.size() - 5);
  base::Bytes huge;
  append_varint(huge, kPayloadBytesMax + 1);
  publish(kAlice, "/leanconsensus/other/block/ssz_snappy", good);
  publish(kAlice, block, broken);
  publish(kAlice, block, huge);
  publish(kAlice, block, {});
  publish(kAlice, block, compressed(base::Bytes(100, 1)));
  publish(kAlice, topics.name(TopicKind::kAttestation), good);
  receive(kAlice, std::make_shared<const base::Bytes>(base::Bytes{0, 0x12, 0x50}));
  receive(kAlice, std::make_shared<const base::Bytes>());
  receive(kAlice, std::make_shared<const base::Bytes>(base::Bytes{0}));
  receive(kAlice, std::make_shared<const base::Bytes>(base::Bytes{9, 1, 2}));
  EXPECT_EQ(events.drops[chain::Drop::kUnknownTopic], 1U);
  EXPECT_EQ(events.drops[chain::Drop::kBadSnappy], 2U);
  EXPECT_EQ(events.drops[chain::Drop::kTooLong], 1U);
  EXPECT_EQ(events.drops[chain::Drop::kBadSsz], 2U);
  EXPECT_EQ(events.drops[chain::Drop::kBadRpc], 1U);
  EXPECT_EQ(events.drops[chain::Drop::kBadFrame], 3U);
  EXPECT_TRUE(inbox.blocks.empty());
  EXPECT_TRUE(transport.sent.empty());
  expect_sums();
}

TEST_F(GossipTest, a_bad_message_does_not_keep_the_good_one_from_coming_in) {
  base::Bytes broken = block_data();
  broken.back() ^= 1;
  publish(kAlice, topics.name(TopicKind::kBlock), broken);
  publish(kBob, topics.name(TopicKind::kBlock), block_data());
  EXPECT_GE(inbox.blocks.size(), 1U);
}

TEST_F(GossipTest, a_peer_is_disconnected_past_its_last_offence_and_not_listened_to_any_more) {
  for (std::uint32_t i = 0; i < kOffencesMax; ++i) {
    publish(kAlice, topics.name(TopicKind::kBlock), {});
  }
  EXPECT_TRUE(transport.disconnected.empty());
  publish(kAlice, topics.name(TopicKind::kBlock), {});
  EXPECT_EQ(transport.disconnected, std::vector{kAlice});
  publish(kAlice, topics.name(TopicKind::kBlock), block_data());
  EXPECT_TRUE(inbox.blocks.empty());
  network.handle(runtime::PeerDisconnected{.peer = kAlice});
  EXPECT_TRUE(events.peer_changes.back().by_us);
}

TEST_F(GossipTest, messages_of_unknown_topics_are_offences_but_following_them_is_not) {
  for (std::uint32_t i = 0; i < 3 * kOffencesMax; ++i) {
    RpcView rpc;
    rpc.subscriptions.push_back({.subscribe = true, .topic = "elsewhere"});
    receive(kAlice, rpc);
  }
  EXPECT_TRUE(transport.disconnected.empty());
  for (std::uint32_t i = 0; i <= kOffencesMax; ++i) {
    publish(kAlice, "elsewhere", block_data());
  }
  EXPECT_EQ(transport.disconnected, std::vector{kAlice});
}

TEST_F(GossipTest, whoever_subscribes_without_end_is_sent_away) {
  const std::string_view ours = topics.name(TopicKind::kBlock);
  RpcView rpc;
  for (std::size_t i = 0; i < kSubscriptionsMax; ++i) {
    rpc.subscriptions.push_back({.subscribe = i % 2 == 0, .topic = i % 3 == 0 ? "elsewhere" : ours});
  }
  for (int round = 0; round < 3; ++round) {
    receive(kAlice, rpc);
    beat();
  }
  EXPECT_EQ(events.drops[chain::Drop::kControlFlood], 0U);
  receive(kAlice, rpc);
  for (std::uint32_t i = 0; i <= kOffencesMax; ++i) {
    EXPECT_TRUE(transport.disconnected.empty());
    receive(kAlice, rpc);
  }
  EXPECT_EQ(transport.disconnected, std::vector{kAlice});
  EXPECT_EQ(events.drops[chain::Drop::kControlFlood], kOffencesMax + 1);
}

TEST_F(GossipTest, messages_go_only_to_peers_that_follow_their_topic) {
  RpcView leave;
  leave.subscriptions.push_back({.subscribe = false, .topic = topics.name(TopicKind::kBlock)});
  receive(kCarol, leave);
  network.publish_block(*products.block);
  network.publish_attestation(products.votes[0]);
  std::vector<runtime::PeerId> to;
  for (const auto& [peer, frame] : messages()) {
    to.push_back(peer);
  }
  EXPECT_EQ(to, (std::vector{kAlice, kBob, kAlice, kBob, kCarol}));
}

TEST_F(GossipTest, what_we_published_is_known_when_it_comes_back) {
  network.publish_block(*products.block);
  transport.sent.clear();
  publish(kAlice, topics.name(TopicKind::kBlock), block_data());
  EXPECT_TRUE(inbox.blocks.empty());
  EXPECT_TRUE(transport.sent.empty());
}

TEST_F(GossipTest, two_messages_in_one_frame_are_passed_on_one_by_one) {
  const base::Bytes first = compressed(encode_signed_attestation(products.votes[0]));
  const base::Bytes second = compressed(encode_signed_attestation(products.votes[1]));
  RpcView rpc;
  rpc.publish.push_back({.topic = topics.name(TopicKind::kAttestation), .data = first});
  rpc.publish.push_back({.topic = topics.name(TopicKind::kAttestation), .data = second});
  receive(kAlice, rpc);
  EXPECT_EQ(inbox.votes.size(), 2U);
  const auto sent = messages();
  ASSERT_EQ(sent.size(), 4U);
  RpcView read;
  ASSERT_TRUE(decode_rpc(base::ByteView(*sent[0].second).subspan(1), read));
  EXPECT_EQ(read.publish.size(), 1U);
}

TEST_F(GossipTest, a_message_is_forgotten_after_a_while_and_comes_in_again) {
  publish(kAlice, topics.name(TopicKind::kBlock), block_data());
  for (int i = 0; i < 100; ++i) {
    beat();
  }
  publish(kAlice, topics.name(TopicKind::kBlock), block_data());
  EXPECT_EQ(inbox.blocks.size(), 2U);
  EXPECT_FALSE(events.over_bound);
}

TEST_F(GossipTest, a_full_send_queue_is_counted) {
  transport.outcome = runtime::SendOutcome::kFull;
  const std::uint64_t sent = network.gossip_counts().sent;
  publish(kAlice, topics.name(TopicKind::kBlock), block_data());
  EXPECT_GE(network.gossip_counts().not_queued, 2U);
  EXPECT_EQ(network.gossip_counts().sent, sent);
}

TEST_F(GossipTest, author_and_signature_of_a_message_are_not_passed_on) {
  const base::Bytes data = block_data();
  const base::Bytes name{1, 2, 3};
  RpcView rpc;
  rpc.publish.push_back({.topic = topics.name(TopicKind::kBlock),
                         .data = data,
                         .from = name,
                         .seqno = name,
                         .signature = name});
  receive(kBob, rpc);
  const auto sent = messages();
  ASSERT_EQ(sent.size(), 2U);
  RpcView read;
  ASSERT_TRUE(decode_rpc(base::ByteView(*sent[0].second).subspan(1), read));
  EXPECT_TRUE(read.publish[0].from.empty());
  EXPECT_TRUE(read.publish[0].signature.empty());
  EXPECT_EQ(read.publish[0].data.size(), data.size());
}

TEST_F(GossipTest, a_heartbeat_that_is_late_is_not_made_up_for) {
  const base::Instant due = network.next_heartbeat();
  clock.advance(10 * kHeartbeat);
  network.poll();
  EXPECT_EQ(network.next_heartbeat(), due + 10 * kHeartbeat);
  const std::size_t sent = transport.sent.size();
  network.poll();
  EXPECT_EQ(transport.sent.size(), sent);
}

TEST_F(GossipTest, a_peer_that_takes_nothing_for_long_is_sent_away_under_its_own_name) {
  transport.outcome = runtime::SendOutcome::kFull;
  for (std::uint32_t i = 0; i <= kHeartbeatsRefusedMax; ++i) {
    EXPECT_TRUE(transport.disconnected.empty());
    // Something to send, of every length of time that peers are told of it.
    network.publish_attestation(products.votes[i % products.votes.size()]);
    publish(kAlice, topics.name(TopicKind::kAttestation),
            compressed(encode_signed_attestation(vote_number(i))));
    beat();
  }
  EXPECT_EQ(transport.disconnected, (std::vector{kBob, kCarol}));
  EXPECT_EQ(events.drops[chain::Drop::kSlowPeer], 2U);
}

TEST_F(GossipTest, offences_are_forgiven_as_time_goes_by) {
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i < kOffencesMax; ++i) {
      publish(kAlice, topics.name(TopicKind::kBlock), {});
    }
    EXPECT_TRUE(transport.disconnected.empty());
    for (std::uint32_t i = 0; i < kOffencesMax * kHeartbeatsToForgive; ++i) {
      beat();
    }
  }
}

TEST_F(GossipTest, what_a_banned_peer_packed_behind_its_last_offence_is_not_looked_at) {
  RpcView rpc;
  const base::Bytes good = block_data();
  for (std::uint32_t i = 0; i <= kOffencesMax; ++i) {
    rpc.publish.push_back({.topic = topics.name(TopicKind::kBlock), .data = {}});
  }
  rpc.publish.push_back({.topic = topics.name(TopicKind::kBlock), .data = good});
  receive(kAlice, rpc);
  EXPECT_EQ(transport.disconnected, std::vector{kAlice});
  EXPECT_TRUE(inbox.blocks.empty());
  EXPECT_EQ(network.gossipsub().mesh(Topics::index(TopicKind::kBlock)).size(), 2U);
  expect_sums();
}

TEST_F(GossipTest, floods_of_control_entries_are_offences_and_change_nothing_else) {
  const auto flood = [&](const auto& fill) {
    RpcView rpc;
    fill(rpc.control);
    receive(kAlice, rpc);
  };
  const base::Bytes20 id{{1}};
  flood([&](ControlView& control) {
    for (int i = 0; i < 40; ++i) {
      control.graft.push_back(topics.name(TopicKind::kBlock));
    }
  });
  EXPECT_EQ(events.drops[chain::Drop::kControlFlood], 14U);
  flood([&](ControlView& control) {
    for (int i = 0; i < 40; ++i) {
      control.ids.push_back(id.view());
      control.iwant.push_back({.topic = {}, .first = control.ids.size() - 1, .count = 1});
    }
  });
  EXPECT_EQ(transport.disconnected, std::vector{kAlice});
  EXPECT_TRUE(messages().empty());
  EXPECT_TRUE(inbox.blocks.empty());
}

}  // namespace
}  // namespace lockstep::networking
