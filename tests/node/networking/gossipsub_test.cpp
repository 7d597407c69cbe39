// The gossipsub state machine: meshes kept to size, messages told of and asked for, floods held off.
#include "node/networking/gossipsub.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "author.h"

namespace lockstep::networking {
namespace {

constexpr TopicIndex kVotes = 0;
const std::vector<std::string> kNames{"votes", "blocks"};
const base::Instant kStart{std::chrono::seconds(1000)};

runtime::PeerId peer(std::uint64_t number) {
  return {number};
}

MessageId id_of(std::uint64_t number) {
  MessageId id;
  base::store_le(number, id.data.data());
  return id;
}

/// One machine, and what it says, read back from the wire.
class GossipsubTest : public testing::Test {
 protected:
  struct Sent {
    runtime::PeerId to;
    RpcView rpc;
    runtime::Frame frame;
  };

  void connect(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t i = first; i <= last; ++i) {
      machine.connect(peer(i));
      machine.on_subscription(peer(i), kVotes, true);
    }
    take();
  }
  /// What was sent since the last time.
  std::vector<Sent> take() {
    std::vector<Sent> out;
    for (Outgoing& one : machine.outbox()) {
      Sent& sent = out.emplace_back(Sent{.to = one.to, .rpc = {}, .frame = one.frame});
      EXPECT_TRUE(decode_rpc(base::ByteView(*one.frame).subspan(1), sent.rpc));
    }
    machine.outbox().clear();
    return out;
  }
  std::map<chain::Drop, int> complaints() {
    std::map<chain::Drop, int> out;
    for (const Complaint& one : machine.complaints()) {
      ++out[one.reason];
    }
    machine.complaints().clear();
    return out;
  }
  void beat() {
    now += kHeartbeat;
    machine.heartbeat(now);
  }
  void graft(std::uint64_t from) {
    ControlView control;
    control.graft.push_back(kNames[kVotes]);
    machine.on_control(peer(from), control, now);
  }
  void prune(std::uint64_t from, std::uint64_t backoff) {
    ControlView control;
    control.prune.push_back({.topic = kNames[kVotes], .backoff = backoff});
    machine.on_control(peer(from), control, now);
  }
  using Entries = std::vector<IdsView> ControlView::*;
  void say(std::uint64_t from, Entries entries, const std::vector<MessageId>& ids) {
    ControlView control;
    for (const MessageId& id : ids) {
      control.ids.push_back(id.view());
    }
    (control.*entries).push_back({.topic = kNames[kVotes], .first = 0, .count = ids.size()});
    machine.on_control(peer(from), control, now);
  }
  Intake message(std::uint64_t from, std::uint64_t number, std::size_t bytes = 10) {
    return machine.on_message(peer(from), kVotes, id_of(number), frame(bytes), bytes, now);
  }
  static runtime::Frame frame(std::size_t bytes) {
    const base::Bytes data(bytes, 7);
    RpcView rpc;
    rpc.publish.push_back({.topic = kNames[kVotes], .data = data});
    return frame_of(rpc);
  }
  static std::vector<std::uint64_t> receivers(const std::vector<Sent>& sent) {
    std::vector<std::uint64_t> out;
    for (const Sent& one : sent) {
      out.push_back(one.to.value);
    }
    return out;
  }
  std::uint64_t outcomes(ControlOutcome outcome) const { return machine.control_counts().of(outcome); }
  void TearDown() override {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : machine.control_counts().outcomes) {
      sum += count;
    }
    EXPECT_EQ(sum, machine.control_counts().entries);
  }

  base::Instant now = kStart;
  test::SeededRandom random;
  KeyedHash hash{random};
  Gossipsub machine{kNames, GossipsubParameters{}, hash, random};
};

class Following : public GossipsubTest {
 protected:
  Following() { machine.subscribe(kVotes); }
};

TEST_F(Following, a_heartbeat_brings_the_mesh_to_d_and_says_so_to_those_who_were_chosen) {
  connect(1, 20);
  beat();
  EXPECT_EQ(machine.mesh(kVotes).size(), 8U);
  const std::vector<Sent> sent = take();
  ASSERT_EQ(sent.size(), 8U);
  for (const Sent& one : sent) {
    EXPECT_EQ(one.rpc.control.graft.size(), 1U);
    EXPECT_TRUE(std::binary_search(machine.mesh(kVotes).begin(), machine.mesh(kVotes).end(), one.to));
  }
  beat();
  EXPECT_TRUE(take().empty());
}

TEST_F(Following, more_than_d_high_are_pruned_to_d_and_left_alone_for_a_minute) {
  connect(1, 12);
  for (std::uint64_t i = 1; i <= 12; ++i) {
    graft(i);
  }
  EXPECT_EQ(machine.mesh(kVotes).size(), 12U);
  connect(13, 13);
  graft(13);
  ASSERT_EQ(receivers(take()), std::vector<std::uint64_t>{13});
  EXPECT_EQ(outcomes(ControlOutcome::kMeshFull), 1U);
  machine.remember_in_mesh(kVotes, peer(13));
  beat();
  EXPECT_EQ(machine.mesh(kVotes).size(), 8U);
  const std::vector<Sent> pruned = take();
  ASSERT_EQ(pruned.size(), 5U);
  EXPECT_EQ(pruned[0].rpc.control.prune[0].backoff, 60U);
  graft(pruned[0].to.value);
  EXPECT_EQ(complaints()[chain::Drop::kGraftInBackoff], 1);
  ASSERT_EQ(receivers(take()), std::vector<std::uint64_t>{pruned[0].to.value});
  now += std::chrono::seconds(61);
  graft(pruned[0].to.value);
  EXPECT_EQ(machine.mesh(kVotes).size(), 9U);
  EXPECT_TRUE(complaints().empty());
}

TEST_F(Following, who_prunes_us_is_not_grafted_before_its_time_is_over_however_long_it_says) {
  connect(1, 3);
  beat();
  take();
  prune(2, ~std::uint64_t{0});
  prune(3, 10);
  EXPECT_EQ(machine.mesh(kVotes).size(), 1U);
  beat();
  EXPECT_TRUE(take().empty());
  now += std::chrono::seconds(10);
  beat();
  EXPECT_EQ(receivers(take()), std::vector<std::uint64_t>{3});
  now += std::chrono::hours(25);
  beat();
  EXPECT_EQ(receivers(take()), std::vector<std::uint64_t>{2});
}

TEST_F(Following, a_message_goes_to_the_mesh_but_its_sender_and_those_who_declined_it) {
  connect(1, 4);
  beat();
  take();
  say(3, &ControlView::idontwant, {id_of(9)});
  EXPECT_EQ(message(1, 9), Intake::kTaken);
  const std::vector<Sent> sent = take();
  EXPECT_EQ(receivers(sent), (std::vector<std::uint64_t>{2, 4}));
  EXPECT_EQ(sent[0].frame, sent[1].frame);
  EXPECT_EQ(message(2, 9), Intake::kSeen);
  EXPECT_TRUE(take().empty());
  beat();
  take();
  EXPECT_EQ(message(1, 10), Intake::kTaken);
  EXPECT_EQ(take().size(), 3U);
}

TEST_F(Following, a_large_message_is_declined_at_once_from_the_rest_of_the_mesh) {
  connect(1, 3);
  beat();
  take();
  message(1, 5, kDontWantBytesMin);
  const std::vector<Sent> sent = take();
  EXPECT_EQ(receivers(sent), (std::vector<std::uint64_t>{2, 3, 2, 3}));
  ASSERT_EQ(sent[2].rpc.control.idontwant.size(), 1U);
  EXPECT_EQ(MessageId::from(sent[2].rpc.control.ids[0]), id_of(5));
}

TEST_F(GossipsubTest, messages_of_topics_that_nobody_here_follows_are_not_passed_on) {
  connect(1, 3);
  EXPECT_EQ(message(1, 5), Intake::kUnsubscribed);
  EXPECT_FALSE(machine.has_seen(id_of(5)));
}

TEST_F(GossipsubTest, of_strangers_nothing_counts) {
  machine.subscribe(kVotes);
  EXPECT_EQ(message(7, 5), Intake::kUnsubscribed);
  graft(7);
  machine.on_subscription(peer(7), kVotes, true);
  machine.disconnect(peer(7));
  EXPECT_TRUE(machine.mesh(kVotes).empty());
  EXPECT_EQ(machine.control_counts().entries, 0U);
}

TEST_F(Following, messages_are_told_to_others_for_three_heartbeats_and_can_be_had_for_six) {
  connect(1, 30);
  beat();
  take();
  machine.publish(kVotes, id_of(1), frame(10), now);
  EXPECT_EQ(take().size(), 8U);
  for (int beats = 1; beats <= 3; ++beats) {
    beat();
    const std::vector<Sent> sent = take();
    ASSERT_EQ(sent.size(), 6U) << beats;
    for (const Sent& one : sent) {
      ASSERT_EQ(one.rpc.control.ihave.size(), 1U);
      EXPECT_FALSE(std::binary_search(machine.mesh(kVotes).begin(), machine.mesh(kVotes).end(), one.to));
    }
  }
  beat();
  EXPECT_TRUE(take().empty());
  say(20, &ControlView::iwant, {id_of(1)});
  ASSERT_EQ(take().size(), 1U);
  beat();
  say(20, &ControlView::iwant, {id_of(1)});
  EXPECT_EQ(take().size(), 1U);
  beat();
  say(20, &ControlView::iwant, {id_of(1)});
  EXPECT_TRUE(take().empty());
  EXPECT_EQ(outcomes(ControlOutcome::kUnknownIds), 1U);
}

TEST_F(Following, what_a_peer_tells_of_is_asked_for_unless_it_was_seen) {
  connect(1, 2);
  message(1, 1);
  take();
  say(2, &ControlView::ihave, {id_of(1), id_of(2), id_of(3)});
  const std::vector<Sent> sent = take();
  ASSERT_EQ(receivers(sent), std::vector<std::uint64_t>{2});
  ASSERT_EQ(sent[0].rpc.control.iwant.size(), 1U);
  EXPECT_EQ(sent[0].rpc.control.ids.size(), 2U);
  say(2, &ControlView::ihave, {id_of(1)});
  EXPECT_TRUE(take().empty());
}

TEST_F(Following, several_messages_asked_for_come_in_one_rpc_and_one_no_more_than_thrice_a_heartbeat) {
  connect(1, 2);
  message(1, 1);
  message(1, 2, 20);
  take();
  for (int i = 0; i < 5; ++i) {
    say(2, &ControlView::iwant, {id_of(1), id_of(2), id_of(77)});
  }
  const std::vector<Sent> sent = take();
  ASSERT_EQ(sent.size(), 3U);
  ASSERT_EQ(sent[0].rpc.publish.size(), 2U);
  EXPECT_EQ(sent[0].rpc.publish[1].data.size(), 20U);
  EXPECT_EQ(sent[0].rpc.publish[1].topic, "votes");
}

TEST_F(Following, an_answer_that_would_be_huge_is_cut_into_frames) {
  connect(1, 2);
  std::vector<MessageId> ids;
  for (std::uint64_t i = 0; i < 8; ++i) {
    message(1, i, i == 7 ? 2 * kAnswerBytes : kAnswerBytes / 2 - 100);
    ids.push_back(id_of(i));
  }
  take();
  say(2, &ControlView::iwant, ids);
  const std::vector<Sent> sent = take();
  ASSERT_EQ(sent.size(), 5U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sent[i].rpc.publish.size(), 2U);
    EXPECT_LE(sent[i].frame->size(), kAnswerBytes);
  }
  EXPECT_EQ(sent[4].rpc.publish.size(), 1U);
}

TEST_F(GossipsubTest, what_we_do_not_follow_is_published_to_a_fanout_that_lasts_a_minute) {
  connect(1, 20);
  EXPECT_TRUE(machine.publish(kVotes, id_of(1), frame(10), now));
  EXPECT_EQ(take().size(), 8U);
  EXPECT_EQ(machine.fanout(kVotes).size(), 8U);
  const std::vector<runtime::PeerId> fanout(machine.fanout(kVotes).begin(), machine.fanout(kVotes).end());
  machine.disconnect(fanout[0]);
  beat();
  EXPECT_EQ(machine.fanout(kVotes).size(), 8U);
  machine.subscribe(kVotes);
  EXPECT_EQ(machine.mesh(kVotes).size(), 8U);
  EXPECT_TRUE(machine.fanout(kVotes).empty());
  machine.unsubscribe(kVotes);
  EXPECT_TRUE(machine.mesh(kVotes).empty());
  machine.publish(kVotes, id_of(2), frame(10), now);
  now += std::chrono::seconds(61);
  beat();
  EXPECT_TRUE(machine.fanout(kVotes).empty());
}

TEST_F(GossipsubTest, following_and_leaving_is_said_to_all_and_acted_upon_at_once) {
  connect(1, 3);
  machine.subscribe(kVotes);
  std::vector<Sent> sent = take();
  ASSERT_EQ(receivers(sent), (std::vector<std::uint64_t>{1, 2, 3, 1, 2, 3}));
  EXPECT_TRUE(sent[0].rpc.subscriptions[0].subscribe);
  EXPECT_EQ(sent[3].rpc.control.graft.size(), 1U);
  machine.unsubscribe(kVotes);
  sent = take();
  ASSERT_EQ(receivers(sent), (std::vector<std::uint64_t>{1, 2, 3, 1, 2, 3}));
  EXPECT_FALSE(sent[0].rpc.subscriptions[0].subscribe);
  EXPECT_EQ(sent[3].rpc.control.prune.size(), 1U);
}

TEST_F(Following, a_peer_to_which_nothing_can_be_sent_is_never_chosen) {
  machine.connect(peer(1), /*can_send=*/false);
  machine.on_subscription(peer(1), kVotes, true);
  beat();
  machine.publish(kVotes, id_of(1), frame(10), now);
  beat();
  EXPECT_TRUE(take().empty());
  EXPECT_TRUE(machine.mesh(kVotes).empty());
}

TEST_F(Following, who_leaves_the_topic_or_the_network_leaves_the_mesh) {
  connect(1, 3);
  beat();
  machine.on_subscription(peer(1), kVotes, false);
  machine.disconnect(peer(2));
  EXPECT_EQ(std::vector<runtime::PeerId>(machine.mesh(kVotes).begin(), machine.mesh(kVotes).end()),
            std::vector{peer(3)});
}

TEST_F(Following, grafts_for_topics_that_we_do_not_follow_are_not_answered) {
  connect(1, 1);
  ControlView control;
  control.graft = {"blocks", "nonsense"};
  machine.on_control(peer(1), control, now);
  EXPECT_TRUE(take().empty());
  EXPECT_EQ(outcomes(ControlOutcome::kUnknownTopic), 2U);
}

TEST_F(Following, floods_of_each_kind_are_cut_off_and_complained_about_until_the_next_heartbeat) {
  connect(1, 2);
  ControlView control;
  for (int i = 0; i < 100; ++i) {
    control.graft.emplace_back("votes");
    control.prune.push_back({.topic = "votes", .backoff = 0});
    control.ihave.push_back({.topic = "votes", .first = 0, .count = 0});
    control.iwant.push_back({.topic = {}, .first = 0, .count = 0});
  }
  machine.on_control(peer(1), control, now);
  EXPECT_EQ(outcomes(ControlOutcome::kOverLimit), 4 * (100 - kControlEntriesMax - 2 * kNames.size()));
  EXPECT_EQ(complaints()[chain::Drop::kControlFlood],
            static_cast<int>(4 * (100 - kControlEntriesMax - 2 * kNames.size())));
  beat();
  take();
  graft(1);
  EXPECT_TRUE(complaints().empty());
}

TEST_F(Following, no_more_ids_are_asked_for_served_or_remembered_than_the_bounds_say) {
  connect(1, 2);
  std::vector<MessageId> ids;
  for (std::uint64_t i = 0; i < kIdsAskedMax + 10; ++i) {
    ids.push_back(id_of(i));
  }
  say(1, &ControlView::ihave, ids);
  const std::vector<Sent> sent = take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].rpc.control.ids.size(), kIdsAskedMax);
  say(1, &ControlView::iwant, ids);
  say(1, &ControlView::idontwant, ids);
  EXPECT_EQ(complaints()[chain::Drop::kControlFlood], 3);
}

TEST_F(Following, ids_of_another_length_are_an_offence_and_the_others_still_count) {
  connect(1, 2);
  const base::Bytes bad(19, 1);
  ControlView control;
  control.ids.emplace_back(bad);
  const MessageId good = id_of(4);
  control.ids.push_back(good.view());
  control.ihave.push_back({.topic = "votes", .first = 0, .count = 2});
  control.iwant.push_back({.topic = {}, .first = 0, .count = 2});
  control.idontwant.push_back({.topic = {}, .first = 0, .count = 2});
  machine.on_control(peer(1), control, now);
  EXPECT_EQ(complaints()[chain::Drop::kBadMessageId], 3);
  const std::vector<Sent> sent = take();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].rpc.control.ids.size(), 1U);
}

TEST_F(Following, a_promised_message_that_nobody_sends_counts_against_who_promised_it) {
  connect(1, 3);
  say(1, &ControlView::ihave, {id_of(1)});
  say(2, &ControlView::ihave, {id_of(2)});
  message(3, 2);
  for (int i = 0; i < 8; ++i) {
    beat();
    EXPECT_TRUE(complaints().empty());
  }
  beat();
  ASSERT_EQ(machine.complaints().size(), 1U);
  EXPECT_EQ(machine.complaints()[0].peer, peer(1));
  EXPECT_EQ(machine.complaints()[0].reason, chain::Drop::kBrokenPromise);
}

TEST_F(Following, the_cache_takes_no_more_than_its_bounds) {
  connect(1, 1);
  for (std::uint64_t i = 0; i < MessageCache::kMessagesMax + 100; ++i) {
    message(1, i);
  }
  EXPECT_EQ(machine.cache().size(), MessageCache::kMessagesMax);
  for (std::size_t i = 0; i < MessageCache::kWindows; ++i) {
    beat();
  }
  EXPECT_EQ(machine.cache().size(), 0U);
}

TEST(GossipsubChoices, are_the_same_for_the_same_inputs) {
  const auto run = [] {
    test::SeededRandom random;
    const KeyedHash hash(random);
    Gossipsub machine(kNames, GossipsubParameters{}, hash, random);
    machine.subscribe(kVotes);
    for (std::uint64_t i = 1; i <= 40; ++i) {
      machine.connect(peer(i));
      machine.on_subscription(peer(i), kVotes, true);
    }
    base::Instant now = kStart;
    std::vector<std::pair<runtime::PeerId, base::Bytes>> sent;
    for (std::uint64_t i = 0; i < 20; ++i) {
      machine.on_message(peer(1 + i), kVotes, id_of(i), frame_of(RpcView{}), 10, now);
      now += kHeartbeat;
      machine.heartbeat(now);
    }
    for (const Outgoing& one : machine.outbox()) {
      sent.emplace_back(one.to, *one.frame);
    }
    return sent;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace lockstep::networking
