// The prover that believes the sentinel.
#include "node/crypto/sentinel_prover.h"

#include "node/crypto/mocked_proof.h"
#include "node/crypto/sha256.h"

namespace lockstep::crypto {

namespace {

// What the digest is of, so that the three operations never give the same bytes.
constexpr std::uint64_t kAggregate = 1;
constexpr std::uint64_t kMerge = 2;
constexpr std::uint64_t kSplit = 3;

void absorb(Sha256& hasher, base::ByteView bytes) {
  hasher.update_le(bytes.size()).update(bytes);
}

void absorb(Sha256& hasher, const Binding& binding) {
  hasher.update_le(binding.slot).update(binding.message.view()).update_le(binding.keys.size());
  for (const PublicKey& key : binding.keys) {
    hasher.update(key.view());
  }
}

base::Bytes proof_of(const Sha256& hasher) {
  base::Bytes proof = sentinel_bytes();
  const base::Bytes32 digest = hasher.digest();
  proof.insert(proof.end(), digest.data.begin(), digest.data.end());
  return proof;
}

}  // namespace

base::Result<base::Bytes, AggregationError> SentinelProver::aggregate(
    std::span<const PublicKey> keys, std::span<const base::ByteView> signatures,
    std::span<const ProvenKeys> children, std::span<const PublicKey> union_keys, const base::Bytes32& message,
    std::uint64_t slot) const {
  if (keys.size() != signatures.size()) {
    return AggregationError::kCountMismatch;
  }
  if (keys.empty() && children.size() < 2) {
    return AggregationError::kNothingToAggregate;
  }
  for (const ProvenKeys& child : children) {
    if (!has_sentinel(child.proof)) {
      return AggregationError::kInvalidInput;
    }
  }
  Sha256 hasher;
  hasher.update_le(kAggregate);
  absorb(hasher, Binding{union_keys, message, slot});
  for (const base::ByteView signature : signatures) {
    absorb(hasher, signature);
  }
  for (const ProvenKeys& child : children) {
    absorb(hasher, child.proof);
  }
  return proof_of(hasher);
}

bool SentinelProver::verify(const Binding& /*binding*/, base::ByteView proof) const {
  return has_sentinel(proof);
}

base::Result<base::Bytes, AggregationError> SentinelProver::merge(
    std::span<const Binding> bindings, std::span<const base::ByteView> proofs) const {
  if (bindings.size() != proofs.size()) {
    return AggregationError::kCountMismatch;
  }
  if (bindings.empty()) {
    return AggregationError::kNothingToAggregate;
  }
  Sha256 hasher;
  hasher.update_le(kMerge);
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    if (!has_sentinel(proofs[i])) {
      return AggregationError::kInvalidInput;
    }
    absorb(hasher, bindings[i]);
    absorb(hasher, proofs[i]);
  }
  return proof_of(hasher);
}

base::Result<base::Bytes, AggregationError> SentinelProver::split(std::span<const Binding> bindings,
                                                                  base::ByteView proof,
                                                                  std::size_t index) const {
  if (index >= bindings.size()) {
    return AggregationError::kUnknownComponent;
  }
  if (!has_sentinel(proof)) {
    return AggregationError::kInvalidInput;
  }
  Sha256 hasher;
  hasher.update_le(kSplit);
  absorb(hasher, bindings[index]);
  absorb(hasher, proof);
  return proof_of(hasher);
}

bool SentinelProver::verify_multi(std::span<const Binding> /*bindings*/, base::ByteView proof) const {
  return has_sentinel(proof);
}

}  // namespace lockstep::crypto
