// Requests of ours and of peers: every one ends once, whatever the other side and the transport do.
#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "author.h"
#include "node/networking/network.h"
#include "node/networking/request_codec.h"
#include "node/networking/varint.h"
#include "node/spec/hash_tree_root.h"

namespace lockstep::networking {
namespace {

using chain::Drop;
using chain::Protocol;
using chain::RequestEnd;
using chain::ServedEnd;

constexpr runtime::PeerId kAlice{1};
constexpr runtime::PeerId kBob{2};

class Inbox final : public Receiver {
 public:
  void on_gossip_block(runtime::PeerId, chain::SignedBlockPointer) override {}
  void on_gossip_attestation(runtime::PeerId, spec::SignedAttestation) override {}
  void on_gossip_aggregate(runtime::PeerId, spec::SignedAggregatedAttestation) override {}
  bool on_request(runtime::PeerId, std::uint64_t id, chain::Request request) override {
    if (is_full) {
      return false;
    }
    asked.emplace_back(id, std::move(request));
    return true;
  }
  bool on_response_chunk(runtime::PeerId, std::uint64_t, chain::ResponseChunk chunk) override {
    if (is_full) {
      return false;
    }
    chunks.push_back(std::move(chunk));
    return true;
  }
  bool on_request_ended(const chain::RequestEnded& one) override {
    if (is_full) {
      return false;
    }
    ended.push_back(one);
    return true;
  }
  void on_peer_connected(runtime::PeerId) override {}
  void on_peer_disconnected(runtime::PeerId) override {}

  bool is_full = false;
  std::vector<std::pair<std::uint64_t, chain::Request>> asked;
  std::vector<chain::ResponseChunk> chunks;
  std::vector<chain::RequestEnded> ended;
};

class Exchange : public testing::Test {
 protected:
  Exchange() {
    for (const runtime::PeerId peer : {kAlice, kBob}) {
      network.handle(runtime::PeerConnected{.peer = peer, .address = "nowhere"});
    }
    transport.sent.clear();
    test::Author author(keys, keys.anchor(1000));
    for (std::uint64_t slot = 1; slot <= 4; ++slot) {
      blocks.push_back(author.run_slot(slot).block);
      roots.push_back(spec::hash_tree_root(blocks.back()->block));
    }
  }

  void receive(runtime::PeerId from, base::Bytes frame) {
    network.handle(
        runtime::FrameReceived{.peer = from, .frame = std::make_shared<const base::Bytes>(std::move(frame))});
  }
  /// A piece of the answer to request 1, which was made to Alice.
  void answer(std::uint64_t index, const ResponsePiece& piece, Protocol protocol = Protocol::kBlocksByRoot) {
    receive(kAlice, encode_piece(1, protocol, index, piece));
  }
  void ask_roots(std::size_t count) {
    network.request(kAlice, 1,
                    spec::BlocksByRootRequest{
                        .roots = {roots.begin(), roots.begin() + static_cast<std::ptrdiff_t>(count)}});
  }
  void ask_range(std::uint64_t start, std::uint64_t count) {
    network.request(kAlice, 1, spec::BlocksByRangeRequest{.start_slot = spec::Slot(start), .count = count});
  }
  void wait(base::Duration time) {
    clock.advance(time);
    network.turn();
  }
  /// How request 1 ended; it must have ended once.
  [[nodiscard]] std::optional<RequestEnd> end() const {
    return inbox.ended.size() == 1 && inbox.ended[0].id == 1 ? std::optional(inbox.ended[0].end)
                                                             : std::nullopt;
  }
  [[nodiscard]] std::size_t drops(Drop reason) const {
    const auto found = events.drops.find(reason);
    return found == events.drops.end() ? 0 : found->second;
  }
  /// The pieces of an answer of ours, taken from what was sent.
  [[nodiscard]] std::vector<ResponsePiece> sent_pieces(Protocol protocol) const {
    std::vector<ResponsePiece> out;
    for (const auto& [peer, frame] : transport.sent) {
      base::ByteView body;
      static_cast<void>(decode_header(*frame, body));
      const auto indexed = decode_index(body);
      EXPECT_TRUE(indexed && indexed->index == out.size());
      out.push_back(*decode_piece(protocol, indexed->body));
    }
    return out;
  }
  void peer_asks(std::uint64_t id, const chain::Request& request, runtime::PeerId peer = kAlice) {
    receive(peer, encode_request(id, request));
  }

  const test::Keys keys{4};
  std::vector<chain::SignedBlockPointer> blocks;
  std::vector<spec::Root> roots;
  test::ManualClock clock;
  test::SeededRandom random;
  test::RecordingTransport transport;
  test::Recorder events;
  Inbox inbox;
  Network network{{.network_name = "12345678"}, clock, random, transport, events, keys.scheme, inbox};
};

TEST_F(Exchange, a_response_is_handed_on_chunk_by_chunk_and_ends_once) {
  ask_roots(2);
  ASSERT_EQ(events.requests_sent.size(), 1U);
  answer(0, blocks[0]);
  ASSERT_EQ(inbox.chunks.size(), 1U);
  EXPECT_EQ(std::get<chain::FetchedBlock>(inbox.chunks[0]).root, roots[0]);
  EXPECT_TRUE(inbox.ended.empty());
  answer(1, blocks[1]);
  answer(2, EndOfResponse{});
  EXPECT_EQ(inbox.chunks.size(), 2U);
  EXPECT_EQ(end(), RequestEnd::kAnswered);
  EXPECT_EQ(inbox.ended[0].items, 2U);
}

TEST_F(Exchange, a_status_and_a_refusal_are_whole_by_themselves) {
  network.request(kAlice, 1, spec::Status{});
  answer(0, spec::Status{}, Protocol::kStatus);
  EXPECT_EQ(end(), RequestEnd::kAnswered);
  network.request(kAlice, 2, spec::BlocksByRootRequest{.roots = {roots[0]}});
  receive(kAlice,
          encode_piece(2, Protocol::kBlocksByRoot, 0,
                       chain::RefusedAnswer{.code = chain::ResponseCode::kResourceUnavailable, .text = ""}));
  ASSERT_EQ(inbox.ended.size(), 2U);
  EXPECT_EQ(inbox.ended[1].end, RequestEnd::kRefused);
  EXPECT_EQ(inbox.ended[1].code, chain::ResponseCode::kResourceUnavailable);
}

TEST_F(Exchange, pieces_that_overtake_one_another_are_put_in_order) {
  ask_range(1, 4);
  answer(4, EndOfResponse{}, Protocol::kBlocksByRange);
  answer(2, blocks[2], Protocol::kBlocksByRange);
  answer(1, blocks[1], Protocol::kBlocksByRange);
  EXPECT_TRUE(inbox.chunks.empty());
  answer(0, blocks[0], Protocol::kBlocksByRange);
  EXPECT_EQ(inbox.chunks.size(), 3U);
  answer(3, blocks[3], Protocol::kBlocksByRange);
  EXPECT_EQ(end(), RequestEnd::kAnswered);
  EXPECT_EQ(inbox.ended[0].items, 4U);
}

TEST_F(Exchange, a_piece_that_comes_twice_or_too_late_is_counted_and_not_held_against_anybody) {
  ask_roots(2);
  answer(0, blocks[0]);
  answer(0, blocks[0]);
  answer(1, EndOfResponse{});
  answer(1, EndOfResponse{});
  EXPECT_EQ(drops(Drop::kLateResponse), 2U);
  EXPECT_EQ(inbox.chunks.size(), 1U);
  EXPECT_EQ(end(), RequestEnd::kAnswered);
  EXPECT_EQ(network.peers().all()[0].offences, 0U);
}

TEST_F(Exchange, an_answer_to_nothing_is_held_against_the_peer_also_if_somebody_else_was_asked) {
  ask_roots(1);
  receive(kBob, encode_piece(1, Protocol::kBlocksByRoot, 0, blocks[0]));
  receive(kBob, encode_piece(9, Protocol::kBlocksByRoot, 0, blocks[0]));
  EXPECT_EQ(drops(Drop::kUnsolicited), 2U);
  EXPECT_EQ(network.peers().all()[1].offences, 2U);
  EXPECT_TRUE(inbox.chunks.empty());
  EXPECT_TRUE(inbox.ended.empty());
}

TEST_F(Exchange, a_block_that_was_not_asked_for_ends_the_request) {
  ask_roots(2);
  answer(0, blocks[2]);
  EXPECT_EQ(drops(Drop::kBadResponse), 1U);
  EXPECT_EQ(end(), RequestEnd::kInvalid);
  EXPECT_TRUE(inbox.chunks.empty());
  EXPECT_EQ(network.peers().all()[0].offences, 1U);
}

TEST_F(Exchange, a_block_that_comes_twice_ends_the_request) {
  ask_roots(2);
  answer(0, blocks[0]);
  answer(1, blocks[0]);
  EXPECT_EQ(drops(Drop::kBadResponse), 1U);
  EXPECT_EQ(end(), RequestEnd::kInvalid);
  EXPECT_EQ(inbox.ended[0].items, 1U);
}

TEST_F(Exchange, more_chunks_than_were_asked_for_end_the_request_also_when_they_come_early) {
  ask_roots(1);
  answer(0, blocks[0]);
  answer(1, blocks[1]);
  EXPECT_EQ(drops(Drop::kEndlessResponse), 1U);
  EXPECT_EQ(end(), RequestEnd::kInvalid);
  network.request(kAlice, 2, spec::BlocksByRangeRequest{.start_slot = spec::Slot(1), .count = 3});
  receive(kAlice, encode_piece(2, Protocol::kBlocksByRange, 4, blocks[3]));
  EXPECT_EQ(drops(Drop::kEndlessResponse), 2U);
  EXPECT_EQ(inbox.ended.size(), 2U);
}

TEST_F(Exchange, blocks_of_a_range_must_lie_within_it_and_follow_one_another) {
  ask_range(2, 2);
  answer(0, blocks[0], Protocol::kBlocksByRange);
  EXPECT_EQ(end(), RequestEnd::kInvalid);
  network.request(kAlice, 2, spec::BlocksByRangeRequest{.start_slot = spec::Slot(1), .count = 4});
  receive(kAlice, encode_piece(2, Protocol::kBlocksByRange, 0, blocks[0]));
  receive(kAlice, encode_piece(2, Protocol::kBlocksByRange, 1, blocks[2]));
  ASSERT_EQ(inbox.ended.size(), 2U);
  EXPECT_EQ(inbox.ended[1].end, RequestEnd::kInvalid);
  EXPECT_EQ(drops(Drop::kBadResponse), 2U);
}

TEST_F(Exchange, bad_snappy_bad_ssz_and_too_long_are_told_apart) {
  const auto raw = [&](std::uint64_t id, const base::Bytes& chunk) {
    network.request(kAlice, id, spec::BlocksByRootRequest{.roots = {roots[0]}});
    base::Bytes frame = encode_piece(id, Protocol::kBlocksByRoot, 0, EndOfResponse{});
    frame.insert(frame.end(), chunk.begin(), chunk.end());
    receive(kAlice, std::move(frame));
    ASSERT_EQ(inbox.ended.size(), id);
    EXPECT_EQ(inbox.ended.back().end, RequestEnd::kInvalid);
  };
  base::Bytes chunk;
  append_chunk(chain::ResponseCode::kSuccess, base::Bytes(40, 7), chunk);
  raw(1, chunk);
  EXPECT_EQ(drops(Drop::kBadSsz), 1U);
  chunk.back() ^= 1;
  raw(2, chunk);
  EXPECT_EQ(drops(Drop::kBadSnappy), 1U);
  base::Bytes huge{0};
  append_varint(huge, ~std::uint64_t{0});
  raw(3, huge);
  EXPECT_EQ(drops(Drop::kTooLong), 1U);
  EXPECT_TRUE(inbox.chunks.empty());
  EXPECT_EQ(network.peers().all()[0].offences, 3U);
}

TEST_F(Exchange, an_answer_under_another_protocol_and_a_status_without_one_end_the_request) {
  ask_roots(1);
  answer(0, blocks[0], Protocol::kBlocksByRange);
  EXPECT_EQ(end(), RequestEnd::kInvalid);
  network.request(kAlice, 2, spec::Status{});
  receive(kAlice, encode_piece(2, Protocol::kStatus, 0, EndOfResponse{}));
  EXPECT_EQ(inbox.ended.back().end, RequestEnd::kInvalid);
  EXPECT_EQ(drops(Drop::kBadResponse), 2U);
}

TEST_F(Exchange, silence_times_out_and_is_nobody_s_fault) {
  ask_roots(1);
  wait(kResponseIdleMax - base::Duration(1));
  EXPECT_TRUE(inbox.ended.empty());
  wait(base::Duration(1));
  EXPECT_EQ(end(), RequestEnd::kTimedOut);
  EXPECT_EQ(network.peers().all()[0].offences, 0U);
  answer(0, blocks[0]);
  EXPECT_EQ(drops(Drop::kLateResponse), 1U);
  EXPECT_TRUE(inbox.chunks.empty());
}

TEST_F(Exchange, an_answer_that_stops_half_way_times_out_and_is_held_against_the_peer) {
  ask_roots(2);
  wait(kResponseIdleMax - base::Duration(1));
  answer(0, blocks[0]);
  wait(kResponseIdleMax - base::Duration(1));
  EXPECT_TRUE(inbox.ended.empty()) << "a chunk gives the peer its time anew";
  wait(base::Duration(1));
  EXPECT_EQ(end(), RequestEnd::kTimedOut);
  EXPECT_EQ(inbox.ended[0].items, 1U);
  EXPECT_EQ(drops(Drop::kSlowResponse), 1U);
}

TEST_F(Exchange, chunks_that_trickle_in_do_not_go_on_for_ever) {
  std::vector<spec::Root> many(64);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].data[0] = static_cast<std::uint8_t>(i + 1);
  }
  many.insert(many.end(), roots.begin(), roots.end());
  network.request(kAlice, 1, spec::BlocksByRootRequest{.roots = many});
  for (std::size_t i = 0; i < 4; ++i) {
    wait(kResponseIdleMax - base::Duration(1));
    answer(i, blocks[i]);
  }
  EXPECT_TRUE(inbox.ended.empty());
  network.request(kBob, 2, spec::BlocksByRootRequest{.roots = many});
  clock.advance(kResponseTimeMax);
  network.turn();
  ASSERT_EQ(inbox.ended.size(), 2U);
  EXPECT_EQ(drops(Drop::kSlowResponse), 1U);
}

TEST_F(Exchange, a_request_that_the_transport_refuses_leaves_nothing_behind_and_its_end_is_told_later) {
  transport.outcome = runtime::SendOutcome::kFull;
  ask_roots(1);
  EXPECT_TRUE(inbox.ended.empty()) << "never at once";
  EXPECT_TRUE(events.requests_sent.empty()) << "nothing says sent that was not";
  network.turn();
  EXPECT_EQ(end(), RequestEnd::kNotSent);
  EXPECT_TRUE(events.requests_ended.empty());
  answer(0, blocks[0]);
  EXPECT_EQ(drops(Drop::kUnsolicited), 1U);
}

TEST_F(Exchange, a_receiver_without_room_ends_the_request_and_hears_of_it_once_it_has_some) {
  ask_roots(2);
  inbox.is_full = true;
  answer(0, blocks[0]);
  network.turn();
  EXPECT_TRUE(inbox.ended.empty());
  EXPECT_EQ(events.requests_ended.size(), 1U);
  inbox.is_full = false;
  network.turn();
  EXPECT_EQ(end(), RequestEnd::kNoRoom);
  network.turn();
  EXPECT_EQ(inbox.ended.size(), 1U);
}

TEST_F(Exchange, a_peer_that_goes_away_ends_its_requests_and_its_channels) {
  ask_roots(1);
  network.request(kBob, 2, spec::Status{});
  peer_asks(7, spec::Status{});
  network.handle(runtime::PeerDisconnected{.peer = kAlice});
  EXPECT_EQ(end(), RequestEnd::kDisconnected);
  ASSERT_EQ(events.requests_served.size(), 1U);
  EXPECT_EQ(events.requests_served[0].end, ServedEnd::kDisconnected);
  EXPECT_FALSE(network.respond(kAlice, 7, chain::StatusAnswer{}));
}

TEST_F(Exchange, a_peer_is_answered_with_a_chunk_for_each_block_and_an_end) {
  peer_asks(7, spec::BlocksByRangeRequest{.start_slot = spec::Slot(1), .count = 9});
  ASSERT_EQ(inbox.asked.size(), 1U);
  EXPECT_TRUE(network.respond(kAlice, 7, chain::BlocksAnswer{.blocks = blocks}));
  const std::vector<ResponsePiece> pieces = sent_pieces(Protocol::kBlocksByRange);
  ASSERT_EQ(pieces.size(), 5U);
  EXPECT_EQ(*std::get<chain::SignedBlockPointer>(pieces[3]), *blocks[3]);
  EXPECT_TRUE(std::holds_alternative<EndOfResponse>(pieces[4]));
  ASSERT_EQ(events.requests_served.size(), 1U);
  EXPECT_EQ(events.requests_served[0].end, ServedEnd::kComplete);
  EXPECT_EQ(events.requests_served[0].items, 4U);
  EXPECT_FALSE(network.respond(kAlice, 7, chain::BlocksAnswer{})) << "it is over";
}

TEST_F(Exchange, a_chunk_that_the_transport_refuses_is_tried_again_and_only_success_gives_time) {
  peer_asks(7, spec::BlocksByRangeRequest{.start_slot = spec::Slot(1), .count = 9});
  transport.outcome = runtime::SendOutcome::kFull;
  EXPECT_TRUE(network.respond(kAlice, 7, chain::BlocksAnswer{.blocks = {blocks[0]}}));
  EXPECT_TRUE(transport.sent.empty());
  EXPECT_TRUE(network.peers().all()[0].refused) << "whoever takes no answers is slow";
  EXPECT_TRUE(network.has_work());
  wait(kChannelIdleMax - base::Duration(1));
  transport.outcome = runtime::SendOutcome::kQueued;
  network.turn();
  EXPECT_EQ(sent_pieces(Protocol::kBlocksByRange).size(), 2U);
  EXPECT_FALSE(network.has_work());

  peer_asks(8, spec::BlocksByRangeRequest{.start_slot = spec::Slot(1), .count = 9});
  transport.outcome = runtime::SendOutcome::kFull;
  EXPECT_TRUE(network.respond(kAlice, 8, chain::BlocksAnswer{.blocks = {blocks[0]}}));
  for (int i = 0; i < 20; ++i) {
    wait(kChannelIdleMax / 20);
  }
  ASSERT_EQ(events.requests_served.size(), 2U) << "attempts that fail do not refresh the deadline";
  EXPECT_EQ(events.requests_served[1].end, ServedEnd::kStalled);
  EXPECT_FALSE(network.has_work());
}

TEST_F(Exchange, a_long_answer_is_sent_in_several_turns) {
  peer_asks(7, spec::BlocksByRangeRequest{.start_slot = spec::Slot(1), .count = 100});
  EXPECT_TRUE(network.respond(kAlice, 7, chain::BlocksAnswer{.blocks = {40, blocks[0]}}));
  EXPECT_EQ(transport.sent.size(), kChunksPerTurn);
  network.turn();
  network.turn();
  EXPECT_EQ(transport.sent.size(), 41U);
  EXPECT_FALSE(network.has_work());
}

TEST_F(Exchange, a_request_that_nobody_answers_is_given_up) {
  peer_asks(7, spec::Status{});
  EXPECT_EQ(events.requests_received, 1U);
  wait(kChannelIdleMax);
  ASSERT_EQ(events.requests_served.size(), 1U);
  EXPECT_EQ(events.requests_served[0].end, ServedEnd::kUnanswered);
  EXPECT_FALSE(network.respond(kAlice, 7, chain::StatusAnswer{}));
}

TEST_F(Exchange, a_peer_may_not_have_more_than_so_many_requests_open) {
  for (std::uint64_t id = 0; id < kChannelsPerPeerMax + 2; ++id) {
    peer_asks(id, spec::Status{});
  }
  peer_asks(0, spec::Status{}, kBob);
  EXPECT_EQ(inbox.asked.size(), kChannelsPerPeerMax + 1);
  EXPECT_EQ(drops(Drop::kTooManyRequests), 2U);
  ASSERT_EQ(transport.sent.size(), 2U);
  base::ByteView body;
  static_cast<void>(decode_header(*transport.sent[0].second, body));
  const auto piece = decode_piece(Protocol::kStatus, decode_index(body)->body);
  EXPECT_EQ(std::get<chain::RefusedAnswer>(*piece).code, chain::ResponseCode::kServerError);
}

TEST_F(Exchange, a_request_s_id_is_not_used_for_two_at_once) {
  peer_asks(7, spec::Status{});
  peer_asks(7, spec::Status{});
  EXPECT_EQ(inbox.asked.size(), 1U);
  EXPECT_EQ(drops(Drop::kBadRequest), 1U);
}

TEST_F(Exchange, requests_that_cannot_be_read_are_refused_and_counted_by_name) {
  base::Bytes unknown = encode_request(7, spec::Status{});
  unknown[9] = 3;
  receive(kAlice, unknown);
  EXPECT_EQ(drops(Drop::kUnknownRequest), 1U);
  receive(kAlice, base::Bytes{1, 7});
  EXPECT_EQ(drops(Drop::kBadRequest), 1U);
  EXPECT_TRUE(transport.sent.empty());

  base::Bytes foreign = encode_request(7, spec::Status{});
  foreign[9] = static_cast<std::uint8_t>(Protocol::kBlocksByRange);
  receive(kAlice, foreign);
  EXPECT_EQ(drops(Drop::kBadSsz), 1U);
  base::Bytes huge = encode_request(7, spec::Status{});
  huge.resize(10);
  append_varint(huge, ~std::uint64_t{0});
  receive(kAlice, huge);
  EXPECT_EQ(drops(Drop::kTooLong), 1U);
  transport.sent.clear();

  base::Bytes torn = encode_request(7, spec::Status{});
  torn.back() ^= 1;
  receive(kAlice, torn);
  EXPECT_EQ(drops(Drop::kBadSnappy), 1U);
  const std::vector<ResponsePiece> pieces = sent_pieces(Protocol::kStatus);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(std::get<chain::RefusedAnswer>(pieces[0]).code, chain::ResponseCode::kInvalidRequest);
  EXPECT_TRUE(inbox.asked.empty());
  EXPECT_EQ(events.requests_received, 0U);
  EXPECT_EQ(network.peers().all()[0].offences, 5U);
}

TEST_F(Exchange, a_receiver_without_room_lets_the_peer_know) {
  inbox.is_full = true;
  peer_asks(7, spec::Status{});
  const std::vector<ResponsePiece> pieces = sent_pieces(Protocol::kStatus);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(std::get<chain::RefusedAnswer>(pieces[0]).code, chain::ResponseCode::kServerError);
  EXPECT_EQ(events.requests_served[0].end, ServedEnd::kRefused);
}

TEST_F(Exchange, whoever_breaks_the_rules_again_and_again_is_sent_away) {
  for (std::uint32_t i = 0; i <= kOffencesMax; ++i) {
    receive(kBob, encode_piece(99, Protocol::kBlocksByRoot, 0, blocks[0]));
  }
  EXPECT_EQ(transport.disconnected, std::vector{kBob});
}

}  // namespace
}  // namespace lockstep::networking
