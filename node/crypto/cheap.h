// Signatures that are cheap to make and to check: stand-ins for XMSS where many nodes share one machine.
#pragma once

#include <cstdint>

#include "node/base/bytes.h"
#include "node/crypto/signatures.h"
#include "node/crypto/used_slots.h"

namespace lockstep::crypto {

/// Stands in for XMSS with the test parameters: its signatures have the same 424 bytes, the same offsets and
/// field elements below P, and its public keys decode as XMSS keys. Every bit of a signature depends on key,
/// slot and message, so that whatever is changed on the way is noticed.
///
/// It protects against accidents, not attackers: a signature is a function of the public key alone, so that
/// anybody can make one. Never use it on a real network.
class CheapScheme : public SignatureScheme {
 public:
  [[nodiscard]] std::size_t signature_size() const override;
  [[nodiscard]] bool is_well_formed(base::ByteView signature) const override;
  [[nodiscard]] bool verify(const PublicKey& key, std::uint64_t slot, const base::Bytes32& message,
                            base::ByteView signature) const override;
};

/// A key of CheapScheme. It can sign for every slot, each once.
class CheapSigningKey : public SigningKey {
 public:
  /// The key of `seed`. Different seeds give different public keys.
  explicit CheapSigningKey(const base::Bytes32& seed);

  /// Takes all slots below `slot` for used, as XmssSigningKey does.
  void refuse_below(std::uint64_t slot) { used_.refuse_below(slot); }

  [[nodiscard]] const PublicKey& public_key() const override { return public_key_; }
  [[nodiscard]] bool prepare(std::uint64_t slot) override;
  [[nodiscard]] base::Result<base::Bytes, SigningError> sign(std::uint64_t slot,
                                                             const base::Bytes32& message) override;

 private:
  PublicKey public_key_;
  UsedSlots used_;
};

}  // namespace lockstep::crypto
