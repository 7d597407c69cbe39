// The two provers: one notices every change to what was proven, the other believes the sentinel.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "node/crypto/binding_prover.h"
#include "node/crypto/cheap.h"
#include "node/crypto/mocked_proof.h"
#include "node/crypto/sentinel_prover.h"
#include "noise.h"

namespace lockstep::crypto {
namespace {

constexpr std::uint64_t kSlot = 12;

/// Some validators who have signed one message.
struct Voters {
  base::Bytes32 message;
  std::vector<PublicKey> keys;
  std::vector<base::Bytes> signatures;

  Voters(std::size_t first, std::size_t count, std::uint64_t text) : message(tests::Noise(text).fixed<32>()) {
    for (std::size_t i = first; i < first + count; ++i) {
      CheapSigningKey key(tests::Noise(i).fixed<32>());
      keys.push_back(key.public_key());
      signatures.push_back(*key.sign(kSlot, message));
    }
  }

  [[nodiscard]] std::vector<base::ByteView> views() const { return {signatures.begin(), signatures.end()}; }
  [[nodiscard]] Binding binding() const { return {keys, message, kSlot}; }
};

base::Bytes prove(const AggregateProver& prover, const Voters& voters) {
  return *prover.aggregate(voters.keys, voters.views(), {}, voters.keys, voters.message, kSlot);
}

class BindingProverTest : public testing::Test {
 protected:
  CheapScheme scheme_;
  BindingProver prover_{scheme_};
  Voters six_{0, 6, 100};
  Voters four_{6, 4, 200};
};

TEST_F(BindingProverTest, a_proof_is_the_sentinel_and_a_digest) {
  const auto proof = prove(prover_, six_);
  EXPECT_EQ(proof.size(), 26U + 32U);
  EXPECT_TRUE(has_sentinel(proof));
  EXPECT_TRUE(prover_.verify(six_.binding(), proof));
}

TEST_F(BindingProverTest, other_keys_messages_slots_or_orders_are_refused) {
  const auto proof = prove(prover_, six_);
  Binding other = six_.binding();
  other.slot += 1;
  EXPECT_FALSE(prover_.verify(other, proof));
  other = six_.binding();
  other.message = four_.message;
  EXPECT_FALSE(prover_.verify(other, proof));
  other = six_.binding();
  other.keys = std::span(six_.keys).first(5);
  EXPECT_FALSE(prover_.verify(other, proof));
  EXPECT_FALSE(prover_.verify(Binding{{}, six_.message, kSlot}, proof));
  auto keys = six_.keys;
  std::swap(keys[1], keys[4]);
  EXPECT_FALSE(prover_.verify(Binding{keys, six_.message, kSlot}, proof));
  keys = six_.keys;
  keys.push_back(keys.back());
  EXPECT_FALSE(prover_.verify(Binding{keys, six_.message, kSlot}, proof));
  keys = six_.keys;
  keys[5].data[51] ^= 1;
  EXPECT_FALSE(prover_.verify(Binding{keys, six_.message, kSlot}, proof));
}

TEST_F(BindingProverTest, any_changed_missing_or_added_byte_is_refused) {
  const auto proof = prove(prover_, six_);
  for (std::size_t at = 0; at < proof.size(); ++at) {
    auto changed = proof;
    changed[at] = static_cast<std::uint8_t>(changed[at] ^ 0x20);
    EXPECT_FALSE(prover_.verify(six_.binding(), changed)) << at;
    EXPECT_FALSE(prover_.verify(six_.binding(), base::ByteView(proof).first(at))) << at;
  }
  auto longer = proof;
  longer.push_back(0);
  EXPECT_FALSE(prover_.verify(six_.binding(), longer));
  longer.insert(longer.end(), proof.begin() + 26, proof.end() - 1);
  EXPECT_FALSE(prover_.verify(six_.binding(), longer));
}

TEST_F(BindingProverTest, a_bad_signature_cannot_be_aggregated) {
  auto voters = six_;
  voters.signatures[3][100] ^= 1;
  EXPECT_EQ(prover_.aggregate(voters.keys, voters.views(), {}, voters.keys, voters.message, kSlot).error(),
            AggregationError::kInvalidInput);
  EXPECT_EQ(prover_.aggregate(six_.keys, six_.views(), {}, six_.keys, six_.message, kSlot + 1).error(),
            AggregationError::kInvalidInput);
  EXPECT_EQ(prover_.aggregate(six_.keys, six_.views(), {}, four_.keys, six_.message, kSlot).error(),
            AggregationError::kCountMismatch);
  EXPECT_EQ(prover_.aggregate(std::span(six_.keys).first(5), six_.views(), {}, six_.keys, six_.message, kSlot)
                .error(),
            AggregationError::kCountMismatch);
  EXPECT_EQ(prover_.aggregate({}, {}, {}, {}, six_.message, kSlot).error(),
            AggregationError::kNothingToAggregate);
}

TEST_F(BindingProverTest, children_and_signatures_make_the_proof_of_their_union) {
  const Voters all(0, 10, 100);
  const Voters low(0, 4, 100);
  const Voters middle(3, 4, 100);
  const Voters high(7, 3, 100);
  const auto low_proof = prove(prover_, low);
  const auto middle_proof = prove(prover_, middle);
  const std::vector<ProvenKeys> children = {{low.keys, low_proof}, {middle.keys, middle_proof}};
  const auto proof = prover_.aggregate(high.keys, high.views(), children, all.keys, all.message, kSlot);
  ASSERT_TRUE(proof.has_value());
  EXPECT_EQ(*proof, prove(prover_, all));

  const std::vector<ProvenKeys> one = {{low.keys, low_proof}};
  EXPECT_EQ(prover_.aggregate({}, {}, one, low.keys, all.message, kSlot).error(),
            AggregationError::kNothingToAggregate);
  const std::vector<ProvenKeys> swapped = {{low.keys, middle_proof}, {middle.keys, low_proof}};
  EXPECT_EQ(prover_.aggregate({}, {}, swapped, std::span(all.keys).first(7), all.message, kSlot).error(),
            AggregationError::kInvalidInput);
}

TEST_F(BindingProverTest, merged_proofs_verify_together_and_come_apart_again) {
  const auto first = prove(prover_, six_);
  const auto second = prove(prover_, four_);
  const std::vector<Binding> bindings = {six_.binding(), four_.binding()};
  const std::vector<base::ByteView> proofs = {first, second};
  const auto merged = *prover_.merge(bindings, proofs);
  EXPECT_EQ(merged.size(), 26U + 64U);
  EXPECT_TRUE(prover_.verify_multi(bindings, merged));
  EXPECT_EQ(*prover_.split(bindings, merged, 0), first);
  EXPECT_EQ(*prover_.split(bindings, merged, 1), second);
  EXPECT_EQ(prover_.split(bindings, merged, 2).error(), AggregationError::kUnknownComponent);

  const std::vector<Binding> swapped = {four_.binding(), six_.binding()};
  EXPECT_FALSE(prover_.verify_multi(swapped, merged));
  EXPECT_FALSE(prover_.verify_multi(std::span(bindings).first(1), merged));
  EXPECT_FALSE(prover_.verify_multi({}, merged));
  EXPECT_FALSE(prover_.verify(six_.binding(), merged));
  EXPECT_EQ(prover_.split(swapped, merged, 0).error(), AggregationError::kInvalidInput);
  for (std::size_t at = 0; at < merged.size(); ++at) {
    auto changed = merged;
    changed[at] = static_cast<std::uint8_t>(changed[at] ^ 1);
    EXPECT_FALSE(prover_.verify_multi(bindings, changed)) << at;
  }
}

TEST_F(BindingProverTest, only_valid_proofs_can_be_merged) {
  const auto first = prove(prover_, six_);
  const std::vector<Binding> bindings = {six_.binding(), four_.binding()};
  const std::vector<base::ByteView> proofs = {first, first};
  EXPECT_EQ(prover_.merge(bindings, proofs).error(), AggregationError::kInvalidInput);
  EXPECT_EQ(prover_.merge(bindings, std::span(proofs).first(1)).error(), AggregationError::kCountMismatch);
  EXPECT_EQ(prover_.merge({}, {}).error(), AggregationError::kNothingToAggregate);
}

TEST_F(BindingProverTest, arbitrary_bytes_are_refused_without_an_exception) {
  tests::Noise noise(1);
  const std::vector<Binding> bindings = {six_.binding(), four_.binding()};
  for (int i = 0; i < 500; ++i) {
    auto bytes = noise.bytes(noise.next() % 200);
    if (i % 2 == 0) {
      bytes.insert(bytes.begin(), kMockedProofSentinel.begin(), kMockedProofSentinel.end());
    }
    ASSERT_FALSE(prover_.verify(six_.binding(), bytes));
    ASSERT_FALSE(prover_.verify_multi(bindings, bytes));
    ASSERT_TRUE(prover_.split(bindings, bytes, 1).has_error());
  }
}

TEST(SentinelProver, believes_the_sentinel_and_nothing_else) {
  const SentinelProver prover;
  const Voters voters(0, 3, 1);
  const std::string sentinel(kMockedProofSentinel);
  base::Bytes proof(sentinel.begin(), sentinel.end());
  EXPECT_TRUE(prover.verify(voters.binding(), proof));
  EXPECT_TRUE(prover.verify_multi({}, proof));
  proof.push_back(1);
  EXPECT_TRUE(prover.verify(voters.binding(), proof));
  proof[3] ^= 1;
  EXPECT_FALSE(prover.verify(voters.binding(), proof));
  EXPECT_FALSE(prover.verify(voters.binding(), {}));
  EXPECT_FALSE(prover.verify_multi({}, base::ByteView(proof).first(10)));
}

TEST(SentinelProver, different_inputs_give_different_proofs) {
  const SentinelProver prover;
  const Voters a(0, 3, 1);
  const Voters b(3, 3, 2);
  const auto first = prove(prover, a);
  const auto second = prove(prover, b);
  EXPECT_NE(first, second);
  EXPECT_EQ(first, prove(prover, a));
  const std::vector<Binding> bindings = {a.binding(), b.binding()};
  const std::vector<Binding> swapped = {b.binding(), a.binding()};
  const std::vector<base::ByteView> proofs = {first, second};
  const auto merged = *prover.merge(bindings, proofs);
  EXPECT_NE(merged, *prover.merge(swapped, proofs));
  EXPECT_NE(*prover.split(bindings, merged, 0), *prover.split(bindings, merged, 1));
  EXPECT_TRUE(prover.verify(a.binding(), *prover.split(bindings, merged, 0)));
}

TEST(SentinelProver, counts_are_checked) {
  const SentinelProver prover;
  const Voters a(0, 3, 1);
  EXPECT_EQ(prover.aggregate(std::span(a.keys).first(2), a.views(), {}, a.keys, a.message, kSlot).error(),
            AggregationError::kCountMismatch);
  EXPECT_EQ(prover.aggregate({}, {}, {}, {}, a.message, kSlot).error(),
            AggregationError::kNothingToAggregate);
  EXPECT_EQ(prover.merge({}, {}).error(), AggregationError::kNothingToAggregate);
  EXPECT_EQ(prover.split({}, prove(prover, a), 0).error(), AggregationError::kUnknownComponent);
}

}  // namespace
}  // namespace lockstep::crypto
