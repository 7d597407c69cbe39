// What is encoded is decoded again, to the byte; and a container's root is what the definition makes of its
// fields.
#include "node/spec/ssz.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "node/spec/hash_tree_root.h"
#include "tests/node/spec/arbitrary.h"
#include "tests/node/spec/naive_merkle.h"

namespace lockstep::spec {
namespace {

using tests::naive_root;

template <typename T>
void expect_round_trip(const T& value) {
  const base::Bytes bytes = encode(value);
  RC_ASSERT(bytes.size() == encoded_size(value));
  const Verdict<T> decoded = decode<T>(bytes);
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == value);
  RC_ASSERT(encode(*decoded) == bytes);
}

RC_GTEST_PROP(Ssz, reads_votes_that_it_wrote, ()) {
  expect_round_trip(tests::any_checkpoint());
  expect_round_trip(tests::any_attestation_data());
  expect_round_trip(Attestation{ValidatorIndex(tests::any_number()), tests::any_attestation_data()});
  expect_round_trip(tests::any_aggregation_bits());
  expect_round_trip(tests::any_aggregated_attestation());
  expect_round_trip(tests::any_single_message_aggregate());
  expect_round_trip(
      SignedAggregatedAttestation{tests::any_attestation_data(), tests::any_single_message_aggregate()});
}

RC_GTEST_PROP(Ssz, reads_blocks_that_it_wrote, ()) {
  const Block block = tests::any_block();
  expect_round_trip(tests::any_header());
  expect_round_trip(block);
  expect_round_trip(block.body);
  expect_round_trip(SignedBlock{block, {{tests::any_bytes(tests::any_size(100))}}});
}

RC_GTEST_PROP(Ssz, reads_states_that_it_wrote, ()) {
  expect_round_trip(tests::any_state());
}

RC_GTEST_PROP(Ssz, reads_requests_that_it_wrote, ()) {
  expect_round_trip(Status{tests::any_checkpoint(), tests::any_checkpoint()});
  expect_round_trip(BlocksByRangeRequest{Slot(tests::any_number()), tests::any_number()});
  BlocksByRootRequest request;
  for (std::size_t left = tests::any_size(5); left > 0; --left) request.roots.push_back(tests::any_root());
  expect_round_trip(request);
}

/// Whatever is not refused must be the one encoding of what was read.
template <typename T>
void expect_one_encoding(const base::Bytes& bytes) {
  if (const Verdict<T> decoded = decode<T>(bytes)) {
    RC_ASSERT(encode(*decoded) == bytes);
  }
}

/// Bytes that are nearly right: an encoding with a few of its bytes changed, its end cut off or lengthened.
base::Bytes damage(base::Bytes bytes) {
  for (std::size_t left = tests::any_size(3); left > 0 && !bytes.empty(); --left) {
    bytes[tests::any_size(bytes.size() - 1)] = *rc::gen::arbitrary<std::uint8_t>();
  }
  if (tests::any_size(2) == 0) {
    bytes.resize(tests::any_size(bytes.size() + 4));
  }
  return bytes;
}

RC_GTEST_PROP(Ssz, has_one_encoding_for_each_value, ()) {
  expect_one_encoding<AggregatedAttestation>(damage(encode(tests::any_aggregated_attestation())));
  const Block block = tests::any_block();
  expect_one_encoding<Block>(damage(encode(block)));
  expect_one_encoding<SignedBlock>(damage(encode(SignedBlock{block, {{tests::any_bytes(8)}}})));
  expect_one_encoding<State>(damage(encode(tests::any_state())));
  expect_one_encoding<SignedAggregatedAttestation>(damage(encode(
      SignedAggregatedAttestation{tests::any_attestation_data(), tests::any_single_message_aggregate()})));
  expect_one_encoding<Status>(damage(encode(Status{})));
}

RC_GTEST_PROP(Ssz, never_throws_on_noise, ()) {
  const base::Bytes noise = tests::any_bytes(tests::any_size(300));
  expect_one_encoding<State>(noise);
  expect_one_encoding<SignedBlock>(noise);
  expect_one_encoding<AggregationBits>(noise);
  expect_one_encoding<BlocksByRootRequest>(noise);
}

Root root_of_bits(const AggregationBits& bits) {
  std::vector<Root> chunks((bits.size() + 255) / 256);
  bits.for_each_set([&](std::size_t i) {
    std::uint8_t& byte = chunks[i / 256].data[i % 256 / 8];
    byte = static_cast<std::uint8_t>(byte | (1U << (i % 8)));
  });
  return naive_root({naive_root(chunks, 4), chunk_of(bits.size())}, 1);
}

Root naive(const Checkpoint& c) {
  return naive_root({c.root, chunk_of(c.slot.value)}, 1);
}
Root naive(const AttestationData& d) {
  return naive_root({chunk_of(d.slot.value), naive(d.head), naive(d.target), naive(d.source)}, 2);
}
Root naive(const AggregatedAttestation& a) {
  return naive_root({root_of_bits(a.aggregation_bits), naive(a.data)}, 1);
}
Root naive(const BlockBody& body) {
  std::vector<Root> roots;
  for (const AggregatedAttestation& each : body.attestations) roots.push_back(naive(each));
  return naive_root({naive_root(roots, 12), chunk_of(roots.size())}, 1);
}
Root naive(const Block& b) {
  return naive_root(
      {chunk_of(b.slot.value), chunk_of(b.proposer_index.value), b.parent_root, b.state_root, naive(b.body)},
      3);
}

RC_GTEST_PROP(HashTreeRoot, is_what_the_definition_makes_of_the_fields, ()) {
  const Block block = tests::any_block();
  RC_ASSERT(hash_tree_root(block) == naive(block));
  const BlockHeader header{block.slot, block.proposer_index, block.parent_root, block.state_root,
                           hash_tree_root(block.body)};
  RC_ASSERT(hash_tree_root(header) == hash_tree_root(block));
  const AttestationData data = tests::any_attestation_data();
  RC_ASSERT(hash_tree_root(data) == naive(data));
}

TEST(Ssz, has_the_sizes_of_the_specification) {
  EXPECT_EQ(encode(Checkpoint{}).size(), 40U);
  EXPECT_EQ(encode(AttestationData{}).size(), 128U);
  EXPECT_EQ(encode(Attestation{}).size(), 136U);
  EXPECT_EQ(encode(Validator{}).size(), 112U);
  EXPECT_EQ(encode(Status{}).size(), 80U);
  EXPECT_EQ(encode(BlocksByRangeRequest{}).size(), 16U);
  EXPECT_EQ(encode(BlocksByRootRequest{}), (base::Bytes{4, 0, 0, 0}));
  EXPECT_EQ(encode(AggregationBits{}), base::Bytes{1});
}

TEST(Ssz, takes_a_missing_registry_for_an_empty_one) {
  const State without;
  State with;
  with.validators = tests::make_registry(0);
  EXPECT_EQ(encode(without), encode(with));
  EXPECT_EQ(hash_tree_root(without), hash_tree_root(with));
  EXPECT_EQ(without, with);
}

}  // namespace
}  // namespace lockstep::spec
