// The Merkle roots by which containers are named and signed (leanSpec: spec/crypto/merkleization.py).
#pragma once

#include "node/spec/containers.h"
#include "node/spec/merkle.h"
#include "node/spec/requests.h"

namespace lockstep::spec {

// None of these allocates. The root of a signature depends on the scheme's list limits, so that there is none
// here for Signature and SignedAttestation; consensus never asks for it.
[[nodiscard]] Root hash_tree_root(const GenesisConfig& value);
[[nodiscard]] Root hash_tree_root(const Checkpoint& value);
[[nodiscard]] Root hash_tree_root(const AttestationData& value);
[[nodiscard]] Root hash_tree_root(const Attestation& value);
[[nodiscard]] Root hash_tree_root(const AggregationBits& value);
[[nodiscard]] Root hash_tree_root(const AggregatedAttestation& value);
[[nodiscard]] Root hash_tree_root(const ProofBytes& value);
[[nodiscard]] Root hash_tree_root(const SingleMessageAggregate& value);
[[nodiscard]] Root hash_tree_root(const MultiMessageAggregate& value);
[[nodiscard]] Root hash_tree_root(const SignedAggregatedAttestation& value);
[[nodiscard]] Root hash_tree_root(const BlockBody& value);
[[nodiscard]] Root hash_tree_root(const BlockHeader& value);
/// The same as the root of the header that names this block's body.
[[nodiscard]] Root hash_tree_root(const Block& value);
[[nodiscard]] Root hash_tree_root(const SignedBlock& value);
[[nodiscard]] Root hash_tree_root(const Validator& value);
[[nodiscard]] Root hash_tree_root(const Status& value);
[[nodiscard]] Root hash_tree_root(const BlocksByRootRequest& value);
[[nodiscard]] Root hash_tree_root(const BlocksByRangeRequest& value);

/// The root of a state. Costs a fingerprint of the content (a fraction of a microsecond) where the state was
/// sealed and not changed since; otherwise the parts that are not shared are hashed, some 120 hashes. Writes
/// nothing, so that one state may be hashed by several threads.
[[nodiscard]] Root hash_tree_root(const State& value);

/// Hashes the state if need be, and lets it remember its root. Copies remember it as well.
Root seal_root(State& state);

/// The same where the root is known already, from a block that has been checked. Requires: it is right.
void seal_root(State& state, const Root& root);

/// Ignores what the state remembers.
[[nodiscard]] Root compute_root(const State& state);

}  // namespace lockstep::spec
