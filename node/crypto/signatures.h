// Signing and verifying single messages, whatever the scheme.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace lockstep::crypto {

/// The SSZ bytes of an XMSS public key; other schemes use the same 52 bytes.
using PublicKey = base::Bytes52;

/// Why a key would not sign.
enum class SigningError {
  kSlotOutsideLifetime,  ///< The key was not made for that slot.
  kSlotNotPrepared,      ///< The key must be advanced first, or the slot lies behind its window.
  kSlotAlreadyUsed,      ///< A one-time leaf would sign a second, different message.
  kNoEncodingFound,      ///< No randomness within the tries gave an encodable message.
};

/// One validator's secret for one of its duties. Each slot may sign one message only: the one-time leaf would
/// leak otherwise, so a second, different message for a slot is refused. Not thread-safe: one thread signs.
class SigningKey {
 public:
  virtual ~SigningKey() = default;
  [[nodiscard]] virtual const PublicKey& public_key() const = 0;

  /// Makes the key ready to sign for `slot`; false if it never can. Free when it is ready already; production
  /// XMSS computes for many seconds whenever the slot enters another bottom tree, and forgets the tree
  /// before.
  [[nodiscard]] virtual bool prepare(std::uint64_t slot) = 0;

  /// Signs a 32-byte message for `slot`; the result has the scheme's signature_size(). Signing the same
  /// message for the same slot again gives the same bytes.
  [[nodiscard]] virtual base::Result<base::Bytes, SigningError> sign(std::uint64_t slot,
                                                                     const base::Bytes32& message) = 0;
};

/// A signature scheme: how long its signatures are and how they are checked. Immutable and thread-safe.
class SignatureScheme {
 public:
  virtual ~SignatureScheme() = default;

  /// The length of every signature in bytes: 424 for the test parameters of XMSS, 2536 for production.
  [[nodiscard]] virtual std::size_t signature_size() const = 0;

  /// Whether `signature` is well-formed: the right length, offsets and field elements. Says nothing of who
  /// signed.
  [[nodiscard]] virtual bool is_well_formed(base::ByteView signature) const = 0;

  /// Whether the holder of `key` signed `message` for `slot`. False, never an exception, for any malformed
  /// input.
  [[nodiscard]] virtual bool verify(const PublicKey& key, std::uint64_t slot, const base::Bytes32& message,
                                    base::ByteView signature) const = 0;
};

}  // namespace lockstep::crypto
