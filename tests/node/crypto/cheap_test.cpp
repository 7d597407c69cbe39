// The cheap stand-in looks like XMSS and notices every change.
#include "node/crypto/cheap.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "node/crypto/xmss.h"
#include "noise.h"

namespace lockstep::crypto {
namespace {

base::Bytes32 bytes32_of(std::uint64_t seed) {
  return tests::Noise(seed).fixed<32>();
}

TEST(Cheap, what_is_signed_verifies_and_looks_like_xmss) {
  EXPECT_TRUE(rc::check("signature", [](std::uint64_t seed, std::uint64_t slot, std::uint64_t text) {
    const CheapScheme scheme;
    CheapSigningKey key(bytes32_of(seed));
    const auto signature = *key.sign(slot, bytes32_of(text));
    RC_ASSERT(signature.size() == scheme.signature_size());
    RC_ASSERT(scheme.verify(key.public_key(), slot, bytes32_of(text), signature));
    RC_ASSERT(scheme.is_well_formed(signature));
    RC_ASSERT(decode_xmss_signature(kXmssTest, signature).has_value());
    RC_ASSERT(decode_xmss_public_key(key.public_key()).has_value());
  }));
}

TEST(Cheap, a_signature_says_nothing_of_another_key_slot_or_message) {
  EXPECT_TRUE(rc::check(
      "binding", [](std::uint64_t seed, std::uint64_t slot, std::uint64_t text, std::uint64_t other) {
        const CheapScheme scheme;
        CheapSigningKey key(bytes32_of(seed));
        const CheapSigningKey stranger(bytes32_of(other));
        const auto signature = *key.sign(slot, bytes32_of(text));
        RC_PRE(other != seed && other != slot && other != text);
        RC_ASSERT_FALSE(scheme.verify(stranger.public_key(), slot, bytes32_of(text), signature));
        RC_ASSERT_FALSE(scheme.verify(key.public_key(), other, bytes32_of(text), signature));
        RC_ASSERT_FALSE(scheme.verify(key.public_key(), slot, bytes32_of(other), signature));
      }));
}

TEST(Cheap, a_change_of_any_bit_is_noticed) {
  const CheapScheme scheme;
  CheapSigningKey signer(bytes32_of(1));
  const auto key = signer.public_key();
  const auto message = bytes32_of(2);
  const auto signature = *signer.sign(3, message);
  const auto flipped = [](auto bytes, std::size_t bit) {
    auto& byte = *(std::begin(bytes) + static_cast<std::ptrdiff_t>(bit / 8));
    byte = static_cast<std::uint8_t>(byte ^ (1U << bit % 8));
    return bytes;
  };
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    ASSERT_FALSE(scheme.verify(key, 3, message, flipped(signature, bit))) << bit;
  }
  for (std::size_t bit = 0; bit < 8 * 52; ++bit) {
    ASSERT_FALSE(scheme.verify(PublicKey{flipped(key.data, bit)}, 3, message, signature)) << bit;
  }
  for (std::size_t bit = 0; bit < 8 * 32; ++bit) {
    ASSERT_FALSE(scheme.verify(key, 3, base::Bytes32{flipped(message.data, bit)}, signature)) << bit;
  }
  for (std::size_t bit = 0; bit < 64; ++bit) {
    ASSERT_FALSE(scheme.verify(key, 3 ^ (std::uint64_t{1} << bit), message, signature)) << bit;
  }
}

TEST(Cheap, arbitrary_bytes_are_refused_without_an_exception) {
  const CheapScheme scheme;
  const CheapSigningKey key(bytes32_of(1));
  tests::Noise noise(5);
  for (int i = 0; i < 2000; ++i) {
    const auto bytes = noise.bytes(i % 2 == 0 ? 424 : noise.next() % 1000);
    ASSERT_FALSE(scheme.verify(key.public_key(), noise.next(), noise.fixed<32>(), bytes));
    ASSERT_EQ(scheme.is_well_formed(bytes), decode_xmss_signature(kXmssTest, bytes).has_value());
  }
}

TEST(Cheap, keys_and_signatures_do_not_collide) {
  std::set<PublicKey> keys;
  std::set<base::Bytes> signatures;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    base::Bytes32 seed;
    base::store_le(i, seed.data.data());
    CheapSigningKey key(seed);
    keys.insert(key.public_key());
    signatures.insert(*key.sign(i % 3, seed));
    signatures.insert(*key.sign(i % 3 + 3, seed));
  }
  EXPECT_EQ(keys.size(), 2000U);
  EXPECT_EQ(signatures.size(), 4000U);
}

TEST(Cheap, refuses_a_second_message_for_a_slot_and_repeats_the_first) {
  CheapSigningKey key(bytes32_of(1));
  EXPECT_TRUE(key.prepare(~std::uint64_t{0}));
  const auto first = *key.sign(7, bytes32_of(1));
  EXPECT_EQ(key.sign(7, bytes32_of(2)).error(), SigningError::kSlotAlreadyUsed);
  EXPECT_EQ(*key.sign(7, bytes32_of(1)), first);
  EXPECT_TRUE(key.sign(6, bytes32_of(2)).has_value());
  key.refuse_below(100);
  EXPECT_EQ(key.sign(99, bytes32_of(2)).error(), SigningError::kSlotAlreadyUsed);
  EXPECT_TRUE(key.sign(100, bytes32_of(2)).has_value());
}

}  // namespace
}  // namespace lockstep::crypto
