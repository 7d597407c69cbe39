// Each rule of SSZ that an encoding can break, broken once.
#include <gtest/gtest.h>

#include "node/spec/ssz.h"
#include "node/spec/ssz_fields.h"
#include "tests/node/spec/chain_builder.h"

namespace lockstep::spec {
namespace {

using base::Bytes;

template <typename T>
bool is_refused(const Bytes& bytes) {
  const Verdict<T> decoded = decode<T>(bytes);
  return !decoded && decoded.error() == RejectionReason::DECODE_ERROR;
}

template <typename Its, typename T>
bool reads(const Bytes& bytes) {
  T value{};
  return Its::read(bytes, value);
}

void set_offset(Bytes& bytes, std::size_t at, std::uint32_t offset) {
  base::store_le(offset, bytes.data() + at);
}

Block block_with_two_votes() {
  Block block;
  block.body.attestations.resize(2);
  for (AggregatedAttestation& each : block.body.attestations) each.aggregation_bits.resize(9);
  return block;
}

TEST(SszMalformed, a_fixed_container_has_one_length) {
  Bytes bytes = encode(Checkpoint{});
  bytes.push_back(0);
  EXPECT_TRUE(is_refused<Checkpoint>(bytes));
  bytes.resize(39);
  EXPECT_TRUE(is_refused<Checkpoint>(bytes));
  EXPECT_TRUE(is_refused<Checkpoint>({}));
}

TEST(SszMalformed, a_boolean_is_zero_or_one) {
  EXPECT_TRUE((reads<Codec<bool>, bool>({1})));
  EXPECT_FALSE((reads<Codec<bool>, bool>({2})));
  EXPECT_FALSE((reads<Codec<bool>, bool>({})));
  EXPECT_FALSE((reads<Codec<bool>, bool>({0, 0})));
}

TEST(SszMalformed, a_number_has_its_width) {
  EXPECT_FALSE((reads<Codec<std::uint32_t>, std::uint32_t>({1, 2, 3})));
  EXPECT_FALSE((reads<Codec<std::uint32_t>, std::uint32_t>({1, 2, 3, 4, 5})));
}

TEST(SszMalformed, a_bitlist_ends_with_its_delimiter) {
  EXPECT_TRUE(is_refused<AggregationBits>({}));
  EXPECT_TRUE(is_refused<AggregationBits>({0}));
  EXPECT_TRUE(is_refused<AggregationBits>({0, 0}));
  EXPECT_TRUE(is_refused<AggregationBits>({5, 0}));
  EXPECT_EQ(decode<AggregationBits>(Bytes{5})->size(), 2U);
  EXPECT_EQ(decode<AggregationBits>(Bytes{255, 1})->popcount(), 8U);
}

TEST(SszMalformed, a_bitlist_stays_within_its_limit) {
  Bytes bytes(513, 0);
  bytes[512] = 1;
  EXPECT_EQ(decode<AggregationBits>(bytes)->size(), 4096U);
  bytes[512] = 2;
  EXPECT_TRUE(is_refused<AggregationBits>(bytes));
  EXPECT_TRUE((reads<Codec<Bitlist<8>>, Bitlist<8>>({0xff, 0x01})));
  EXPECT_FALSE((reads<Codec<Bitlist<8>>, Bitlist<8>>({0xff, 0x03})));
}

TEST(SszMalformed, a_bitvector_has_its_length_and_no_bits_beyond) {
  using Vector = Bitvector<12>;
  EXPECT_TRUE((reads<Codec<Vector>, Vector>({0xff, 0x0f})));
  EXPECT_FALSE((reads<Codec<Vector>, Vector>({0xff, 0x1f})));
  EXPECT_FALSE((reads<Codec<Vector>, Vector>({0xff})));
  EXPECT_FALSE((reads<Codec<Vector>, Vector>({0xff, 0x0f, 0x00})));
}

TEST(SszMalformed, a_byte_list_stays_within_its_limit) {
  Bytes bytes = encode(MultiMessageAggregate{});
  bytes.resize(4 + PROOF_BYTES_LIMIT);
  EXPECT_TRUE(decode<MultiMessageAggregate>(bytes).has_value());
  bytes.push_back(0);
  EXPECT_TRUE(is_refused<MultiMessageAggregate>(bytes));
}

TEST(SszMalformed, a_vector_has_all_its_elements) {
  using Vector = std::array<std::uint16_t, 3>;
  EXPECT_TRUE((reads<Codec<Vector>, Vector>({1, 0, 2, 0, 3, 0})));
  EXPECT_FALSE((reads<Codec<Vector>, Vector>({1, 0, 2, 0, 3})));
  EXPECT_FALSE((reads<Codec<Vector>, Vector>({1, 0, 2, 0, 3, 0, 4, 0})));
}

TEST(SszMalformed, a_list_of_fixed_elements_is_cut_evenly_and_limited) {
  Bytes bytes = {4, 0, 0, 0};
  bytes.resize(4 + 32 * MAX_REQUEST_BLOCKS);
  EXPECT_EQ(decode<BlocksByRootRequest>(bytes)->roots.size(), MAX_REQUEST_BLOCKS);
  bytes.resize(bytes.size() + 32);
  EXPECT_TRUE(is_refused<BlocksByRootRequest>(bytes));
  bytes.resize(4 + 33);
  EXPECT_TRUE(is_refused<BlocksByRootRequest>(bytes));
}

TEST(SszMalformed, the_first_offset_of_a_container_is_the_end_of_its_fixed_part) {
  const Bytes right = encode(block_with_two_votes());
  ASSERT_TRUE(decode<Block>(right).has_value());
  for (const std::uint32_t offset : {0U, 83U, 85U, 1000U, 0xffffffffU}) {
    Bytes bytes = right;
    set_offset(bytes, 80, offset);
    EXPECT_TRUE(is_refused<Block>(bytes)) << offset;
  }
}

TEST(SszMalformed, offsets_of_a_container_do_not_fall_or_leave_it) {
  const Bytes right = encode(SingleMessageAggregate{AggregationBits(3), {{1, 2, 3}}});
  ASSERT_TRUE(decode<SingleMessageAggregate>(right).has_value());
  for (const std::uint32_t offset : {7U, 0U, 13U, 0xffffffffU}) {
    Bytes bytes = right;
    set_offset(bytes, 4, offset);
    EXPECT_TRUE(is_refused<SingleMessageAggregate>(bytes)) << offset;
  }
}

TEST(SszMalformed, a_container_holds_its_fixed_part) {
  EXPECT_TRUE(is_refused<Block>({}));
  EXPECT_TRUE(is_refused<Block>(Bytes(83)));
  EXPECT_TRUE(is_refused<BlockBody>({4, 0, 0}));
}

TEST(SszMalformed, the_first_offset_of_a_list_counts_its_elements) {
  const Bytes right = encode(block_with_two_votes().body);
  ASSERT_TRUE(decode<BlockBody>(right).has_value());
  // The list begins at byte 4; its first offset is 8.
  for (const std::uint32_t offset : {0U, 4U, 6U, 12U, 4000U, 0xfffffffcU}) {
    Bytes bytes = right;
    set_offset(bytes, 4, offset);
    EXPECT_TRUE(is_refused<BlockBody>(bytes)) << offset;
  }
}

TEST(SszMalformed, offsets_of_a_list_do_not_fall_or_leave_it) {
  const Bytes right = encode(block_with_two_votes().body);
  for (const std::uint32_t offset : {0U, 7U, 9U, 4000U, 0xffffffffU}) {
    Bytes bytes = right;
    set_offset(bytes, 8, offset);
    EXPECT_TRUE(is_refused<BlockBody>(bytes)) << offset;
  }
}

TEST(SszMalformed, a_list_of_variable_elements_is_limited) {
  const auto body_of = [](std::size_t count) {
    BlockBody body;
    body.attestations.resize(count);
    return encode(body);
  };
  EXPECT_TRUE(decode<BlockBody>(body_of(VALIDATOR_REGISTRY_LIMIT)).has_value());
  EXPECT_TRUE(is_refused<BlockBody>(body_of(VALIDATOR_REGISTRY_LIMIT + 1)));
  // Too short for one offset.
  EXPECT_TRUE(is_refused<BlockBody>({4, 0, 0, 0, 4, 0}));
}

TEST(SszMalformed, a_list_that_claims_much_allocates_little) {
  // Offsets for thousands of votes in a few bytes: refused at the first that does not hold.
  Bytes bytes = {4, 0, 0, 0};
  bytes.resize(4 + 4096 * 4);
  set_offset(bytes, 4, 4096 * 4);
  EXPECT_TRUE(is_refused<BlockBody>(bytes));
}

TEST(SszMalformed, trailing_bytes_belong_to_nothing) {
  Bytes bytes = encode(BlocksByRangeRequest{});
  bytes.push_back(0);
  EXPECT_TRUE(is_refused<BlocksByRangeRequest>(bytes));
  Bytes votes = encode(block_with_two_votes());
  votes.push_back(0);
  EXPECT_TRUE(is_refused<Block>(votes));
}

TEST(SszMalformed, a_validators_index_is_its_position) {
  State state = generate_genesis(0, tests::make_registry(3));
  Bytes bytes = encode(state);
  ASSERT_TRUE(decode<State>(bytes).has_value());
  bytes[bytes.size() - 1 - 8] = 7;  // the index of the last validator, before the delimiter of the last field
  EXPECT_TRUE(is_refused<State>(bytes));
}

class TenBytes final : public crypto::SignatureScheme {
 public:
  [[nodiscard]] std::size_t signature_size() const override { return 10; }
  [[nodiscard]] bool is_well_formed(base::ByteView signature) const override { return signature[0] == 1; }
  [[nodiscard]] bool verify(const crypto::PublicKey&, std::uint64_t, const base::Bytes32&,
                            base::ByteView) const override {
    return false;
  }
};

TEST(SszMalformed, a_signed_vote_has_a_signature_of_the_scheme) {
  SignedAttestation value{ValidatorIndex(3), {}, {Bytes(10, 1)}};
  value.data.slot = Slot(77);
  Bytes bytes = encode(value);
  ASSERT_EQ(decode_signed_attestation(bytes, TenBytes()).value(), value);
  bytes[136] = 2;
  EXPECT_EQ(decode_signed_attestation(bytes, TenBytes()).error(), RejectionReason::DECODE_ERROR);
  bytes[136] = 1;
  bytes.push_back(1);
  EXPECT_EQ(decode_signed_attestation(bytes, TenBytes()).error(), RejectionReason::DECODE_ERROR);
  bytes.resize(100);
  EXPECT_EQ(decode_signed_attestation(bytes, TenBytes()).error(), RejectionReason::DECODE_ERROR);
}

}  // namespace
}  // namespace lockstep::spec
