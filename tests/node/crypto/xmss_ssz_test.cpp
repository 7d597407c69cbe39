// The SSZ form of XMSS types: what is written is read back, and nothing else is.
#include <gtest/gtest.h>

#include <tuple>

#include "node/crypto/xmss.h"
#include "noise.h"
#include "synthetic.h"

namespace lockstep::crypto {
namespace {

XmssSecretKey some_secret_key() {
  return xmss_key_gen(XmssHash(kXmssTest), 16, 60, bytes_from_seed(tests::Noise(1).fixed<32>()))->secret_key;
}

void put_word(base::Bytes& bytes, std::size_t at, std::uint32_t word) {
  base::store_le(word, bytes.data() + at);
}

TEST(XmssSsz, signatures_come_back_as_they_were) {
  for (const XmssParameters& parameters : {kXmssTest, kXmssProduction}) {
    const auto made = tests::synthesize(parameters, 77, 2);
    const auto signature = decode_xmss_signature(parameters, made.signature);
    ASSERT_TRUE(signature.has_value());
    EXPECT_EQ(signature->path.siblings.size(), parameters.log_lifetime);
    EXPECT_EQ(signature->hashes.size(), parameters.dimension);
    EXPECT_EQ(encode(*signature), made.signature);
  }
}

TEST(XmssSsz, signatures_have_one_length_and_one_layout) {
  const auto good = tests::synthesize(kXmssTest, 77, 2).signature;
  const auto refused = [](const base::Bytes& bytes) {
    return !decode_xmss_signature(kXmssTest, bytes) && !is_well_formed_xmss_signature(kXmssTest, bytes);
  };
  EXPECT_FALSE(refused(good));
  EXPECT_TRUE(refused({}));
  auto shorter = good;
  shorter.pop_back();
  EXPECT_TRUE(refused(shorter));
  auto longer = good;
  longer.push_back(0);
  EXPECT_TRUE(refused(longer));
  EXPECT_TRUE(refused(tests::synthesize(kXmssProduction, 77, 2).signature));
  // The two lists may not trade elements: 7 siblings and 5 hashes have the same total length.
  auto traded = good;
  put_word(traded, 32, 36 + 4 + 32 * 7);
  EXPECT_TRUE(refused(traded));
  for (const std::size_t offset : {std::size_t{0}, std::size_t{32}, std::size_t{36}}) {
    for (const std::uint32_t word : {0U, 3U, 5U, 35U, 37U, 40U, 424U, 0x7fffffffU, 0xffffffffU}) {
      auto bytes = good;
      if (base::load_le<std::uint32_t>(bytes.data() + offset) != word) {
        put_word(bytes, offset, word);
        EXPECT_TRUE(refused(bytes)) << "offset at " << offset << " says " << word;
      }
    }
  }
}

TEST(XmssSsz, field_elements_must_be_below_the_prime) {
  const auto good = tests::synthesize(kXmssTest, 77, 2);
  for (std::size_t at = 4; at < good.signature.size(); at += 4) {
    if (at == 32 || at == 36) {
      continue;
    }
    auto bytes = good.signature;
    put_word(bytes, at, kKoalaBearPrime - 1);
    EXPECT_TRUE(decode_xmss_signature(kXmssTest, bytes).has_value()) << at;
    put_word(bytes, at, kKoalaBearPrime);
    EXPECT_FALSE(decode_xmss_signature(kXmssTest, bytes).has_value()) << at;
    EXPECT_FALSE(is_well_formed_xmss_signature(kXmssTest, bytes)) << at;
  }
  for (std::size_t at = 0; at < 52; at += 4) {
    auto key = good.key;
    EXPECT_EQ(encode(*decode_xmss_public_key(key)), key);
    base::store_le(kKoalaBearPrime, key.data.data() + at);
    EXPECT_FALSE(decode_xmss_public_key(key).has_value()) << at;
  }
}

TEST(XmssSsz, openings_and_layers_come_back_as_they_were) {
  const XmssSecretKey key = some_secret_key();
  for (const HashTreeLayer& layer : key.top_tree.layers) {
    EXPECT_EQ(decode_hash_tree_layer(kXmssTest, encode(layer)), layer);
    const HashTreeOpening opening{layer.nodes};
    EXPECT_EQ(decode_hash_tree_opening(kXmssTest, encode(opening)), opening);
  }
  EXPECT_EQ(decode_hash_tree_opening(kXmssTest, encode(HashTreeOpening{})), HashTreeOpening{});
  EXPECT_EQ(base::to_hex(encode(HashTreeOpening{})), "0x04000000");
  EXPECT_EQ(base::to_hex(encode(HashTreeLayer{})), "0x00000000000000000c000000");
}

TEST(XmssSsz, lists_of_digests_keep_their_limit) {
  HashTreeOpening opening;
  opening.siblings.resize(32);
  EXPECT_TRUE(decode_hash_tree_opening(kXmssTest, encode(opening)).has_value());
  opening.siblings.resize(33);
  EXPECT_FALSE(decode_hash_tree_opening(kXmssTest, encode(opening)).has_value());
  EXPECT_TRUE(decode_hash_tree_opening(kXmssProduction, encode(opening)).has_value());
  auto bytes = encode(opening);
  bytes.pop_back();
  EXPECT_FALSE(decode_hash_tree_opening(kXmssProduction, bytes).has_value());
}

TEST(XmssSsz, secret_keys_come_back_as_they_were) {
  const XmssSecretKey key = some_secret_key();
  const auto bytes = encode(key);
  EXPECT_EQ(decode_xmss_secret_key(kXmssTest, bytes), key);
  EXPECT_TRUE(XmssSigningKey::load(kXmssTest, bytes).has_value());
  EXPECT_EQ(XmssSigningKey::load(kXmssTest, base::ByteView(bytes).first(300)).error(),
            XmssKeyError::kMalformed);
}

TEST(XmssSsz, keys_whose_parts_do_not_fit_are_not_loaded) {
  const XmssSecretKey good = some_secret_key();
  const auto refused = [](const XmssSecretKey& key) {
    const auto loaded = XmssSigningKey::load(kXmssTest, encode(key));
    return loaded.has_error() && loaded.error() == XmssKeyError::kInconsistent;
  };
  EXPECT_FALSE(refused(good));
  auto key = good;
  key.activation_slot += 1;
  EXPECT_TRUE(refused(key));
  key = good;
  key.num_active_slots += 1024;
  EXPECT_TRUE(refused(key));
  key = good;
  key.left_bottom_tree_index += 1;
  EXPECT_TRUE(refused(key));
  key = good;
  key.left_bottom_tree_index = ~std::uint64_t{0};
  EXPECT_TRUE(refused(key));
  key = good;
  std::swap(key.left_bottom_tree, key.right_bottom_tree);
  EXPECT_TRUE(refused(key));
  key = good;
  key.left_bottom_tree.layers[2].nodes.pop_back();
  EXPECT_TRUE(refused(key));
  key = good;
  key.top_tree.layers.pop_back();
  EXPECT_TRUE(refused(key));
  key = good;
  key.top_tree.layers.back().nodes.clear();
  EXPECT_TRUE(refused(key));
  key = good;
  key.top_tree.layers.front().start_index = ~std::uint64_t{0} - 1;
  EXPECT_TRUE(refused(key));
}

/// Changes a few bytes, mostly among the offsets, and now and then the length.
base::Bytes mutate(base::Bytes bytes, tests::Noise& noise) {
  for (std::uint64_t changes = 1 + noise.next() % 3; changes > 0; --changes) {
    const std::size_t range = noise.next() % 2 == 0 ? std::min<std::size_t>(160, bytes.size()) : bytes.size();
    bytes[noise.next() % range] = static_cast<std::uint8_t>(noise.next() % 4 == 0 ? 255 : noise.next());
  }
  if (noise.next() % 4 == 0) {
    bytes.resize(noise.next() % (bytes.size() + 40));
  }
  return bytes;
}

TEST(XmssSsz, decoders_survive_whatever_they_are_given_and_accept_one_form_only) {
  tests::Noise noise(3);
  const auto secret = encode(some_secret_key());
  const auto signature = tests::synthesize(kXmssTest, 9, 4).signature;
  for (int i = 0; i < 4000; ++i) {
    const auto bytes = mutate(i % 2 == 0 ? secret : signature, noise);
    if (const auto key = decode_xmss_secret_key(kXmssTest, bytes)) {
      ASSERT_EQ(encode(*key), bytes);
      auto loaded = XmssSigningKey::load(kXmssTest, bytes);
      if (loaded) {
        std::ignore = loaded->sign(noise.next() % 64, noise.fixed<32>());
      }
    }
    if (const auto decoded = decode_xmss_signature(kXmssTest, bytes)) {
      ASSERT_EQ(encode(*decoded), bytes);
    }
    ASSERT_EQ(decode_xmss_signature(kXmssTest, bytes).has_value(),
              is_well_formed_xmss_signature(kXmssTest, bytes));
    std::ignore = decode_hash_sub_tree(kXmssTest, noise.bytes(noise.next() % 200));
    std::ignore = decode_hash_tree_layer(kXmssTest, noise.bytes(noise.next() % 100));
    std::ignore = decode_hash_tree_opening(kXmssTest, noise.bytes(noise.next() % 100));
    std::ignore = decode_xmss_secret_key(kXmssTest, noise.bytes(noise.next() % 200));
  }
}

}  // namespace
}  // namespace lockstep::crypto
