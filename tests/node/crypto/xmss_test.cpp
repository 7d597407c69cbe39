// XMSS: what is signed verifies, whatever is changed does not, and no slot signs twice.
#include "node/crypto/xmss.h"

#include <gtest/gtest.h>

#include "noise.h"
#include "synthetic.h"

namespace lockstep::crypto {
namespace {

base::Bytes32 seed_of(std::uint64_t number) {
  return tests::Noise(number).fixed<32>();
}

XmssKeyPair make_key(const XmssParameters& parameters, std::uint64_t seed, std::uint64_t activation = 0,
                     std::uint64_t slots = 32) {
  return *xmss_key_gen(XmssHash(parameters), activation, slots, bytes_from_seed(seed_of(seed)));
}

/// As many chains as production has, over the small tree of the test parameters.
constexpr XmssParameters kManyChains{.log_lifetime = 8, .dimension = 46, .target_sum = 200};

class XmssRoundTrip : public testing::TestWithParam<XmssParameters> {};

TEST_P(XmssRoundTrip, every_prepared_slot_signs_and_verifies) {
  const XmssScheme scheme(GetParam());
  XmssSigningKey key(GetParam(), make_key(GetParam(), 1).secret_key);
  tests::Noise noise(2);
  for (std::uint64_t slot = 0; slot < 32; slot += 5) {
    const auto message = noise.fixed<32>();
    const auto signature = key.sign(slot, message);
    ASSERT_TRUE(signature.has_value());
    EXPECT_EQ(signature->size(), scheme.signature_size());
    EXPECT_TRUE(scheme.is_well_formed(*signature));
    EXPECT_TRUE(scheme.verify(key.public_key(), slot, message, *signature)) << "slot " << slot;
    EXPECT_FALSE(scheme.verify(key.public_key(), slot + 1, message, *signature));
    EXPECT_FALSE(scheme.verify(key.public_key(), slot, noise.fixed<32>(), *signature));
  }
}

INSTANTIATE_TEST_SUITE_P(Parameters, XmssRoundTrip, testing::Values(kXmssTest, kManyChains));

TEST(Xmss, keys_are_a_function_of_the_byte_source) {
  const XmssKeyPair key = make_key(kXmssTest, 7);
  EXPECT_EQ(key.secret_key, make_key(kXmssTest, 7).secret_key);
  EXPECT_NE(key.public_key, make_key(kXmssTest, 8).public_key);
  EXPECT_TRUE(is_consistent(kXmssTest, key.secret_key));
}

TEST(Xmss, windows_are_rounded_out_to_whole_trees_inside_the_lifetime) {
  struct Case {
    std::uint64_t activation, slots, first, count;
  };
  for (const Case& c : {Case{0, 1, 0, 32}, Case{17, 1, 16, 32}, Case{15, 18, 0, 48}, Case{250, 6, 224, 32},
                        Case{255, 1, 224, 32}, Case{0, 256, 0, 256}, Case{256, 0, 224, 32}}) {
    const XmssKeyPair key = make_key(kXmssTest, 3, c.activation, c.slots);
    EXPECT_EQ(key.secret_key.activation_slot, c.first) << c.activation;
    EXPECT_EQ(key.secret_key.num_active_slots, c.count) << c.activation;
    EXPECT_TRUE(is_consistent(kXmssTest, key.secret_key)) << c.activation;
  }
}

TEST(Xmss, windows_beyond_the_lifetime_are_refused) {
  const XmssHash hash(kXmssTest);
  const ByteSource source = bytes_from_seed(seed_of(1));
  EXPECT_EQ(xmss_key_gen(hash, 255, 2, source).error(), XmssKeyError::kOutsideLifetime);
  EXPECT_EQ(xmss_key_gen(hash, 257, 0, source).error(), XmssKeyError::kOutsideLifetime);
  EXPECT_EQ(xmss_key_gen(hash, 1, ~std::uint64_t{0}, source).error(), XmssKeyError::kOutsideLifetime);
}

TEST(Xmss, signs_only_in_the_prepared_window_and_prepare_moves_it) {
  const XmssScheme scheme(kXmssTest);
  XmssSigningKey key(kXmssTest, make_key(kXmssTest, 4, 32, 64).secret_key);
  const auto message = seed_of(5);
  EXPECT_EQ(key.sign(31, message).error(), SigningError::kSlotOutsideLifetime);
  EXPECT_EQ(key.sign(96, message).error(), SigningError::kSlotOutsideLifetime);
  EXPECT_EQ(key.sign(70, message).error(), SigningError::kSlotNotPrepared);
  EXPECT_TRUE(key.prepare(70));
  const auto signature = key.sign(70, message);
  ASSERT_TRUE(signature.has_value());
  EXPECT_TRUE(scheme.verify(key.public_key(), 70, message, *signature));
  EXPECT_TRUE(key.prepare(95));
  EXPECT_EQ(key.sign(32, message).error(), SigningError::kSlotNotPrepared);
  EXPECT_FALSE(key.prepare(32));
  EXPECT_FALSE(key.prepare(96));
}

TEST(Xmss, an_advanced_window_equals_the_one_that_a_key_was_made_with) {
  const XmssHash hash(kXmssTest);
  XmssSecretKey key = make_key(kXmssTest, 6, 0, 48).secret_key;
  const XmssSecretKey before = key;
  ASSERT_TRUE(xmss_advance_preparation(hash, key));
  EXPECT_EQ(key.left_bottom_tree, before.right_bottom_tree);
  EXPECT_TRUE(is_consistent(kXmssTest, key));
  EXPECT_FALSE(xmss_advance_preparation(hash, key));
}

TEST(XmssSigningKey, jumping_ahead_ends_where_advancing_does) {
  const XmssHash hash(kXmssTest);
  XmssSecretKey advanced = make_key(kXmssTest, 6, 0, 256).secret_key;
  XmssSigningKey jumped(kXmssTest, advanced);
  while (advanced.left_bottom_tree_index + 2 <= 200 / kXmssTest.leaves_per_bottom_tree()) {
    ASSERT_TRUE(xmss_advance_preparation(hash, advanced));
  }
  ASSERT_TRUE(jumped.prepare(200));
  EXPECT_EQ(jumped.secret_key(), advanced);
}

TEST(XmssSigningKey, refuses_a_second_message_for_a_slot_and_repeats_the_first) {
  XmssSigningKey key(kXmssTest, make_key(kXmssTest, 9).secret_key);
  const auto first = key.sign(3, seed_of(1));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(key.sign(3, seed_of(2)).error(), SigningError::kSlotAlreadyUsed);
  EXPECT_EQ(*key.sign(3, seed_of(1)), *first);
  EXPECT_TRUE(key.sign(4, seed_of(2)).has_value());
}

TEST(XmssSigningKey, a_refused_slot_is_not_used_up) {
  XmssSigningKey key(kXmssTest, make_key(kXmssTest, 9, 0, 48).secret_key);
  EXPECT_EQ(key.sign(40, seed_of(1)).error(), SigningError::kSlotNotPrepared);
  ASSERT_TRUE(key.prepare(40));
  EXPECT_TRUE(key.sign(40, seed_of(2)).has_value());
}

TEST(XmssSigningKey, a_loaded_key_signs_the_same_and_can_be_told_what_is_used) {
  const XmssKeyPair pair = make_key(kXmssTest, 10);
  XmssSigningKey key(kXmssTest, pair.secret_key);
  auto loaded = XmssSigningKey::load(kXmssTest, encode(pair.secret_key));
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->public_key(), encode(pair.public_key));
  EXPECT_EQ(*loaded->sign(8, seed_of(1)), *key.sign(8, seed_of(1)));
  loaded->refuse_below(20);
  EXPECT_EQ(loaded->sign(19, seed_of(1)).error(), SigningError::kSlotAlreadyUsed);
  EXPECT_TRUE(loaded->sign(20, seed_of(1)).has_value());
}

TEST(UsedSlots, forget_old_messages_only_towards_refusal) {
  UsedSlots used;
  for (std::uint64_t slot = 0; slot < 400; slot += 2) {
    ASSERT_TRUE(used.allows(slot, seed_of(slot)));
    used.note(slot, seed_of(slot));
    ASSERT_TRUE(used.allows(slot, seed_of(slot)));
    ASSERT_FALSE(used.allows(slot, seed_of(slot + 1)));
  }
  EXPECT_FALSE(used.allows(0, seed_of(0)));
  EXPECT_FALSE(used.allows(1, seed_of(1)));
  EXPECT_TRUE(used.allows(300, seed_of(300)));
  EXPECT_TRUE(used.allows(397, seed_of(7)));
  used.note(397, seed_of(7));
  EXPECT_FALSE(used.allows(397, seed_of(8)));
}

class XmssTamper : public testing::TestWithParam<XmssParameters> {};

TEST_P(XmssTamper, a_change_of_any_byte_is_noticed) {
  const XmssScheme scheme(GetParam());
  const auto good = tests::synthesize(GetParam(), GetParam().lifetime() - 3, 11);
  ASSERT_TRUE(scheme.verify(good.key, good.slot, good.message, good.signature));
  tests::Noise noise(12);
  const std::size_t stride = GetParam() == kXmssTest ? 1 : 13;
  for (std::size_t at = 0; at < good.signature.size(); at += stride) {
    auto bytes = good.signature;
    bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ (1U << noise.next() % 8));
    ASSERT_FALSE(scheme.verify(good.key, good.slot, good.message, bytes)) << "byte " << at;
  }
  for (std::size_t at = 0; at < good.key.data.size(); ++at) {
    auto key = good.key;
    key.data[at] = static_cast<std::uint8_t>(key.data[at] ^ (1U << noise.next() % 8));
    ASSERT_FALSE(scheme.verify(key, good.slot, good.message, good.signature)) << "key byte " << at;
  }
  for (std::size_t at = 0; at < good.message.data.size(); ++at) {
    auto message = good.message;
    message.data[at] = static_cast<std::uint8_t>(message.data[at] ^ (1U << noise.next() % 8));
    ASSERT_FALSE(scheme.verify(good.key, good.slot, message, good.signature)) << "message byte " << at;
  }
  EXPECT_FALSE(scheme.verify(good.key, good.slot ^ 1, good.message, good.signature));
  EXPECT_FALSE(scheme.verify(good.key, good.slot + GetParam().lifetime(), good.message, good.signature));
}

INSTANTIATE_TEST_SUITE_P(Parameters, XmssTamper, testing::Values(kXmssTest, kXmssProduction));

TEST(Xmss, arbitrary_bytes_are_refused_without_an_exception) {
  tests::Noise noise(13);
  for (const XmssParameters& parameters : {kXmssTest, kXmssProduction}) {
    const XmssScheme scheme(parameters);
    for (int i = 0; i < 400; ++i) {
      const auto key = noise.fixed<52>();
      const auto message = noise.fixed<32>();
      const bool right_size = i % 2 == 0;
      const auto bytes = noise.bytes(right_size ? parameters.signature_size() : noise.next() % 3000);
      ASSERT_FALSE(scheme.verify(key, noise.next() >> noise.next() % 64, message, bytes));
    }
  }
}

TEST(Xmss, lists_of_the_wrong_length_do_not_verify) {
  const auto good = tests::synthesize(kXmssTest, 5, 14);
  const XmssHash hash(kXmssTest);
  const auto key = *decode_xmss_public_key(good.key);
  const auto signature = *decode_xmss_signature(kXmssTest, good.signature);
  ASSERT_TRUE(xmss_verify(hash, key, good.slot, good.message, signature));
  auto more = signature;
  more.hashes.emplace_back();
  EXPECT_FALSE(xmss_verify(hash, key, good.slot, good.message, more));
  auto fewer = signature;
  fewer.path.siblings.pop_back();
  EXPECT_FALSE(xmss_verify(hash, key, good.slot, good.message, fewer));
}

}  // namespace
}  // namespace lockstep::crypto
