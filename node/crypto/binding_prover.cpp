// The prover that binds by a hash.
#include "node/crypto/binding_prover.h"

#include <algorithm>
#include <vector>

#include "node/crypto/mocked_proof.h"
#include "node/crypto/sha256.h"

namespace lockstep::crypto {

namespace {

constexpr std::size_t kDigestSize = 32;

static_assert(sizeof(PublicKey) == PublicKey::kSize,
              "keys in a span lie side by side and are hashed as one string");

base::Bytes32 digest_of(const Binding& binding) {
  Sha256 hasher;
  hasher.update_le(binding.slot).update(binding.message.view()).update_le(binding.keys.size());
  if (!binding.keys.empty()) {
    hasher.update({binding.keys.front().data.data(), binding.keys.size_bytes()});
  }
  return hasher.digest();
}

void append(base::Bytes& proof, base::ByteView digest) {
  proof.insert(proof.end(), digest.begin(), digest.end());
}

base::ByteView component(base::ByteView proof, std::size_t index) {
  return proof.subspan(kMockedProofSentinel.size() + kDigestSize * index, kDigestSize);
}

/// Whether the proof has `count` components, apart from what they say.
bool has_components(base::ByteView proof, std::size_t count) {
  return count > 0 && has_sentinel(proof) &&
         proof.size() - kMockedProofSentinel.size() == kDigestSize * count;
}

std::vector<PublicKey> sorted_once(std::vector<PublicKey> keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

/// Whether `union_keys` are the keys of the signatures and of the children, no more and no fewer.
bool is_union(std::span<const PublicKey> union_keys, std::span<const PublicKey> keys,
              std::span<const ProvenKeys> children) {
  std::vector<PublicKey> parts(keys.begin(), keys.end());
  for (const ProvenKeys& child : children) {
    parts.insert(parts.end(), child.keys.begin(), child.keys.end());
  }
  return sorted_once(std::move(parts)) == sorted_once({union_keys.begin(), union_keys.end()});
}

}  // namespace

base::Result<base::Bytes, AggregationError> BindingProver::aggregate(
    std::span<const PublicKey> keys, std::span<const base::ByteView> signatures,
    std::span<const ProvenKeys> children, std::span<const PublicKey> union_keys, const base::Bytes32& message,
    std::uint64_t slot) const {
  if (keys.size() != signatures.size()) {
    return AggregationError::kCountMismatch;
  }
  if (keys.empty() && children.size() < 2) {
    return AggregationError::kNothingToAggregate;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!scheme_.verify(keys[i], slot, message, signatures[i])) {
      return AggregationError::kInvalidInput;
    }
  }
  for (const ProvenKeys& child : children) {
    if (!verify({child.keys, message, slot}, child.proof)) {
      return AggregationError::kInvalidInput;
    }
  }
  if (!is_union(union_keys, keys, children)) {
    return AggregationError::kCountMismatch;
  }
  base::Bytes proof = sentinel_bytes();
  append(proof, digest_of({union_keys, message, slot}).view());
  return proof;
}

bool BindingProver::verify(const Binding& binding, base::ByteView proof) const {
  return verify_multi({&binding, 1}, proof);
}

base::Result<base::Bytes, AggregationError> BindingProver::merge(
    std::span<const Binding> bindings, std::span<const base::ByteView> proofs) const {
  if (bindings.size() != proofs.size()) {
    return AggregationError::kCountMismatch;
  }
  if (bindings.empty()) {
    return AggregationError::kNothingToAggregate;
  }
  base::Bytes merged = sentinel_bytes();
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    if (!verify(bindings[i], proofs[i])) {
      return AggregationError::kInvalidInput;
    }
    append(merged, component(proofs[i], 0));
  }
  return merged;
}

base::Result<base::Bytes, AggregationError> BindingProver::split(std::span<const Binding> bindings,
                                                                 base::ByteView proof,
                                                                 std::size_t index) const {
  if (index >= bindings.size()) {
    return AggregationError::kUnknownComponent;
  }
  if (!verify_multi(bindings, proof)) {
    return AggregationError::kInvalidInput;
  }
  base::Bytes single = sentinel_bytes();
  append(single, component(proof, index));
  return single;
}

bool BindingProver::verify_multi(std::span<const Binding> bindings, base::ByteView proof) const {
  if (!has_components(proof, bindings.size())) {
    return false;
  }
  for (std::size_t i = 0; i < bindings.size(); ++i) {
    const base::Bytes32 digest = digest_of(bindings[i]);
    if (bindings[i].keys.empty() || !std::ranges::equal(digest.view(), component(proof, i))) {
      return false;
    }
  }
  return true;
}

}  // namespace lockstep::crypto
