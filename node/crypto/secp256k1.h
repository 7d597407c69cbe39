// The curve of Ethereum's node identities: public keys and the verification of signatures.
#pragma once

#include <optional>

#include "node/base/bytes.h"

namespace lockstep::crypto {

using Secp256k1Key = base::FixedBytes<33>;        ///< Compressed: 02 or 03, then x.
using Secp256k1Point = base::FixedBytes<64>;      ///< x ‖ y.
using Secp256k1Signature = base::FixedBytes<64>;  ///< r ‖ s, without recovery id.

/// The point that a compressed key stands for; nothing when there is none on the curve.
[[nodiscard]] std::optional<Secp256k1Point> secp256k1_point(const Secp256k1Key& key);

/// Whether `signature` is the key's over `digest`. A high s counts as valid, as it does for leanSpec. False
/// for a key or numbers that are not of the curve.
[[nodiscard]] bool secp256k1_verify(const Secp256k1Key& key, const base::Bytes32& digest,
                                    const Secp256k1Signature& signature);

}  // namespace lockstep::crypto
