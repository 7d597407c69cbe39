// The fork-choice store: what a node believes about the chain (leanSpec: forks/lstar/fork_choice.py,
// timeline.py).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "node/crypto/aggregate.h"
#include "node/crypto/signatures.h"
#include "node/spec/aggregation.h"
#include "node/spec/block_production.h"
#include "node/spec/block_tree.h"
#include "node/spec/containers.h"
#include "node/spec/rejection.h"
#include "node/spec/vote_pool.h"
#include "node/spec/vote_tracker.h"

namespace lockstep::spec {

/// What a gossiped signature must be checked against.
struct SignatureClaim {
  crypto::PublicKey key;
  Root message;
  Slot slot;
};

/// What a gossiped aggregate proof must be checked against; `keys` are in ascending order of validator index.
struct AggregateClaim {
  std::vector<crypto::PublicKey> keys;
  Root message;
  Slot slot;
  [[nodiscard]] crypto::Binding binding() const {
    return {.keys = keys, .message = message, .slot = slot.value};
  }
};

/// A proof made outside the store, and the pending proofs that it makes superfluous.
struct RecoveredAggregate {
  SignedAggregatedAttestation aggregate;
  std::vector<ProofRef> superseded;
};

/// Fork choice's view of blocks and votes. A value: copies are independent and share blocks, states and
/// proofs. A rejected input changes nothing. Not thread-safe: one thread at a time may call non-const
/// members, and none may call const ones meanwhile.
///
/// What takes long (signatures, proofs, state transitions) can be done outside: the members named check_… say
/// what must hold, pure functions find it out, and those named record_…, import and adopt_… put the outcome
/// in. The members with leanSpec's names do all three in one go. The head follows every change of votes and
/// blocks incrementally; store_recompute.h finds the same from scratch.
///
/// Blocks and states are never dropped: the finalized checkpoint follows the head and may go down with it,
/// any known block may be built upon, and votes for any known block are valid.
class Store {
 public:
  /// create_store (§7.1): `anchor` is head, safe target, justified and finalized. Rejects with
  /// ANCHOR_STATE_ROOT_MISMATCH. `validator_index` is the local validator, if there is one.
  static Verdict<Store> create(std::shared_ptr<const State> state, std::shared_ptr<const Block> anchor,
                               std::optional<ValidatorIndex> validator_index);

  [[nodiscard]] Interval time() const { return time_; }
  [[nodiscard]] const GenesisConfig& config() const { return config_; }
  [[nodiscard]] const Root& head() const { return tree_.root(head_); }
  [[nodiscard]] const Root& safe_target() const { return tree_.root(safe_target_); }
  [[nodiscard]] const Checkpoint& latest_justified() const { return latest_justified_; }
  [[nodiscard]] const Checkpoint& latest_finalized() const { return latest_finalized_; }
  [[nodiscard]] std::optional<ValidatorIndex> validator_index() const { return validator_index_; }
  [[nodiscard]] const BlockTree& tree() const { return tree_; }
  [[nodiscard]] BlockIndex head_block() const { return head_; }
  [[nodiscard]] BlockIndex safe_target_block() const { return safe_target_; }
  /// The state after the head.
  [[nodiscard]] const State& head_state() const { return *tree_.state(head_); }
  [[nodiscard]] const SignaturePool& attestation_signatures() const { return signatures_; }
  [[nodiscard]] const ProofPool& latest_new_aggregated_payloads() const { return new_payloads_; }
  [[nodiscard]] const ProofPool& latest_known_aggregated_payloads() const { return known_payloads_; }
  /// Each validator's vote that counts towards the head, by validator index.
  [[nodiscard]] const std::vector<LatestVote>& latest_known_votes() const { return votes_.votes(); }
  /// Whether `ancestor` lies on the chain of `descendant` (§7.2), by the tree and whatever the checkpoints
  /// claim.
  [[nodiscard]] bool is_ancestor(const Checkpoint& ancestor, const Checkpoint& descendant) const;
  /// The weight of every block later than the finalized slot (§7.7 compute_block_weights), in order of
  /// insertion.
  [[nodiscard]] std::vector<std::pair<Root, std::uint64_t>> compute_block_weights() const;

  /// Lets time pass up to `target`, one interval at a time (§8); a target in the past does nothing.
  /// `aggregator` is the prover of a node that aggregates, null for others. Returns the aggregates to
  /// publish.
  std::vector<SignedAggregatedAttestation> on_tick(Interval target, bool has_proposal,
                                                   const crypto::AggregateProver* aggregator);
  std::vector<SignedAggregatedAttestation> tick_interval(bool has_proposal,
                                                         const crypto::AggregateProver* aggregator);
  /// Sets the time forward without the duties of the intervals between, for a node that has fallen far
  /// behind.
  void skip_to(Interval target);

  /// The checks that need no signature (§7.3), in leanSpec's order.
  [[nodiscard]] Verdict<void> validate_attestation(const AttestationData& data) const;

  /// A validator's own vote (§7.4). Rejects as validate_attestation does, then with VALIDATOR_NOT_IN_STATE
  /// and INVALID_SIGNATURE. Only an aggregator keeps the signature.
  Verdict<void> on_gossip_attestation(const SignedAttestation& signed_attestation, bool is_aggregator,
                                      const crypto::SignatureScheme& scheme);
  [[nodiscard]] Verdict<SignatureClaim> check_attestation(const SignedAttestation& signed_attestation) const;
  /// The same for a caller that knows hash_tree_root(signed_attestation.data), which many votes share.
  [[nodiscard]] Verdict<SignatureClaim> check_attestation(const SignedAttestation& signed_attestation,
                                                          const Root& data_root) const;
  /// Requires: check_attestation found nothing, and the claim that it returned was verified.
  void record_attestation(const SignedAttestation& signed_attestation);

  /// An aggregate of votes (§7.5). Rejects as validate_attestation does, then with EMPTY_AGGREGATION_BITS,
  /// VALIDATOR_NOT_IN_STATE and INVALID_SIGNATURE.
  Verdict<void> on_gossip_aggregated_attestation(const SignedAggregatedAttestation& signed_attestation,
                                                 const crypto::AggregateProver& prover);
  [[nodiscard]] Verdict<AggregateClaim> check_aggregated_attestation(
      const SignedAggregatedAttestation& signed_attestation) const;
  /// Requires: check_aggregated_attestation found nothing, and the claim that it returned was verified.
  void record_aggregated_attestation(const SignedAggregatedAttestation& signed_attestation);

  /// A block (§7.6); one that is there already changes nothing. Rejects with UNKNOWN_PARENT_BLOCK and
  /// DUPLICATE_ATTESTATION_DATA, then as verify_signatures and state_transition do.
  Verdict<void> on_block(const SignedBlock& signed_block, const crypto::AggregateProver& prover);
  /// The same for a block whose proof was checked elsewhere.
  Verdict<void> on_verified_block(const Block& block);
  /// The first two checks of on_block. Returns the parent's state, from which the block is to be verified and
  /// run, or null if the block is there already.
  [[nodiscard]] Verdict<std::shared_ptr<const State>> check_block(const Block& block, const Root& root) const;
  /// Puts a block in together with the state after it, moves the keys of its votes to the front of the known
  /// pool and updates head and checkpoints. False if the block is there already. Requires: check_block found
  /// nothing, the proof was verified, and `post_state` is what state_transition made of the parent's state.
  bool import(const Root& root, std::shared_ptr<const Block> block, std::shared_ptr<const State> post_state);
  /// Puts in a block of our own (§9.4): neither head nor finalized checkpoint move before the next
  /// update_head. False if the block is there already.
  bool add_produced_block(const Root& root, std::shared_ptr<const Block> block,
                          std::shared_ptr<const State> post_state);

  /// §7.9. Calls follow by themselves on whatever changes votes and blocks, except after add_produced_block.
  void update_head();
  void accept_new_attestations();       ///< §7.10.
  void update_safe_target();            ///< §7.11.
  void prune_stale_attestation_data();  ///< §7.12.

  /// Makes this round's aggregates and returns them for gossip (§9.2). Votes that the prover refuses are left
  /// as they were not produced.
  std::vector<SignedAggregatedAttestation> aggregate(const crypto::AggregateProver& prover);
  /// What aggregate would prove.
  [[nodiscard]] AggregationRound begin_aggregation() const;
  /// Puts in what was proven of a round. What arrived since the round was taken stays; what the round held
  /// and did not use is dropped from the pending proofs, as in aggregate.
  void adopt_aggregates(const AggregationRound& round, std::span<const SignedAggregatedAttestation> made);
  /// Puts in proofs recovered from a block (see aggregation_recovery.h).
  void adopt_recovered(std::span<const RecoveredAggregate> recovered);

  /// Adds the known proofs of `other` to ours, as leanSpec's vector filler does with a clone that it has run
  /// ahead. Does not update the head.
  void merge_known_payloads(const Store& other);

  /// The known votes from which a proposer may choose, in the pool's order (§9.3: their heads are known
  /// blocks).
  [[nodiscard]] std::vector<CandidateVote> block_candidates() const;

 private:
  Store(const Root& root, std::shared_ptr<const State> state, std::shared_ptr<const Block> anchor,
        std::optional<ValidatorIndex> validator_index);

  void add_known_proof(const AttestationData& data, const ProofRef& proof);
  void advance_justified(const Checkpoint& candidate);
  void recount_votes();

  Interval time_;
  GenesisConfig config_;
  BlockTree tree_;
  BlockIndex head_;
  BlockIndex safe_target_;
  Checkpoint latest_justified_;
  Checkpoint latest_finalized_;
  std::optional<ValidatorIndex> validator_index_;
  SignaturePool signatures_;
  ProofPool new_payloads_;
  ProofPool known_payloads_;
  VoteTracker votes_;  ///< Of known_payloads_ at latest_finalized_.slot, between any two calls.
};

}  // namespace lockstep::spec
