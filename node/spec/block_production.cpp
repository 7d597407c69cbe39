// How a proposer chooses votes in passes, each of which may justify the sources of the next.
#include "node/spec/block_production.h"

#include <map>
#include <utility>

#include "node/base/assert.h"
#include "node/spec/aggregation.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/state_transition.h"

namespace lockstep::spec {
namespace {

/// A chosen vote and the proofs that will stand behind it.
struct ChosenVote {
  const CandidateVote* vote = nullptr;
  std::vector<ProofRef> proofs;
};

/// What a vote is measured against: the chain as it will look once the block is applied, and what is
/// justified on it.
class ChainView {
 public:
  ChainView(const State& state, Slot slot, const Root& parent_root)
      : state_(state),
        parent_root_(parent_root),
        length_(state.historical_block_hashes.size() + (slot - state.latest_block_header.slot)),
        justified_(state.latest_block_header.slot == Slot(0)
                       ? Checkpoint{.root = parent_root, .slot = Slot(0)}
                       : state.latest_justified),
        finalized_(state.latest_finalized.slot),
        justified_slots_(state.justified_slots) {
    extend_to_slot(justified_slots_, finalized_, slot - 1);
  }

  /// Whether a block may carry this vote to some effect (§9.3).
  [[nodiscard]] bool admits(const AttestationData& data) const {
    if (data.source.slot != justified_.slot || !lies_on_chain(data) || !is_justified(data.source.slot)) {
      return false;
    }
    // A vote from genesis for genesis justifies nothing, but it carries weight for the head.
    const bool is_genesis_self_vote = data.source.slot == Slot(0) && data.target.slot == Slot(0);
    return is_genesis_self_vote || !is_justified(data.target.slot);
  }

  /// Takes over what the state after a trial block calls justified and finalized. False if that is no news.
  bool re_anchor(const State& post_state) {
    if (post_state.latest_justified == justified_ && post_state.latest_finalized.slot == finalized_) {
      return false;
    }
    justified_ = post_state.latest_justified;
    finalized_ = post_state.latest_finalized.slot;
    justified_slots_ = post_state.justified_slots;
    return true;
  }

 private:
  [[nodiscard]] bool is_on_chain(const Checkpoint& checkpoint) const {
    const std::uint64_t slot = checkpoint.slot.value;
    if (checkpoint.root.is_zero() || slot >= length_) {
      return false;
    }
    const RootList& history = state_.historical_block_hashes;
    if (slot < history.size()) {
      return history[slot] == checkpoint.root;
    }
    return slot == history.size() && checkpoint.root == parent_root_;
  }
  [[nodiscard]] bool lies_on_chain(const AttestationData& data) const {
    return is_on_chain(data.source) && is_on_chain(data.target) && is_on_chain(data.head);
  }
  [[nodiscard]] bool is_justified(Slot slot) const {
    const Verdict<bool> justified = is_slot_justified(justified_slots_, finalized_, slot);
    LOCKSTEP_ASSERT_MSG(justified.has_value(), "the window covers every slot of the chain view");
    return *justified;
  }

  const State& state_;
  const Root& parent_root_;
  std::uint64_t length_;
  Checkpoint justified_;
  Slot finalized_;
  JustifiedSlots justified_slots_;
};

/// The candidates by target slot; those of equal target stay in the pool's order.
std::vector<const CandidateVote*> by_target_slot(std::span<const CandidateVote> candidates) {
  std::multimap<Slot, const CandidateVote*> sorted;
  for (const CandidateVote& candidate : candidates) {
    sorted.emplace(candidate.data.target.slot, &candidate);
  }
  std::vector<const CandidateVote*> ordered;
  ordered.reserve(sorted.size());
  for (const auto& [slot, candidate] : sorted) {
    ordered.push_back(candidate);
  }
  return ordered;
}

/// One pass over the candidates. False if it chose nothing. A chosen vote leaves a null behind.
bool choose(std::vector<const CandidateVote*>& ordered, const ChainView& view,
            std::vector<ChosenVote>& chosen) {
  const std::size_t before = chosen.size();
  for (const CandidateVote*& candidate : ordered) {
    if (chosen.size() >= MAX_ATTESTATIONS_DATA) {
      break;
    }
    if (candidate != nullptr && view.admits(candidate->data)) {
      chosen.push_back({candidate, select_proofs_for_coverage(candidate->proofs, {}).proofs});
      candidate = nullptr;
    }
  }
  return chosen.size() > before;
}

/// Joins the chosen proofs of one vote into one. Requires: there is at least one.
Verdict<SingleMessageAggregate> joined(const ChosenVote& chosen, const ValidatorRegistry& validators,
                                       const crypto::AggregateProver& prover) {
  if (chosen.proofs.size() == 1) {
    return *chosen.proofs.front();
  }
  auto proof =
      prove({.data = chosen.vote->data, .children = chosen.proofs, .signatures = {}}, validators, prover);
  if (!proof) {
    return RejectionReason::INVALID_BLOCK_PROOF;
  }
  return std::move(*proof);
}

/// The body that carries every chosen proof by itself, as a trial.
BlockBody trial_body(const std::vector<ChosenVote>& chosen) {
  BlockBody body;
  for (const ChosenVote& one : chosen) {
    for (const ProofRef& proof : one.proofs) {
      body.attestations.push_back({.aggregation_bits = proof->participants, .data = one.vote->data});
    }
  }
  return body;
}

}  // namespace

Verdict<BuiltBlock> build_block(const State& state, Slot slot, ValidatorIndex proposer_index,
                                const Root& parent_root, std::span<const CandidateVote> candidates,
                                const crypto::AggregateProver& prover) {
  State advanced = state;
  if (const Verdict<void> done = process_slots(advanced, slot); !done) {
    return done.error();
  }
  Block block{.slot = slot,
              .proposer_index = proposer_index,
              .parent_root = parent_root,
              .state_root = {},
              .body = {}};
  // Before anything is laid out up to that slot: history may have no room for it.
  State headed = advanced;
  if (const Verdict<void> fits = process_block_header(headed, block); !fits) {
    return fits.error();
  }
  std::vector<const CandidateVote*> ordered = by_target_slot(candidates);
  std::vector<ChosenVote> chosen;
  ChainView view(state, slot, parent_root);
  while (choose(ordered, view, chosen)) {
    block.body = trial_body(chosen);
    State trial = advanced;
    if (const Verdict<void> done = process_block(trial, block); !done) {
      return done.error();
    }
    if (!view.re_anchor(trial)) {
      break;
    }
  }
  block.body = {};
  std::vector<SingleMessageAggregate> proofs;
  for (const ChosenVote& one : chosen) {
    if (one.proofs.empty()) {
      continue;
    }
    Verdict<SingleMessageAggregate> proof = joined(one, *state.validators, prover);
    if (!proof) {
      return proof.error();
    }
    block.body.attestations.push_back({.aggregation_bits = proof->participants, .data = one.vote->data});
    proofs.push_back(std::move(*proof));
  }
  if (const Verdict<void> done = process_block(advanced, block); !done) {
    return done.error();
  }
  block.state_root = seal_root(advanced);
  return BuiltBlock{
      .block = std::move(block), .post_state = std::move(advanced), .proofs = std::move(proofs)};
}

}  // namespace lockstep::spec
