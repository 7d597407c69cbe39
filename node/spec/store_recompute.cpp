// Plain maps and plain climbs, with nothing kept from one call to the next.
#include "node/spec/store_recompute.h"

#include <utility>
#include <vector>

#include "node/base/assert.h"

namespace lockstep::spec {
namespace {

/// The block of that root, or null.
const Block* block_of(const Store& store, const Root& root) {
  const BlockIndex found = store.tree().find(root);
  return found == kNoBlock ? nullptr : store.tree().block(found).get();
}

}  // namespace

std::map<ValidatorIndex, AttestationData> recompute_latest_votes(const ProofPool& pool, Slot cutoff) {
  std::map<ValidatorIndex, AttestationData> votes;
  for (const auto& [position, entry] : pool.entries()) {
    if (entry.data.head.slot <= cutoff) {
      continue;
    }
    for (const ProofRef& proof : entry.value.proofs()) {
      proof->participants.for_each_set([&](std::size_t index) {
        const auto [held, is_first] = votes.try_emplace(ValidatorIndex(index), entry.data);
        if (!is_first && held->second.slot < entry.data.slot) {
          held->second = entry.data;
        }
      });
    }
  }
  return votes;
}

std::map<Root, std::uint64_t> accumulate_ancestor_weights(
    const Store& store, const std::map<ValidatorIndex, AttestationData>& votes, Slot start) {
  std::map<Root, std::uint64_t> weights;
  for (const auto& [validator, data] : votes) {
    Root root = data.head.root;
    for (const Block* block = block_of(store, root); block != nullptr && block->slot > start;
         block = block_of(store, root)) {
      ++weights[root];
      root = block->parent_root;
    }
  }
  return weights;
}

Root lmd_ghost_head(const Store& store, const Root& start,
                    const std::map<ValidatorIndex, AttestationData>& votes,
                    std::optional<std::uint64_t> min_score) {
  const Block* first = block_of(store, start);
  LOCKSTEP_ASSERT_MSG(first != nullptr, "fork choice starts at a known block");
  const std::map<Root, std::uint64_t> weights = accumulate_ancestor_weights(store, votes, first->slot);
  std::map<Root, std::pair<std::uint64_t, Root>> best_child;
  for (std::size_t i = 1; i <= store.tree().size(); ++i) {
    const auto index = static_cast<BlockIndex>(i);
    const Root& root = store.tree().root(index);
    const auto found = weights.find(root);
    const std::uint64_t weight = found == weights.end() ? 0 : found->second;
    if (min_score && weight < *min_score) {
      continue;
    }
    const std::pair<std::uint64_t, Root> candidate(weight, root);
    const auto [held, is_first] = best_child.try_emplace(store.tree().block(index)->parent_root, candidate);
    if (!is_first && held->second < candidate) {
      held->second = candidate;
    }
  }
  Root head = start;
  for (auto next = best_child.find(head); next != best_child.end(); next = best_child.find(head)) {
    head = next->second.second;
  }
  return head;
}

Root recompute_head(const Store& store) {
  const auto votes =
      recompute_latest_votes(store.latest_known_aggregated_payloads(), store.latest_finalized().slot);
  return lmd_ghost_head(store, store.latest_justified().root, votes, std::nullopt);
}

Root recompute_safe_target(const Store& store) {
  const std::uint64_t validators = store.head_state().validators->size();
  const std::uint64_t min_score = validators * 2 / 3 + (validators * 2 % 3 != 0 ? 1 : 0);
  const auto votes =
      recompute_latest_votes(store.latest_new_aggregated_payloads(), store.latest_finalized().slot);
  return lmd_ghost_head(store, store.latest_justified().root, votes, min_score);
}

std::map<Root, std::uint64_t> recompute_block_weights(const Store& store) {
  const auto votes =
      recompute_latest_votes(store.latest_known_aggregated_payloads(), store.latest_finalized().slot);
  return accumulate_ancestor_weights(store, votes, store.latest_finalized().slot);
}

bool recompute_is_ancestor(const Store& store, const Checkpoint& ancestor, const Checkpoint& descendant) {
  if (ancestor.slot > descendant.slot) {
    return false;
  }
  Root root = descendant.root;
  const Block* block = block_of(store, root);
  while (block != nullptr && block->slot > ancestor.slot) {
    root = block->parent_root;
    block = block_of(store, root);
  }
  return block != nullptr && block->slot == ancestor.slot && root == ancestor.root;
}

}  // namespace lockstep::spec
