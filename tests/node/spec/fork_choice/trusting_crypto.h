// Signatures and proofs that cost nothing, for tests that are not about them.
#pragma once

#include <algorithm>

#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"

namespace lockstep::spec::testing {

/// What both fakes below take for forged: anything that begins with this byte.
inline constexpr std::uint8_t kForged = 0xff;

/// Believes every signature that is not marked as forged.
class TrustingScheme final : public crypto::SignatureScheme {
 public:
  [[nodiscard]] std::size_t signature_size() const override { return 8; }
  [[nodiscard]] bool is_well_formed(base::ByteView signature) const override { return signature.size() == 8; }
  [[nodiscard]] bool verify(const crypto::PublicKey&, std::uint64_t, const base::Bytes32&,
                            base::ByteView signature) const override {
    return !signature.empty() && signature[0] != kForged;
  }
};

/// Believes every proof that is not marked as forged. Its proofs are eight bytes that depend on what went
/// into them, so that different proofs of one vote differ. Refuses to do anything while `broken`.
class TrustingProver final : public crypto::AggregateProver {
 public:
  bool broken = false;

  [[nodiscard]] base::Result<base::Bytes, crypto::AggregationError> aggregate(
      std::span<const crypto::PublicKey> keys, std::span<const base::ByteView> signatures,
      std::span<const crypto::ProvenKeys> children, std::span<const crypto::PublicKey> union_keys,
      const base::Bytes32& message, std::uint64_t slot) const override {
    if (broken || keys.size() != signatures.size()) return crypto::AggregationError::kInvalidInput;
    if (keys.empty() && children.size() < 2) return crypto::AggregationError::kNothingToAggregate;
    std::uint64_t digest = slot + message.data[0];
    const auto mix = [&](base::ByteView bytes) {
      for (const std::uint8_t byte : bytes) digest = digest * 1099511628211ULL + byte;
    };
    for (const crypto::PublicKey& key : union_keys) mix(key.view());
    for (const crypto::ProvenKeys& child : children) mix(child.proof);
    return bytes_of(digest);
  }
  [[nodiscard]] bool verify(const crypto::Binding&, base::ByteView proof) const override {
    return !proof.empty() && proof[0] != kForged;
  }
  [[nodiscard]] base::Result<base::Bytes, crypto::AggregationError> merge(
      std::span<const crypto::Binding> bindings, std::span<const base::ByteView>) const override {
    return bytes_of(bindings.size());
  }
  [[nodiscard]] base::Result<base::Bytes, crypto::AggregationError> split(
      std::span<const crypto::Binding> bindings, base::ByteView proof, std::size_t index) const override {
    if (broken || index >= bindings.size()) return crypto::AggregationError::kUnknownComponent;
    std::uint64_t digest = index;
    for (const std::uint8_t byte : proof) digest = digest * 1099511628211ULL + byte;
    return bytes_of(digest);
  }
  [[nodiscard]] bool verify_multi(std::span<const crypto::Binding>, base::ByteView proof) const override {
    return !proof.empty() && proof[0] != kForged;
  }

 private:
  static base::Bytes bytes_of(std::uint64_t digest) {
    base::Bytes out(9, 0);
    base::store_le(digest, out.data() + 1);
    return out;
  }
};

}  // namespace lockstep::spec::testing
