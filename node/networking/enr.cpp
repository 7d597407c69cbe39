// Reading, writing and checking node records.
#include "node/networking/enr.h"

#include <algorithm>

#include "node/crypto/keccak.h"
#include "node/networking/peer_id.h"
#include "node/networking/rlp.h"
#include "node/networking/text_codec.h"

namespace lockstep::networking {
namespace {

constexpr std::string_view kPrefix = "enr:";

base::ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string as_text(base::ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

/// The bytes without their leading zeros.
base::ByteView shortest(base::ByteView big_endian) {
  const auto first = std::find_if(big_endian.begin(), big_endian.end(), [](auto byte) { return byte != 0; });
  return {first, big_endian.end()};
}

/// Requires: at most eight bytes.
std::uint64_t number_of(base::ByteView big_endian) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : big_endian) {
    number = number << 8 | byte;
  }
  return number;
}

}  // namespace

std::string_view to_string(EnrError error) {
  switch (error) {
    case EnrError::kNoPrefix:
      return "the text does not begin with enr:";
    case EnrError::kBadBase64:
      return "not URL-safe Base64";
    case EnrError::kTooLong:
      return "longer than 300 bytes";
    case EnrError::kBadRlp:
      return "no flat list in canonical RLP";
    case EnrError::kBadItemCount:
      return "not a signature, a number and pairs";
    case EnrError::kBadSignature:
      return "the signature is not 64 bytes long";
    case EnrError::kBadSequence:
      return "the sequence number is too large";
    case EnrError::kBadKey:
      return "a key is not UTF-8";
    case EnrError::kUnorderedKeys:
      return "the keys do not ascend";
  }
  return "";
}

base::Result<Enr, EnrError> Enr::from_rlp(base::ByteView rlp) {
  if (rlp.size() > kBytesMax) {
    return EnrError::kTooLong;
  }
  const std::optional<std::vector<base::ByteView>> items = decode_rlp_list(rlp);
  if (!items) {
    return EnrError::kBadRlp;
  }
  if (items->size() < 2 || items->size() % 2 != 0) {
    return EnrError::kBadItemCount;
  }
  const auto signature = crypto::Secp256k1Signature::from((*items)[0]);
  if (!signature) {
    return EnrError::kBadSignature;
  }
  const base::ByteView sequence = shortest((*items)[1]);
  if (sequence.size() > 8) {
    return EnrError::kBadSequence;
  }
  Enr enr;
  enr.signature_ = *signature;
  enr.sequence_ = number_of(sequence);
  enr.sequence_bytes_.assign(sequence.begin(), sequence.end());
  for (std::size_t i = 2; i < items->size(); i += 2) {
    if (!is_utf8((*items)[i])) {
      return EnrError::kBadKey;
    }
    std::string key = as_text((*items)[i]);
    if (!enr.pairs_.empty() && key <= enr.pairs_.back().first) {
      return EnrError::kUnorderedKeys;
    }
    const base::ByteView value = (*items)[i + 1];
    enr.pairs_.emplace_back(std::move(key), base::Bytes(value.begin(), value.end()));
  }
  return enr;
}

base::Result<Enr, EnrError> Enr::from_text(std::string_view text) {
  if (!text.starts_with(kPrefix)) {
    return EnrError::kNoPrefix;
  }
  const std::optional<base::Bytes> rlp = from_base64url(text.substr(kPrefix.size()));
  if (!rlp) {
    return EnrError::kBadBase64;
  }
  return from_rlp(*rlp);
}

std::vector<base::ByteView> Enr::content_items() const {
  std::vector<base::ByteView> items{sequence_bytes_};
  for (const auto& [key, value] : pairs_) {
    items.push_back(as_bytes(key));
    items.emplace_back(value);
  }
  return items;
}

base::Bytes Enr::to_rlp() const {
  std::vector<base::ByteView> items = content_items();
  items.insert(items.begin(), signature_.view());
  return encode_rlp_list(items);
}

std::string Enr::to_text() const {
  return std::string(kPrefix) + to_base64url(to_rlp());
}

std::optional<base::ByteView> Enr::get(std::string_view key) const {
  const auto found =
      std::find_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) { return pair.first == key; });
  return found == pairs_.end() ? std::nullopt : std::optional<base::ByteView>(found->second);
}

std::optional<std::string> Enr::identity_scheme() const {
  const std::optional<base::ByteView> value = get("id");
  return value && !value->empty() ? std::optional(as_text(*value)) : std::nullopt;
}

std::optional<crypto::Secp256k1Key> Enr::public_key() const {
  const std::optional<base::ByteView> value = get("secp256k1");
  return value ? crypto::Secp256k1Key::from(*value) : std::nullopt;
}

std::optional<base::Bytes32> Enr::node_id() const {
  const std::optional<crypto::Secp256k1Key> key = public_key();
  const auto point = key ? crypto::secp256k1_point(*key) : std::nullopt;
  return point ? std::optional(crypto::keccak256(point->view())) : std::nullopt;
}

std::optional<std::string> Enr::peer_id() const {
  const std::optional<crypto::Secp256k1Key> key = public_key();
  return key ? std::optional(peer_id_of(KeyType::kSecp256k1, key->view())) : std::nullopt;
}

std::optional<std::array<std::uint8_t, 4>> Enr::ip4() const {
  const std::optional<base::ByteView> value = get("ip");
  if (!value || value->size() != 4) {
    return std::nullopt;
  }
  std::array<std::uint8_t, 4> address{};
  std::copy(value->begin(), value->end(), address.begin());
  return address;
}

std::optional<std::uint16_t> Enr::port(std::string_view key) const {
  const std::optional<base::ByteView> value = get(key);
  if (!value || value->empty() || shortest(*value).size() > 2) {
    return std::nullopt;
  }
  return static_cast<std::uint16_t>(number_of(shortest(*value)));
}

std::optional<std::string> Enr::multiaddr() const {
  const auto address = ip4();
  const std::uint16_t quic = quic_port().value_or(0);
  const std::uint16_t dialled = quic != 0 ? quic : udp_port().value_or(0);
  if (!address || dialled == 0) {
    return std::nullopt;
  }
  std::string text = "/ip4/";
  for (std::size_t i = 0; i < address->size(); ++i) {
    text += (i == 0 ? "" : ".") + std::to_string((*address)[i]);
  }
  return text + "/udp/" + std::to_string(dialled) + "/quic-v1";
}

std::optional<Eth2Data> Enr::eth2_data() const {
  const std::optional<base::ByteView> value = get("eth2");
  if (!value || value->size() < 16) {
    return std::nullopt;
  }
  return Eth2Data{.fork_digest = *base::Bytes4::from(value->first(4)),
                  .next_fork_version = *base::Bytes4::from(value->subspan(4, 4)),
                  .next_fork_epoch = base::load_le<std::uint64_t>(value->data() + 8)};
}

std::optional<std::vector<std::uint64_t>> Enr::attestation_subnets() const {
  const std::optional<base::ByteView> value = get("attnets");
  if (!value || value->size() != 8) {
    return std::nullopt;
  }
  const auto bits = base::load_le<std::uint64_t>(value->data());
  std::vector<std::uint64_t> subnets;
  for (std::uint64_t subnet = 0; subnet < 64; ++subnet) {
    if ((bits >> subnet & 1) != 0) {
      subnets.push_back(subnet);
    }
  }
  return subnets;
}

bool Enr::is_aggregator() const {
  const std::optional<base::ByteView> value = get("is_aggregator");
  return value && value->size() == 1 && (*value)[0] == 1;
}

bool Enr::signature_is_valid() const {
  const std::optional<crypto::Secp256k1Key> key = public_key();
  return key &&
         crypto::secp256k1_verify(*key, crypto::keccak256(encode_rlp_list(content_items())), signature_);
}

bool Enr::is_valid() const {
  return identity_scheme() == "v4" && public_key().has_value();
}

}  // namespace lockstep::networking
