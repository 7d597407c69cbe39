// Ethereum node records (EIP-778) with the keys of Lean consensus (leanSpec: networking/enr).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/crypto/secp256k1.h"

namespace lockstep::networking {

/// Why something is no node record.
enum class EnrError : std::uint8_t {
  kNoPrefix,       ///< The text does not begin with enr:.
  kBadBase64,      ///< What follows is not URL-safe Base64.
  kTooLong,        ///< More than 300 bytes.
  kBadRlp,         ///< No flat list in canonical RLP.
  kBadItemCount,   ///< Fewer than two items, or a key without a value.
  kBadSignature,   ///< The signature is not 64 bytes long.
  kBadSequence,    ///< The sequence number needs more than 64 bits.
  kBadKey,         ///< A key is not UTF-8.
  kUnorderedKeys,  ///< The keys do not ascend strictly.
};
[[nodiscard]] std::string_view to_string(EnrError error);

/// What the key `eth2` holds.
struct Eth2Data {
  base::Bytes4 fork_digest;
  base::Bytes4 next_fork_version;
  std::uint64_t next_fork_epoch = 0;
  friend bool operator==(const Eth2Data&, const Eth2Data&) = default;
};

/// One node record. A value; what it says of itself has been read, not believed: see signature_is_valid().
class Enr {
 public:
  /// A record of at most this many bytes is one UDP packet's worth.
  static constexpr std::size_t kBytesMax = 300;

  [[nodiscard]] static base::Result<Enr, EnrError> from_rlp(base::ByteView rlp);
  /// Reads `enr:` and URL-safe Base64 without padding.
  [[nodiscard]] static base::Result<Enr, EnrError> from_text(std::string_view text);

  [[nodiscard]] base::Bytes to_rlp() const;
  [[nodiscard]] std::string to_text() const;

  /// The value of a key, as it was in the record; valid while the record lives.
  [[nodiscard]] std::optional<base::ByteView> get(std::string_view key) const;

  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
  /// The value of `id`: v4 is the one scheme there is. Nothing when it is missing or empty.
  [[nodiscard]] std::optional<std::string> identity_scheme() const;
  [[nodiscard]] std::optional<crypto::Secp256k1Key> public_key() const;
  /// Keccak-256 of the key's point; nothing without a key, or when the key is no point.
  [[nodiscard]] std::optional<base::Bytes32> node_id() const;
  /// The libp2p id that belongs to the key.
  [[nodiscard]] std::optional<std::string> peer_id() const;
  [[nodiscard]] std::optional<std::array<std::uint8_t, 4>> ip4() const;
  [[nodiscard]] std::optional<std::uint16_t> udp_port() const { return port("udp"); }
  [[nodiscard]] std::optional<std::uint16_t> quic_port() const { return port("quic"); }
  /// Where to dial: `/ip4/<address>/udp/<QUIC port, else UDP port>/quic-v1`.
  [[nodiscard]] std::optional<std::string> multiaddr() const;
  [[nodiscard]] std::optional<Eth2Data> eth2_data() const;
  /// The numbers of the attestation subnets that it follows, ascending.
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> attestation_subnets() const;
  [[nodiscard]] bool is_aggregator() const;

  /// Whether the record was signed by the key that is in it.
  [[nodiscard]] bool signature_is_valid() const;
  /// Whether it is of the scheme v4 and has a key; says nothing about the signature.
  [[nodiscard]] bool is_valid() const;

 private:
  Enr() = default;
  [[nodiscard]] std::vector<base::ByteView> content_items() const;
  [[nodiscard]] std::optional<std::uint16_t> port(std::string_view key) const;

  crypto::Secp256k1Signature signature_;
  std::uint64_t sequence_ = 0;
  base::Bytes sequence_bytes_;  ///< Big-endian in the shortest form; empty for zero.
  std::vector<std::pair<std::string, base::Bytes>> pairs_;
};

}  // namespace lockstep::networking
