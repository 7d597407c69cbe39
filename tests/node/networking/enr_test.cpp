// Node records, peer ids and the text forms beneath them: what is written is read, and nothing else is.
#include "node/networking/enr.h"

#include <gtest/gtest.h>

#include "node/crypto/keccak.h"
#include "node/networking/peer_id.h"
#include "node/networking/rlp.h"
#include "node/networking/text_codec.h"

namespace lockstep::networking {
namespace {

/// The record that EIP-778 gives as its example.
constexpr std::string_view kExample =
    "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlkgnY0"
    "gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";

base::ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

base::Bytes record(const std::vector<std::string_view>& items) {
  std::vector<base::ByteView> views;
  for (const std::string_view item : items) {
    views.push_back(bytes_of(item));
  }
  return encode_rlp_list(views);
}

const std::string kSignature(64, 's');

TEST(Keccak, hashes_the_empty_string_and_whole_blocks) {
  EXPECT_EQ(base::to_hex(crypto::keccak256({}).view()),
            "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
  const base::Bytes block(136, 0);
  EXPECT_EQ(base::to_hex(crypto::keccak256(block).view()),
            "0x3a5912a7c5faa06ee4fe906253e339467a9ce87d533c65be3c15cb231cdb25f9");
}

TEST(NodeRecord, the_example_of_eip_778_is_read_and_its_signature_holds) {
  const auto enr = Enr::from_text(kExample);
  ASSERT_TRUE(enr);
  EXPECT_EQ(enr->sequence(), 1U);
  EXPECT_EQ(enr->multiaddr(), "/ip4/127.0.0.1/udp/30303/quic-v1");
  EXPECT_EQ(base::to_hex(enr->node_id()->view()),
            "0xa448f24c6d18e575453db13171562b71999873db5b286df957af199ec94617f7");
  EXPECT_TRUE(enr->signature_is_valid());
  EXPECT_TRUE(enr->is_valid());
  EXPECT_EQ(enr->to_text(), kExample);
  EXPECT_TRUE(enr->peer_id()->starts_with("16Uiu2"));
}

TEST(NodeRecord, any_changed_byte_of_the_content_breaks_the_signature_or_the_record) {
  const base::Bytes rlp = Enr::from_text(kExample)->to_rlp();
  for (std::size_t i = 0; i < rlp.size(); ++i) {
    base::Bytes changed = rlp;
    changed[i] ^= 1;
    const auto enr = Enr::from_rlp(changed);
    EXPECT_FALSE(enr && enr->signature_is_valid()) << i;
  }
}

TEST(NodeRecord, is_refused_by_name) {
  EXPECT_EQ(Enr::from_text("-IS4QH").error(), EnrError::kNoPrefix);
  EXPECT_EQ(Enr::from_text("enr:a").error(), EnrError::kBadBase64);
  EXPECT_EQ(Enr::from_text("enr:+/==").error(), EnrError::kBadBase64);
  EXPECT_EQ(Enr::from_rlp(base::Bytes(301, 0xff)).error(), EnrError::kTooLong);
  EXPECT_EQ(Enr::from_rlp(base::Bytes{0x00}).error(), EnrError::kBadRlp);
  EXPECT_EQ(Enr::from_rlp({}).error(), EnrError::kBadRlp);
  EXPECT_EQ(Enr::from_rlp(record({kSignature})).error(), EnrError::kBadItemCount);
  EXPECT_EQ(Enr::from_rlp(record({kSignature, "1", "id"})).error(), EnrError::kBadItemCount);
  EXPECT_EQ(Enr::from_rlp(record({"short", "1"})).error(), EnrError::kBadSignature);
  EXPECT_EQ(Enr::from_rlp(record({kSignature, "123456789"})).error(), EnrError::kBadSequence);
  EXPECT_EQ(Enr::from_rlp(record({kSignature, "1", "\xff", "v"})).error(), EnrError::kBadKey);
  EXPECT_EQ(Enr::from_rlp(record({kSignature, "1", "ip", "a", "id", "b"})).error(), EnrError::kUnorderedKeys);
  EXPECT_EQ(Enr::from_rlp(record({kSignature, "1", "id", "a", "id", "b"})).error(), EnrError::kUnorderedKeys);
}

TEST(NodeRecord, without_keys_says_nothing_and_is_not_valid) {
  const auto enr = Enr::from_rlp(record({kSignature, ""}));
  ASSERT_TRUE(enr);
  EXPECT_EQ(enr->sequence(), 0U);
  EXPECT_FALSE(enr->public_key() || enr->node_id() || enr->peer_id() || enr->ip4() || enr->multiaddr());
  EXPECT_FALSE(enr->signature_is_valid());
  EXPECT_FALSE(enr->is_valid());
}

TEST(NodeRecord, a_key_that_is_no_point_has_no_node_id) {
  const std::string key = "\x02" + std::string(32, '\xff');
  const auto enr = Enr::from_rlp(record({kSignature, "1", "id", "v4", "secp256k1", key}));
  ASSERT_TRUE(enr);
  EXPECT_TRUE(enr->is_valid());
  EXPECT_FALSE(enr->node_id());
  EXPECT_FALSE(enr->signature_is_valid());
}

TEST(Rlp, lengths_must_be_in_their_shortest_form) {
  const base::Bytes long_for_short{0xc3, 0xb8, 0x01, 0x61};
  EXPECT_FALSE(decode_rlp_list(long_for_short));
  base::Bytes leading_zero{0xf8, 0x3b, 0xb9, 0x00, 0x38};
  leading_zero.resize(2 + 0x3b);
  EXPECT_FALSE(decode_rlp_list(leading_zero));
  EXPECT_FALSE(decode_rlp_list(base::Bytes{0xc1, 0xc0}));
  EXPECT_FALSE(decode_rlp_list(base::Bytes{0xc1, 0x01, 0x01}));
  EXPECT_FALSE(decode_rlp_list(base::Bytes{0xc2, 0x82, 0x01}));
  EXPECT_FALSE(decode_rlp_list(base::Bytes{0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
  EXPECT_TRUE(decode_rlp_list(base::Bytes{0xc0}));
}

TEST(Rlp, reads_what_it_wrote) {
  for (const std::size_t size : {0UL, 1UL, 55UL, 56UL, 255UL, 256UL, 70000UL}) {
    const base::Bytes item(size, 0x80);
    const base::Bytes encoded = encode_rlp_list({item, item});
    const auto items = decode_rlp_list(encoded);
    ASSERT_TRUE(items) << size;
    ASSERT_EQ(items->size(), 2U);
    EXPECT_EQ(base::Bytes((*items)[1].begin(), (*items)[1].end()), item);
  }
}

TEST(TextCodec, base58_and_base64_come_back) {
  base::Bytes bytes{0, 0};
  for (int size = 0; size < 70; ++size) {
    EXPECT_EQ(from_base58(to_base58(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    bytes.push_back(static_cast<std::uint8_t>(37 * size + 1));
  }
  EXPECT_EQ(to_base58(base::Bytes{0, 0}), "11");
  EXPECT_FALSE(from_base58("0OIl"));
  EXPECT_FALSE(from_base58(std::string(kBase58CharactersMax + 1, '2')));
}

TEST(TextCodec, utf8_is_what_unicode_says) {
  for (const std::string_view good : {"", "plain", "gr\xc3\xbc\xc3\x9f", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                      "eight by\xc3\xa9", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(bytes_of(good))) << good;
  }
  for (const std::string_view bad : {"\x80", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                                     "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "12345678\xff"}) {
    EXPECT_FALSE(is_utf8(bytes_of(bad)));
  }
}

}  // namespace
}  // namespace lockstep::networking
