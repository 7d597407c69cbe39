// Protobuf and multihash around a public key.
#include "node/networking/peer_id.h"

#include "node/crypto/sha256.h"
#include "node/networking/text_codec.h"
#include "node/networking/varint.h"

namespace lockstep::networking {
namespace {

/// Field 1 is a varint, field 2 a run of bytes.
constexpr std::uint8_t kTypeTag = 0x08;
constexpr std::uint8_t kDataTag = 0x12;
constexpr std::uint8_t kIdentity = 0x00;
constexpr std::uint8_t kSha256 = 0x12;
/// Encoded keys up to this long stand for themselves.
constexpr std::size_t kIdentityBytesMax = 42;

}  // namespace

base::Bytes encode_public_key(KeyType type, base::ByteView key) {
  base::Bytes out{kTypeTag, static_cast<std::uint8_t>(type), kDataTag};
  append_varint(out, key.size());
  out.insert(out.end(), key.begin(), key.end());
  return out;
}

base::Bytes peer_multihash(base::ByteView encoded_key) {
  const bool hashed = encoded_key.size() > kIdentityBytesMax;
  const base::Bytes32 digest = hashed ? crypto::sha256(encoded_key) : base::Bytes32{};
  const base::ByteView content = hashed ? digest.view() : encoded_key;
  base::Bytes out{hashed ? kSha256 : kIdentity, static_cast<std::uint8_t>(content.size())};
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

std::string peer_id_of(KeyType type, base::ByteView key) {
  return to_base58(peer_multihash(encode_public_key(type, key)));
}

}  // namespace lockstep::networking
