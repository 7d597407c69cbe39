// The codecs of the wire: what they write they read, and nothing malformed gets through.
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "fakes.h"
#include "node/networking/rpc.h"
#include "node/networking/snappy_codec.h"
#include "node/networking/topics.h"
#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

base::Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

TEST(Varint, refuses_numbers_beyond_64_bits_and_truncated_ones) {
  const base::Bytes largest{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
  std::size_t at = 0;
  EXPECT_EQ(read_varint(largest, at), ~std::uint64_t{0});
  EXPECT_EQ(at, 10U);
  base::Bytes beyond = largest;
  beyond.back() = 0x02;
  at = 0;
  EXPECT_FALSE(read_varint(beyond, at));
  at = 0;
  EXPECT_FALSE(read_varint(base::ByteView(largest).first(9), at));
}

TEST(Varint, size_is_what_is_appended) {
  for (const std::uint64_t value : {0ULL, 127ULL, 128ULL, 16383ULL, 16384ULL, ~0ULL}) {
    base::Bytes out;
    append_varint(out, value);
    EXPECT_EQ(out.size(), varint_size(value));
  }
}

TEST(Rpc, reads_what_it_wrote) {
  const base::Bytes data = bytes_of("data");
  RpcView rpc;
  rpc.subscriptions.push_back({.subscribe = true, .topic = "a"});
  rpc.subscriptions.push_back({.subscribe = false, .topic = "b"});
  rpc.publish.push_back({.topic = "a", .data = data});
  base::Bytes wire;
  encode_rpc(rpc, wire);
  RpcView read;
  ASSERT_TRUE(decode_rpc(wire, read));
  ASSERT_EQ(read.subscriptions.size(), 2U);
  EXPECT_TRUE(read.subscriptions[0].subscribe);
  EXPECT_EQ(read.subscriptions[1].topic, "b");
  EXPECT_FALSE(read.subscriptions[1].subscribe);
  ASSERT_EQ(read.publish.size(), 1U);
  EXPECT_EQ(base::Bytes(read.publish[0].data.begin(), read.publish[0].data.end()), data);
}

TEST(Rpc, size_of_a_message_is_known_before_it_is_written) {
  for (const std::size_t size : {0UL, 1UL, 100UL, 200UL, 20000UL}) {
    const base::Bytes data(size, 7);
    RpcView rpc;
    rpc.publish.push_back({.topic = "topic", .data = data});
    base::Bytes wire;
    encode_rpc(rpc, wire);
    EXPECT_EQ(wire.size(), encoded_publish_size(rpc.publish[0]));
  }
}

TEST(Rpc, every_truncation_is_refused_or_reads_as_a_shorter_rpc) {
  const base::Bytes data = bytes_of("some data");
  RpcView rpc;
  rpc.publish.push_back({.topic = "topic", .data = data});
  base::Bytes wire;
  encode_rpc(rpc, wire);
  RpcView read;
  for (std::size_t size = 1; size < wire.size(); ++size) {
    EXPECT_FALSE(decode_rpc(base::ByteView(wire).first(size), read)) << size;
  }
}

TEST(Rpc, group_and_reserved_wire_types_are_refused) {
  RpcView read;
  for (const unsigned wire_type : {3U, 4U, 6U, 7U}) {
    EXPECT_FALSE(decode_rpc(base::Bytes{static_cast<std::uint8_t>(0x78 | wire_type), 0}, read)) << wire_type;
  }
}

TEST(Rpc, a_length_near_2_to_the_64_does_not_wrap_around) {
  RpcView read;
  EXPECT_FALSE(
      decode_rpc(base::Bytes{0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00}, read));
}

TEST(Rpc, more_parts_than_may_be_are_refused) {
  RpcView read;
  base::Bytes wire;
  for (std::size_t i = 0; i < kRpcPartsMax; ++i) {
    wire.insert(wire.end(), {0x0a, 0x00});
  }
  EXPECT_TRUE(decode_rpc(wire, read));
  wire.insert(wire.end(), {0x0a, 0x00});
  EXPECT_FALSE(decode_rpc(wire, read));
}

TEST(SnappyFrames, a_long_payload_comes_back_in_64_KiB_chunks) {
  base::Bytes payload(200'000);
  test::SeededRandom random;
  random.fill(payload);
  base::Bytes wire;
  append_snappy_frames(payload, wire);
  wire.push_back(0x55);
  base::Bytes read;
  std::size_t at = 0;
  ASSERT_TRUE(read_snappy_frames(wire, at, payload.size(), read));
  EXPECT_EQ(read, payload);
  EXPECT_EQ(at, wire.size() - 1);
}

TEST(SnappyFrames, a_flipped_bit_anywhere_in_the_data_is_noticed) {
  // Random bytes: within repeated ones, a copy from elsewhere would be the same.
  base::Bytes payload(300);
  test::SeededRandom random;
  random.fill(payload);
  base::Bytes wire;
  append_snappy_frames(payload, wire);
  base::Bytes read;
  for (std::size_t i = 0; i < wire.size(); ++i) {
    base::Bytes changed = wire;
    changed[i] ^= 0x10;
    std::size_t at = 0;
    EXPECT_FALSE(read_snappy_frames(changed, at, payload.size(), read)) << i;
  }
}

TEST(SnappyFrames, a_wrong_declared_length_is_noticed) {
  const base::Bytes payload(300, 'x');
  base::Bytes wire;
  append_snappy_frames(payload, wire);
  base::Bytes read;
  std::size_t at = 0;
  EXPECT_FALSE(read_snappy_frames(wire, at, payload.size() + 1, read));
  at = 0;
  EXPECT_FALSE(read_snappy_frames(wire, at, payload.size() - 1, read));
}

TEST(Topics, a_topic_of_another_network_is_unknown) {
  const Topics topics("12345678");
  EXPECT_EQ(topics.name(TopicKind::kAttestation), "/leanconsensus/12345678/attestation_0/ssz_snappy");
  EXPECT_EQ(topics.find("/leanconsensus/12345678/block/ssz_snappy"), Topics::index(TopicKind::kBlock));
  EXPECT_FALSE(topics.find("/leanconsensus/12345679/block/ssz_snappy"));
  EXPECT_FALSE(topics.find(""));
}

TEST(Topics, votes_are_spread_over_the_subnets_by_the_validator_s_number) {
  const Topics topics("12345678", 4);
  EXPECT_EQ(topics.size(), 6U);
  EXPECT_EQ(topics.name(topics.attestation(spec::ValidatorIndex(7))),
            "/leanconsensus/12345678/attestation_3/ssz_snappy");
  EXPECT_EQ(topics.kind(topics.attestation(spec::ValidatorIndex(7))), TopicKind::kAttestation);
  EXPECT_EQ(topics.attestation(spec::SubnetId(3)), topics.attestation(spec::ValidatorIndex(7)));
  EXPECT_EQ(topics.subnets(), 4U);
  EXPECT_EQ(topics.kind(0), TopicKind::kBlock);
}

TEST(Topics, only_strings_of_the_one_form_are_topics) {
  const auto parsed = GossipTopic::parse("//leanconsensus/net/attestation/ssz_snappy");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->kind, TopicKind::kAttestation);
  EXPECT_FALSE(parsed->subnet);
  for (const char* text :
       {"", "/", "/leanconsensus/net/block", "/leanconsensus/net/block/ssz_snappy/",
        "/leanconsensus/net/blocks/ssz_snappy", "/eth2/net/block/ssz_snappy", "/leanconsensus/net/block/ssz",
        "/leanconsensus/net/attestation_x/ssz_snappy", "/leanconsensus/net/attestation_/ssz_snappy"}) {
    EXPECT_FALSE(GossipTopic::parse(text)) << text;
  }
}

}  // namespace
}  // namespace lockstep::networking
