// Keccak-256: the hash of Ethereum's node records, SHA-3's with the padding of its first submission.
#pragma once

#include "node/base/bytes.h"

namespace lockstep::crypto {

/// Keccak-256 of `bytes`. Not SHA3-256, which pads in another way.
[[nodiscard]] base::Bytes32 keccak256(base::ByteView bytes);

}  // namespace lockstep::crypto
