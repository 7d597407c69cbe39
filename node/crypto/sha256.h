// SHA-256: of byte strings, of Merkle nodes, and of input that arrives in parts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "node/base/bytes.h"

namespace lockstep::crypto {

/// SHA-256 of `bytes`.
[[nodiscard]] base::Bytes32 sha256(base::ByteView bytes);

/// SHA-256 of the 64 bytes `left` ‖ `right`: the parent of two Merkle nodes. Much faster than sha256 of a
/// joined buffer, because the padding block of a 64-byte input never changes.
[[nodiscard]] base::Bytes32 sha256_pair(const base::Bytes32& left, const base::Bytes32& right);

/// One layer of a Merkle tree: parents[i] = sha256_pair(nodes[2i], nodes[2i+1]).
/// Requires: nodes.size() == 2 * parents.size(). `parents` may begin where `nodes` begins (hashing in place).
void hash_pairs(std::span<const base::Bytes32> nodes, std::span<base::Bytes32> parents);

/// SHA-256 of input that arrives in parts; nothing is allocated. A value: a copy continues on its own.
class Sha256 {
 public:
  Sha256();

  /// Appends `bytes` to the input.
  Sha256& update(base::ByteView bytes);

  /// Appends `number` as eight little-endian bytes, the way SSZ writes it.
  Sha256& update_le(std::uint64_t number);

  /// The digest of all input so far. The hasher may be given more input afterwards.
  [[nodiscard]] base::Bytes32 digest() const;

 private:
  std::array<std::uint32_t, 8> chaining_;
  std::array<std::uint8_t, 64> block_;  ///< The bytes of a block that is not full yet.
  std::uint64_t length_ = 0;            ///< Input so far, in bytes.
};

}  // namespace lockstep::crypto
