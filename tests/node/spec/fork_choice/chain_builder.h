// Small chains for tests: a registry of made-up keys, a genesis, and blocks that the state transition
// accepts.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <vector>

#include "node/spec/containers.h"
#include "node/spec/store.h"
#include "trusting_crypto.h"

namespace lockstep::spec::testing {

/// `count` validators with keys that only differ.
[[nodiscard]] std::shared_ptr<const ValidatorRegistry> made_up_validators(std::size_t count);

/// A store that holds nothing but a genesis block with that many validators.
[[nodiscard]] Store genesis_store(std::size_t validators);

/// A block of `slot` on a known block, with these attestations in its body, if the transition accepts it.
[[nodiscard]] Verdict<Block> try_block_on(const Store& store, const Root& parent, Slot slot,
                                          std::vector<AggregatedAttestation> attestations);

/// The same for bodies that are known to be valid: a valid block of `slot` on a known block, with these
/// attestations in its body.
[[nodiscard]] Block block_on(const Store& store, const Root& parent, Slot slot,
                             std::vector<AggregatedAttestation> attestations = {});

/// Builds such a block and imports it. Returns its root.
Root extend(Store& store, const Root& parent, Slot slot,
            std::vector<AggregatedAttestation> attestations = {});

/// The checkpoint of a known block.
[[nodiscard]] Checkpoint checkpoint_of(const Store& store, const Root& root);

/// A vote of `slot` for a known head, with that block's chain's anchor as source and target.
[[nodiscard]] AttestationData vote_for(const Store& store, const Root& head, Slot slot);

[[nodiscard]] AggregationBits bits_of(std::initializer_list<std::size_t> indices);

/// An aggregate by `voters`; `tag` tells proofs of the same voters apart.
[[nodiscard]] SignedAggregatedAttestation aggregate_of(const AttestationData& data,
                                                       const AggregationBits& voters, std::uint8_t tag = 0);

/// A vote by one validator with a signature that TrustingScheme believes.
[[nodiscard]] SignedAttestation signed_vote(const AttestationData& data, std::uint64_t validator);

/// Puts an aggregate among the pending proofs; fails the test if the store rejects it.
void gossip(Store& store, const AttestationData& data, const AggregationBits& voters, std::uint8_t tag = 0);

}  // namespace lockstep::spec::testing
