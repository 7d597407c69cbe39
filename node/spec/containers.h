// leanSpec's containers: the fields, in SSZ order (forks/lstar/containers/).
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <vector>

#include "node/base/bytes.h"
#include "node/spec/bitlist.h"
#include "node/spec/root_list.h"
#include "node/spec/types.h"

namespace lockstep::spec {

struct GenesisConfig {
  std::uint64_t genesis_time = 0;  ///< Unix seconds.
  friend bool operator==(const GenesisConfig&, const GenesisConfig&) = default;
};

struct Checkpoint {
  Root root;
  Slot slot;
  friend auto operator<=>(const Checkpoint&, const Checkpoint&) = default;
};

struct AttestationData {
  Slot slot;
  Checkpoint head;
  Checkpoint target;
  Checkpoint source;
  friend auto operator<=>(const AttestationData&, const AttestationData&) = default;
};

struct Attestation {
  ValidatorIndex validator_index;
  AttestationData data;
  friend bool operator==(const Attestation&, const Attestation&) = default;
};

/// A signature as its SSZ bytes, inlined without an offset although two of its fields are lists. Its length
/// is the scheme's; decoding checks the form (crypto::SignatureScheme::is_well_formed).
struct Signature {
  base::Bytes data;
  friend auto operator<=>(const Signature&, const Signature&) = default;
};

struct SignedAttestation {
  ValidatorIndex validator_index;
  AttestationData data;
  Signature signature;
  friend bool operator==(const SignedAttestation&, const SignedAttestation&) = default;
};

using AggregationBits = Bitlist<VALIDATOR_REGISTRY_LIMIT>;

struct AggregatedAttestation {
  AggregationBits aggregation_bits;
  AttestationData data;
  friend bool operator==(const AggregatedAttestation&, const AggregatedAttestation&) = default;
};

/// A ByteList[512 KiB].
struct ProofBytes {
  base::Bytes data;
  friend auto operator<=>(const ProofBytes&, const ProofBytes&) = default;
};

struct SingleMessageAggregate {
  AggregationBits participants;
  ProofBytes proof;
  friend bool operator==(const SingleMessageAggregate&, const SingleMessageAggregate&) = default;
};

struct MultiMessageAggregate {
  ProofBytes proof;
  friend bool operator==(const MultiMessageAggregate&, const MultiMessageAggregate&) = default;
};

struct SignedAggregatedAttestation {
  AttestationData data;
  SingleMessageAggregate proof;
  friend bool operator==(const SignedAggregatedAttestation&, const SignedAggregatedAttestation&) = default;
};

struct BlockBody {
  std::vector<AggregatedAttestation> attestations;  ///< At most VALIDATOR_REGISTRY_LIMIT.
  friend bool operator==(const BlockBody&, const BlockBody&) = default;
};

struct BlockHeader {
  Slot slot;
  ValidatorIndex proposer_index;
  Root parent_root;
  Root state_root;
  Root body_root;
  friend bool operator==(const BlockHeader&, const BlockHeader&) = default;
};

struct Block {
  Slot slot;
  ValidatorIndex proposer_index;
  Root parent_root;
  Root state_root;
  BlockBody body;
  friend bool operator==(const Block&, const Block&) = default;
};

struct SignedBlock {
  Block block;
  MultiMessageAggregate proof;
  friend bool operator==(const SignedBlock&, const SignedBlock&) = default;
};

struct Validator {
  base::Bytes52 attestation_public_key;
  base::Bytes52 proposal_public_key;
  ValidatorIndex index;
  friend bool operator==(const Validator&, const Validator&) = default;
};

/// The registry is static: every state of a chain shares one. Position i holds the validator of index i.
class ValidatorRegistry {
 public:
  /// Requires: validators[i].index == i for all i, and at most VALIDATOR_REGISTRY_LIMIT of them.
  explicit ValidatorRegistry(std::vector<Validator> validators);

  [[nodiscard]] std::size_t size() const { return validators_.size(); }
  [[nodiscard]] const Validator& operator[](std::size_t i) const { return validators_[i]; }
  [[nodiscard]] const std::vector<Validator>& validators() const { return validators_; }
  /// hash_tree_root of List[Validator, 4096], computed once.
  [[nodiscard]] const Root& root() const { return root_; }

 private:
  std::vector<Validator> validators_;
  Root root_;
};

using JustifiedSlots = Bitlist<HISTORICAL_ROOTS_LIMIT>;
using JustificationsValidators = Bitlist<HISTORICAL_ROOTS_LIMIT * VALIDATOR_REGISTRY_LIMIT>;

/// The hash_tree_root that a state is known to have. It belongs to the content for which it was set:
/// hash_tree_root compares a fingerprint, so that a state whose fields were changed by hand is hashed anew.
struct StateRootMemo {
  bool known = false;
  std::uint64_t fingerprint = 0;
  Root root;
};

/// The consensus state. Copies share the registry and the history, so that a state costs little more than
/// what changed in it.
struct State {
  GenesisConfig config;
  Slot slot;
  BlockHeader latest_block_header;
  Checkpoint latest_justified;
  Checkpoint latest_finalized;
  /// Index i holds the root of the canonical block at slot i, or zero for an empty slot.
  RootList historical_block_hashes;
  /// Bit i stands for slot latest_finalized.slot + 1 + i.
  JustifiedSlots justified_slots;
  std::shared_ptr<const ValidatorRegistry> validators;
  std::vector<Root> justifications_roots;
  /// One row of validators.size() bits for each of justifications_roots.
  JustificationsValidators justifications_validators;
  /// No part of the content: set by seal_root(), forgotten by whatever changes the state.
  StateRootMemo root_memo;

  /// Compares content; registries by their roots.
  friend bool operator==(const State& a, const State& b);
};

}  // namespace lockstep::spec
