// How the store begins, lets time pass, and moves its head and safe target.
#include "node/spec/store.h"

#include <utility>

#include "node/base/assert.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"

namespace lockstep::spec {
namespace {

/// LMD-GHOST with a threshold (§7.8): the walk goes only to children that at least `min_score` votes support.
BlockIndex supported_leaf(const BlockTree& tree, BlockIndex start, const std::vector<LatestVote>& votes,
                          std::uint64_t min_score) {
  std::vector<std::uint64_t> weights(tree.size() + 1, 0);
  const auto weight = [&](BlockIndex block) -> std::uint64_t& {
    return weights[static_cast<std::size_t>(block)];
  };
  for (const LatestVote& vote : votes) {
    ++weight(vote.head);
  }
  // Children have larger indices than their parents, so one pass downwards adds up whole subtrees.
  for (std::size_t i = tree.size(); i > static_cast<std::size_t>(start); --i) {
    weight(tree.parent(static_cast<BlockIndex>(i))) += weights[i];
  }
  for (BlockIndex at = start;;) {
    BlockIndex best = kNoBlock;
    for (BlockIndex child = tree.first_child(at); child != kNoBlock; child = tree.next_sibling(child)) {
      if (weight(child) < min_score) {
        continue;
      }
      if (best == kNoBlock || weight(child) > weight(best) ||
          (weight(child) == weight(best) && tree.root(child) > tree.root(best))) {
        best = child;
      }
    }
    if (best == kNoBlock) {
      return at;
    }
    at = best;
  }
}

}  // namespace

Store::Store(const Root& root, std::shared_ptr<const State> state, std::shared_ptr<const Block> anchor,
             std::optional<ValidatorIndex> validator_index)
    : time_(interval_from_slot(anchor->slot)),
      config_(state->config),
      tree_(root, anchor, state),
      head_(tree_.find(root)),
      safe_target_(head_),
      latest_justified_{.root = root, .slot = anchor->slot},
      latest_finalized_(latest_justified_),
      validator_index_(validator_index),
      votes_(latest_finalized_.slot) {}

Verdict<Store> Store::create(std::shared_ptr<const State> state, std::shared_ptr<const Block> anchor,
                             std::optional<ValidatorIndex> validator_index) {
  LOCKSTEP_ASSERT(state != nullptr && anchor != nullptr);
  if (hash_tree_root(*state) != anchor->state_root) {
    return RejectionReason::ANCHOR_STATE_ROOT_MISMATCH;
  }
  const Root root = hash_tree_root(*anchor);
  return Store(root, std::move(state), std::move(anchor), validator_index);
}

bool Store::is_ancestor(const Checkpoint& ancestor, const Checkpoint& descendant) const {
  if (ancestor.slot > descendant.slot) {
    return false;
  }
  const BlockIndex reached = tree_.ancestor_at_or_below(tree_.find(descendant.root), ancestor.slot);
  return reached != kNoBlock && tree_.slot(reached) == ancestor.slot && tree_.root(reached) == ancestor.root;
}

std::vector<std::pair<Root, std::uint64_t>> Store::compute_block_weights() const {
  std::vector<std::pair<Root, std::uint64_t>> weights;
  for (std::size_t i = 1; i <= tree_.size(); ++i) {
    const auto block = static_cast<BlockIndex>(i);
    if (tree_.slot(block) > latest_finalized_.slot) {
      weights.emplace_back(tree_.root(block), tree_.weight(block));
    }
  }
  return weights;
}

std::vector<SignedAggregatedAttestation> Store::tick_interval(bool has_proposal,
                                                              const crypto::AggregateProver* aggregator) {
  ++time_;
  switch (interval_in_slot(time_)) {
    case 0:
      if (has_proposal) {
        accept_new_attestations();
      }
      break;
    case 2:
      if (aggregator != nullptr) {
        return aggregate(*aggregator);
      }
      break;
    case 3:
      update_safe_target();
      break;
    case 4:
      accept_new_attestations();
      break;
    default:
      break;
  }
  return {};
}

std::vector<SignedAggregatedAttestation> Store::on_tick(Interval target, bool has_proposal,
                                                        const crypto::AggregateProver* aggregator) {
  std::vector<SignedAggregatedAttestation> all;
  while (time_ < target) {
    const bool is_last = time_ + 1 == target;
    for (SignedAggregatedAttestation& made : tick_interval(has_proposal && is_last, aggregator)) {
      all.push_back(std::move(made));
    }
  }
  return all;
}

void Store::skip_to(Interval target) {
  if (time_ < target) {
    time_ = target;
  }
}

void Store::update_head() {
  head_ = tree_.heaviest_leaf(tree_.find(latest_justified_.root));
  // The finalized checkpoint follows the head. An anchor fresh from checkpoint sync has no block at the slot
  // that its state calls finalized; the anchor itself then stays finalized.
  const Slot finalized_slot = tree_.state(head_)->latest_finalized.slot;
  const BlockIndex finalized = tree_.ancestor_at_or_below(head_, finalized_slot);
  if (finalized != kNoBlock && tree_.slot(finalized) == finalized_slot) {
    latest_finalized_ = {.root = tree_.root(finalized), .slot = finalized_slot};
  }
  if (votes_.cutoff() != latest_finalized_.slot) {
    recount_votes();
  }
}

void Store::recount_votes() {
  votes_.recount(known_payloads_, latest_finalized_.slot, tree_);
}

void Store::advance_justified(const Checkpoint& candidate) {
  if (candidate.slot > latest_justified_.slot) {
    latest_justified_ = candidate;
  }
}

void Store::accept_new_attestations() {
  for (const auto& [position, entry] : new_payloads_.entries()) {
    for (const ProofRef& proof : entry.value.proofs()) {
      add_known_proof(entry.data, proof);
    }
  }
  new_payloads_.clear();
  update_head();
}

void Store::add_known_proof(const AttestationData& data, const ProofRef& proof) {
  const ProofPool::Place place = known_payloads_.find_or_append(data);
  if (place.entry->value.add(proof)) {
    votes_.added(data, place.position, proof->participants, tree_);
  }
}

void Store::update_safe_target() {
  const std::uint64_t validators = head_state().validators->size();
  const std::uint64_t min_score = (2 * validators + 2) / 3;
  const std::vector<LatestVote> pending = latest_votes(new_payloads_, latest_finalized_.slot, tree_);
  safe_target_ = supported_leaf(tree_, tree_.find(latest_justified_.root), pending, min_score);
}

void Store::prune_stale_attestation_data() {
  const auto is_stale = [&](const auto& entry) {
    const Checkpoint& head = entry.data.head;
    return head.slot <= latest_finalized_.slot || !is_ancestor(latest_finalized_, head);
  };
  signatures_.erase_if(is_stale);
  new_payloads_.erase_if(is_stale);
  const std::size_t before = known_payloads_.size();
  known_payloads_.erase_if(is_stale);
  if (known_payloads_.size() != before) {
    recount_votes();
  }
}

void Store::merge_known_payloads(const Store& other) {
  for (const auto& [position, entry] : other.known_payloads_.entries()) {
    known_payloads_.find_or_append(entry.data);
    for (const ProofRef& proof : entry.value.proofs()) {
      add_known_proof(entry.data, proof);
    }
  }
}

}  // namespace lockstep::spec
