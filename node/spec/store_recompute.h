// Fork choice from scratch, in the plainest way: what the store's incremental bookkeeping must agree with.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "node/spec/containers.h"
#include "node/spec/store.h"
#include "node/spec/vote_pool.h"

namespace lockstep::spec {

/// Each validator's latest vote in a pool (§7.7).
[[nodiscard]] std::map<ValidatorIndex, AttestationData> recompute_latest_votes(const ProofPool& pool,
                                                                               Slot cutoff);

/// How many of `votes` each block later than `start` supports or is supported through (§7.7 accumulate).
/// Blocks without any are left out.
[[nodiscard]] std::map<Root, std::uint64_t> accumulate_ancestor_weights(
    const Store& store, const std::map<ValidatorIndex, AttestationData>& votes, Slot start);

/// LMD-GHOST (§7.8). Requires: `start` is a known block.
[[nodiscard]] Root lmd_ghost_head(const Store& store, const Root& start,
                                  const std::map<ValidatorIndex, AttestationData>& votes,
                                  std::optional<std::uint64_t> min_score);

/// The head that update_head would find for the store's present votes, justified and finalized checkpoint
/// (§7.9).
[[nodiscard]] Root recompute_head(const Store& store);

/// The safe target that update_safe_target would find (§7.11).
[[nodiscard]] Root recompute_safe_target(const Store& store);

/// What compute_block_weights says of every block that has any weight.
[[nodiscard]] std::map<Root, std::uint64_t> recompute_block_weights(const Store& store);

/// is_ancestor (§7.2) by climbing from parent to parent.
[[nodiscard]] bool recompute_is_ancestor(const Store& store, const Checkpoint& ancestor,
                                         const Checkpoint& descendant);

}  // namespace lockstep::spec
