// SHA-256 against the published examples, and its fast paths against its general one.
#include "node/crypto/sha256.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace lockstep::crypto {
namespace {

base::ByteView view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

base::Bytes counting(std::size_t size) {
  base::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<std::uint8_t>(i * 7 + 3);
  }
  return bytes;
}

// FIPS 180-2 appendix B, and the empty string.
TEST(Sha256, gives_the_published_digests) {
  EXPECT_EQ(base::to_hex(sha256({}).view()),
            "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(base::to_hex(sha256(view("abc")).view()),
            "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(base::to_hex(sha256(view("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).view()),
            "0x248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(base::to_hex(sha256(base::Bytes(1'000'000, 'a')).view()),
            "0xcdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, hashes_a_pair_like_the_joined_bytes) {
  const base::Bytes joined = counting(64);
  const auto left = *base::Bytes32::from(base::ByteView(joined).first(32));
  const auto right = *base::Bytes32::from(base::ByteView(joined).last(32));
  EXPECT_EQ(sha256_pair(left, right), sha256(joined));
  EXPECT_NE(sha256_pair(right, left), sha256(joined));
}

TEST(Sha256, does_not_care_how_the_input_is_cut) {
  for (std::size_t size = 0; size <= 200; ++size) {
    const base::Bytes bytes = counting(size);
    const base::Bytes32 whole = sha256(bytes);
    for (std::size_t cut = 0; cut <= size; ++cut) {
      Sha256 hasher;
      hasher.update(base::ByteView(bytes).first(cut)).update(base::ByteView(bytes).subspan(cut));
      ASSERT_EQ(hasher.digest(), whole) << size << " bytes cut at " << cut;
    }
  }
}

TEST(Sha256, goes_on_after_a_digest_was_taken) {
  Sha256 hasher;
  hasher.update(view("ab"));
  EXPECT_EQ(hasher.digest(), sha256(view("ab")));
  hasher.update(view("c"));
  EXPECT_EQ(hasher.digest(), sha256(view("abc")));
}

TEST(Sha256, writes_numbers_in_little_endian) {
  const base::Bytes bytes = {0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01};
  EXPECT_EQ(Sha256().update_le(0x0102030405060708).digest(), sha256(bytes));
}

TEST(Sha256, hashes_a_layer_in_place) {
  std::vector<base::Bytes32> nodes(8);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i] = sha256(counting(i));
  }
  std::vector<base::Bytes32> expected;
  for (std::size_t i = 0; i < nodes.size(); i += 2) {
    expected.push_back(sha256_pair(nodes[i], nodes[i + 1]));
  }
  hash_pairs(nodes, std::span(nodes).first(4));
  nodes.resize(4);
  EXPECT_EQ(nodes, expected);
}

}  // namespace
}  // namespace lockstep::crypto
