// The instances of hash_tree_root, and the root that a state remembers.
#include "node/spec/hash_tree_root.h"

#include "node/spec/ssz_fields.h"

namespace lockstep::spec {

Root hash_tree_root(const GenesisConfig& value) {
  return Codec<GenesisConfig>::root(value);
}
Root hash_tree_root(const Checkpoint& value) {
  return Codec<Checkpoint>::root(value);
}
Root hash_tree_root(const AttestationData& value) {
  return Codec<AttestationData>::root(value);
}
Root hash_tree_root(const Attestation& value) {
  return Codec<Attestation>::root(value);
}
Root hash_tree_root(const AggregationBits& value) {
  return Codec<AggregationBits>::root(value);
}
Root hash_tree_root(const AggregatedAttestation& value) {
  return Codec<AggregatedAttestation>::root(value);
}
Root hash_tree_root(const ProofBytes& value) {
  return Codec<ProofBytes>::root(value);
}
Root hash_tree_root(const SingleMessageAggregate& value) {
  return Codec<SingleMessageAggregate>::root(value);
}
Root hash_tree_root(const MultiMessageAggregate& value) {
  return Codec<MultiMessageAggregate>::root(value);
}
Root hash_tree_root(const SignedAggregatedAttestation& value) {
  return Codec<SignedAggregatedAttestation>::root(value);
}
Root hash_tree_root(const BlockBody& value) {
  return Codec<BlockBody>::root(value);
}
Root hash_tree_root(const BlockHeader& value) {
  return Codec<BlockHeader>::root(value);
}
Root hash_tree_root(const Block& value) {
  return Codec<Block>::root(value);
}
Root hash_tree_root(const SignedBlock& value) {
  return Codec<SignedBlock>::root(value);
}
Root hash_tree_root(const Validator& value) {
  return Codec<Validator>::root(value);
}
Root hash_tree_root(const Status& value) {
  return Codec<Status>::root(value);
}
Root hash_tree_root(const BlocksByRootRequest& value) {
  return Codec<BlocksByRootRequest>::root(value);
}
Root hash_tree_root(const BlocksByRangeRequest& value) {
  return Codec<BlocksByRangeRequest>::root(value);
}

namespace {

/// Mixes 64-bit words so that any accidental change shows. No protection against intent: whatever an opponent
/// can reach forgets the memo.
class Fingerprint {
 public:
  void add(std::uint64_t word) {
    state_ = (state_ ^ word) * 0x9e3779b97f4a7c15U;
    state_ ^= state_ >> 29;
  }
  void add(const Root& root) {
    for (std::size_t i = 0; i < 32; i += 8) {
      add(base::load_le<std::uint64_t>(root.data.data() + i));
    }
  }
  void add(const Checkpoint& checkpoint) {
    add(checkpoint.root);
    add(checkpoint.slot.value);
  }
  void add(std::size_t size, std::span<const std::uint64_t> words) {
    add(size);
    for (const std::uint64_t word : words) {
      add(word);
    }
  }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0x6c6f636b73746570U;
};

std::uint64_t fingerprint(const State& state) {
  Fingerprint print;
  print.add(state.config.genesis_time);
  print.add(state.slot.value);
  print.add(state.latest_block_header.slot.value);
  print.add(state.latest_block_header.proposer_index.value);
  print.add(state.latest_block_header.parent_root);
  print.add(state.latest_block_header.state_root);
  print.add(state.latest_block_header.body_root);
  print.add(state.latest_justified);
  print.add(state.latest_finalized);
  print.add(state.historical_block_hashes.fingerprint());
  print.add(state.justified_slots.size(), state.justified_slots.words());
  print.add(state.validators ? base::load_le<std::uint64_t>(state.validators->root().data.data()) : 0);
  print.add(state.justifications_roots.size());
  for (const Root& root : state.justifications_roots) {
    print.add(root);
  }
  print.add(state.justifications_validators.size(), state.justifications_validators.words());
  return print.value();
}

}  // namespace

Root compute_root(const State& state) {
  return Codec<State>::root(state);
}

Root hash_tree_root(const State& value) {
  const StateRootMemo& memo = value.root_memo;
  return memo.known && memo.fingerprint == fingerprint(value) ? memo.root : compute_root(value);
}

Root seal_root(State& state) {
  const Root root = hash_tree_root(state);
  seal_root(state, root);
  return root;
}

void seal_root(State& state, const Root& root) {
  state.root_memo = {true, fingerprint(state), root};
}

}  // namespace lockstep::spec
