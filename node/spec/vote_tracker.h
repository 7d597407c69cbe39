// Each validator's latest counted vote, and how the weights of the block tree follow it.
#pragma once

#include <vector>

#include "node/spec/block_tree.h"
#include "node/spec/types.h"
#include "node/spec/vote_pool.h"

namespace lockstep::spec {

/// The vote that fork choice counts for one validator.
struct LatestVote {
  bool counts = false;  ///< False: the validator has no vote that counts.
  Slot slot;
  PoolPosition position = 0;   ///< Of the vote's entry in its pool.
  BlockIndex head = kNoBlock;  ///< kNoBlock: the head is not known, so that the vote weighs nothing.
};

/// The latest votes in a pool (§7.7), by validator index: the highest data.slot, and on equal slots the
/// earlier entry. Entries whose head is not later than `cutoff` do not count. A head may be unknown: votes
/// recovered from a block's body were never validated.
[[nodiscard]] std::vector<LatestVote> latest_votes(const ProofPool& pool, Slot cutoff, const BlockTree& tree);

/// Keeps latest_votes(known pool, finalized slot) and its weights in the tree, change by change. The owner
/// reports every change of the pool and of the finalized slot.
class VoteTracker {
 public:
  /// Counts only votes whose head is later than `cutoff`.
  explicit VoteTracker(Slot cutoff) : cutoff_(cutoff) {}

  /// The entry at `position` has gained a proof by `voters`, or has moved there, to the very front, with all
  /// its voters: either way it now wins against every vote that it did not win against before.
  void added(const AttestationData& data, PoolPosition position, const AggregationBits& voters,
             BlockTree& tree);
  /// A block was inserted into the tree. Votes may have been waiting for it.
  void block_inserted(const ProofPool& pool, BlockTree& tree);
  /// Entries were removed, or the finalized slot has changed to `cutoff`, up or down.
  void recount(const ProofPool& pool, Slot cutoff, BlockTree& tree);

  [[nodiscard]] Slot cutoff() const { return cutoff_; }
  /// By validator index; validators beyond the end have never voted.
  [[nodiscard]] const std::vector<LatestVote>& votes() const { return votes_; }

 private:
  Slot cutoff_;
  bool waits_for_head_ = false;  ///< Whether a vote with an unknown head may be among votes_.
  std::vector<LatestVote> votes_;
};

}  // namespace lockstep::spec
