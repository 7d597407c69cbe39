// XMSS: the generalised many-time signatures of leanSpec, from one-time keys of which each slot has its own.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/crypto/prf.h"
#include "node/crypto/signatures.h"
#include "node/crypto/used_slots.h"
#include "node/crypto/xmss_hash.h"
#include "node/crypto/xmss_types.h"

namespace lockstep::crypto {

struct XmssKeyPair {
  XmssPublicKey public_key;
  XmssSecretKey secret_key;
};

/// Why a key could not be made or loaded.
enum class XmssKeyError {
  kOutsideLifetime,  ///< The slots asked for reach beyond the lifetime.
  kMalformed,        ///< The bytes are not the SSZ form of a secret key.
  kInconsistent,     ///< The parts of the key do not belong together.
};

/// Makes a key for at least the slots [activation_slot, activation_slot + num_active_slots), rounded out to
/// whole bottom trees and to two of them. All randomness comes out of `source`: the same bytes give the same
/// key. Takes half a millisecond for two bottom trees of the test parameters, half a minute for two of
/// production's.
base::Result<XmssKeyPair, XmssKeyError> xmss_key_gen(const XmssHash& hash, std::uint64_t activation_slot,
                                                     std::uint64_t num_active_slots,
                                                     const ByteSource& source);

/// Signs. Deterministic. Does not remember what it signed: two messages for one slot reveal the slot's
/// one-time key, and XmssSigningKey is there to refuse that. Requires: is_consistent(hash.parameters(), key).
base::Result<XmssSignature, SigningError> xmss_sign(const XmssHash& hash, const XmssSecretKey& key,
                                                    std::uint64_t slot, const base::Bytes32& message);

/// Whether the signature holds. False, never an exception, whatever the input.
bool xmss_verify(const XmssHash& hash, const XmssPublicKey& key, std::uint64_t slot,
                 const base::Bytes32& message, const XmssSignature& signature);

/// Moves the window of prepared slots on by one bottom tree, which is built. False at the end of the key's
/// life.
bool xmss_advance_preparation(const XmssHash& hash, XmssSecretKey& key);

/// Whether the key's trees have the right shape and cover the slots that it says it can sign.
bool is_consistent(const XmssParameters& parameters, const XmssSecretKey& key);

/// XMSS as the node sees it.
class XmssScheme : public SignatureScheme {
 public:
  explicit XmssScheme(const XmssParameters& parameters);

  [[nodiscard]] const XmssHash& hash() const { return hash_; }
  [[nodiscard]] std::size_t signature_size() const override;
  [[nodiscard]] bool is_well_formed(base::ByteView signature) const override;
  [[nodiscard]] bool verify(const PublicKey& key, std::uint64_t slot, const base::Bytes32& message,
                            base::ByteView signature) const override;

 private:
  XmssHash hash_;
};

/// A secret key that signs each slot once.
class XmssSigningKey : public SigningKey {
 public:
  /// Requires: is_consistent(parameters, key).
  XmssSigningKey(const XmssParameters& parameters, XmssSecretKey key);

  /// Reads the SSZ form of a secret key.
  static base::Result<XmssSigningKey, XmssKeyError> load(const XmssParameters& parameters,
                                                         base::ByteView bytes);

  /// Takes all slots below `slot` for used. A key that was loaded again knows nothing of what it signed
  /// before: call this with the slot after the last one that it may have signed.
  void refuse_below(std::uint64_t slot) { used_.refuse_below(slot); }

  [[nodiscard]] const XmssSecretKey& secret_key() const { return key_; }
  [[nodiscard]] const PublicKey& public_key() const override { return public_key_; }
  [[nodiscard]] bool prepare(std::uint64_t slot) override;
  [[nodiscard]] base::Result<base::Bytes, SigningError> sign(std::uint64_t slot,
                                                             const base::Bytes32& message) override;

 private:
  XmssHash hash_;
  XmssSecretKey key_;
  PublicKey public_key_;
  UsedSlots used_;
};

}  // namespace lockstep::crypto
