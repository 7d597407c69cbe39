// Who a libp2p peer is: an id derived from its public key (leanSpec: networking/transport/peer_id.py).
#pragma once

#include <string>

#include "node/base/bytes.h"

namespace lockstep::networking {

/// The kinds of keys of libp2p, by their numbers on the wire.
enum class KeyType : std::uint8_t { kRsa = 0, kEd25519 = 1, kSecp256k1 = 2, kEcdsa = 3 };

/// The key as libp2p's protobuf PublicKey, which is what ids are made of.
[[nodiscard]] base::Bytes encode_public_key(KeyType type, base::ByteView key);

/// The multihash of an encoded public key: itself up to 42 bytes, its SHA-256 beyond.
[[nodiscard]] base::Bytes peer_multihash(base::ByteView encoded_key);

/// The id as people see it: the multihash in Base58.
[[nodiscard]] std::string peer_id_of(KeyType type, base::ByteView key);

}  // namespace lockstep::networking
