// Requests and pieces of responses come back as they were written; what cannot be read is told apart by name.
#include "node/networking/request_codec.h"

#include <gtest/gtest.h>

#include "author.h"
#include "node/networking/framed_payload.h"
#include "node/networking/gossip.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

TEST(Requests, each_protocol_reads_what_it_wrote) {
  const spec::Status status{.finalized = {.root = {}, .slot = spec::Slot(3)},
                            .head = {.root = {}, .slot = spec::Slot(9)}};
  const chain::Request requests[] = {
      status, spec::BlocksByRootRequest{.roots = {base::Bytes32{{1}}, base::Bytes32{{2}}}},
      spec::BlocksByRangeRequest{.start_slot = spec::Slot(5), .count = 7}};
  for (const chain::Request& request : requests) {
    const base::Bytes frame = encode_request(77, request);
    base::ByteView body;
    const auto header = decode_header(frame, body);
    ASSERT_TRUE(header && header->names_protocol());
    EXPECT_EQ(header->id, 77U);
    const auto read = decode_request(static_cast<chain::Protocol>(header->protocol), body);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, request);
  }
}

class BadPayload : public testing::Test {
 protected:
  BadPayload() {
    append_framed_payload(base::Bytes(16, 'x'), good);
    EXPECT_TRUE(decode_request(kProtocol, good));
  }
  static constexpr chain::Protocol kProtocol = chain::Protocol::kBlocksByRange;
  base::Bytes good;
};

TEST_F(BadPayload, with_bytes_left_over_is_a_bad_request) {
  good.push_back(0);
  EXPECT_EQ(decode_request(kProtocol, good).error(), chain::Drop::kBadRequest);
}

TEST_F(BadPayload, of_another_protocol_is_bad_ssz) {
  EXPECT_EQ(decode_request(chain::Protocol::kStatus, good).error(), chain::Drop::kBadSsz);
}

TEST_F(BadPayload, that_is_empty_is_a_bad_request) {
  EXPECT_EQ(decode_request(kProtocol, {}).error(), chain::Drop::kBadRequest);
}

TEST_F(BadPayload, that_declares_too_much_is_too_long_and_nothing_is_allocated) {
  for (const std::uint64_t length : {std::uint64_t{kPayloadBytesMax} + 1, ~std::uint64_t{0}}) {
    base::Bytes body;
    append_varint(body, length);
    body.insert(body.end(), good.begin() + 1, good.end());
    EXPECT_EQ(decode_request(kProtocol, body).error(), chain::Drop::kTooLong);
  }
}

TEST_F(BadPayload, that_is_padded_beyond_what_its_length_can_need_is_too_long) {
  // A chunk of a kind that readers skip.
  base::Bytes body = good;
  const base::Bytes skipped{0xfe, 0x00, 0x10, 0x00};
  body.insert(body.begin() + 11, skipped.begin(), skipped.end());
  body.insert(body.begin() + 15, 0x1000, 0);
  EXPECT_EQ(decode_request(kProtocol, body).error(), chain::Drop::kTooLong);
}

TEST_F(BadPayload, whose_bits_were_flipped_is_bad_snappy) {
  for (std::size_t i = 1; i < good.size(); ++i) {
    base::Bytes body = good;
    body[i] ^= 0x10;
    const auto read = decode_request(kProtocol, body);
    ASSERT_FALSE(read) << i;
    EXPECT_EQ(read.error(), chain::Drop::kBadSnappy) << i;
  }
}

TEST(Pieces, of_a_response_come_back_with_their_place) {
  const test::Keys keys(4);
  test::Author author(keys, keys.anchor(1000));
  const chain::SignedBlockPointer block = author.run_slot(1).block;
  const ResponsePiece pieces[] = {
      EndOfResponse{}, spec::Status{.finalized = {}, .head = {.root = {}, .slot = spec::Slot(9)}}, block,
      chain::RefusedAnswer{.code = chain::ResponseCode::kServerError, .text = "no"}};
  for (const ResponsePiece& piece : pieces) {
    const auto protocol = std::holds_alternative<spec::Status>(piece) ? chain::Protocol::kStatus
                                                                      : chain::Protocol::kBlocksByRange;
    const base::Bytes frame = encode_piece(5, protocol, 300, piece);
    EXPECT_EQ(frame.front(), static_cast<std::uint8_t>(Channel::kResponse));
    base::ByteView body;
    ASSERT_TRUE(decode_header(frame, body));
    const auto indexed = decode_index(body);
    ASSERT_TRUE(indexed);
    EXPECT_EQ(indexed->index, 300U);
    const auto read = decode_piece(protocol, indexed->body);
    ASSERT_TRUE(read);
    ASSERT_EQ(read->index(), piece.index());
    if (const auto* same = std::get_if<chain::SignedBlockPointer>(&*read)) {
      EXPECT_EQ(**same, *block);
    }
  }
}

TEST(Pieces, a_refusal_keeps_its_code_and_at_most_256_bytes_of_text) {
  base::Bytes body;
  const base::Bytes text(300, 'z');
  append_chunk(chain::ResponseCode::kResourceUnavailable, text, body);
  const auto read = decode_piece(chain::Protocol::kStatus, body);
  ASSERT_TRUE(read);
  const auto& refused = std::get<chain::RefusedAnswer>(*read);
  EXPECT_EQ(refused.code, chain::ResponseCode::kResourceUnavailable);
  EXPECT_EQ(refused.text.size(), 256U);
}

TEST(Pieces, codes_that_do_not_exist_are_read_as_the_nearest_that_does) {
  EXPECT_EQ(response_code(3), chain::ResponseCode::kResourceUnavailable);
  EXPECT_EQ(response_code(4), chain::ResponseCode::kServerError);
  EXPECT_EQ(response_code(127), chain::ResponseCode::kServerError);
  EXPECT_EQ(response_code(128), chain::ResponseCode::kInvalidRequest);
  EXPECT_EQ(response_code(255), chain::ResponseCode::kInvalidRequest);
}

TEST(Pieces, a_code_alone_is_a_bad_response) {
  EXPECT_EQ(decode_piece(chain::Protocol::kBlocksByRoot, base::Bytes{0}).error(), chain::Drop::kBadResponse);
}

}  // namespace
}  // namespace lockstep::networking
