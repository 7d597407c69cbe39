// A stand-in for the proof system that still notices every change to what was proven.
#pragma once

#include <cstdint>
#include <span>

#include "node/base/bytes.h"
#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"

namespace lockstep::crypto {

/// Proofs that bind keys, message and slot by a hash. A single-message proof is
///   sentinel (26 bytes) ‖ SHA-256(slot ‖ message ‖ number of keys ‖ keys in order),
/// a multi-message proof the sentinel and one such digest for each component in order, so that it can be
/// taken apart.
///
/// aggregate(), merge() and split() check all that they are given, as the real prover does: whoever only
/// calls this interface cannot make a proof of signatures that do not exist. A verifier refuses other keys,
/// another order of keys, another message or slot, and any changed, missing or added byte. It is no
/// cryptographic proof: whoever writes the bytes by hand can claim anything. The empty set of keys proves
/// nothing and is refused.
class BindingProver : public AggregateProver {
 public:
  /// Checks raw signatures by `scheme`, which must outlive the prover.
  explicit BindingProver(const SignatureScheme& scheme) : scheme_(scheme) {}

  [[nodiscard]] base::Result<base::Bytes, AggregationError> aggregate(
      std::span<const PublicKey> keys, std::span<const base::ByteView> signatures,
      std::span<const ProvenKeys> children, std::span<const PublicKey> union_keys,
      const base::Bytes32& message, std::uint64_t slot) const override;
  [[nodiscard]] bool verify(const Binding& binding, base::ByteView proof) const override;
  [[nodiscard]] base::Result<base::Bytes, AggregationError> merge(
      std::span<const Binding> bindings, std::span<const base::ByteView> proofs) const override;
  [[nodiscard]] base::Result<base::Bytes, AggregationError> split(std::span<const Binding> bindings,
                                                                  base::ByteView proof,
                                                                  std::size_t index) const override;
  [[nodiscard]] bool verify_multi(std::span<const Binding> bindings, base::ByteView proof) const override;

 private:
  const SignatureScheme& scheme_;
};

}  // namespace lockstep::crypto
