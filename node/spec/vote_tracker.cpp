// How the latest votes are found from scratch and followed change by change.
#include "node/spec/vote_tracker.h"

#include <algorithm>
#include <utility>

namespace lockstep::spec {
namespace {

bool supersedes(const LatestVote& vote, const LatestVote& held) {
  if (!held.counts) {
    return true;
  }
  return vote.slot != held.slot ? vote.slot > held.slot : vote.position < held.position;
}

LatestVote vote_for(const AttestationData& data, PoolPosition position, const BlockTree& tree) {
  return {.counts = true, .slot = data.slot, .position = position, .head = tree.find(data.head.root)};
}

void make_room_for(const AggregationBits& voters, std::vector<LatestVote>& votes) {
  if (voters.size() > votes.size()) {
    votes.resize(voters.size());
  }
}

}  // namespace

std::vector<LatestVote> latest_votes(const ProofPool& pool, Slot cutoff, const BlockTree& tree) {
  std::vector<LatestVote> votes;
  for (const auto& [position, entry] : pool.entries()) {
    if (entry.data.head.slot <= cutoff || entry.value.empty()) {
      continue;
    }
    const LatestVote vote = vote_for(entry.data, position, tree);
    make_room_for(entry.value.voters(), votes);
    entry.value.voters().for_each_set([&](std::size_t validator) {
      if (supersedes(vote, votes[validator])) {
        votes[validator] = vote;
      }
    });
  }
  return votes;
}

void VoteTracker::added(const AttestationData& data, PoolPosition position, const AggregationBits& voters,
                        BlockTree& tree) {
  if (data.head.slot <= cutoff_) {
    return;
  }
  const LatestVote vote = vote_for(data, position, tree);
  waits_for_head_ = waits_for_head_ || (vote.head == kNoBlock && voters.any());
  make_room_for(voters, votes_);
  voters.for_each_set([&](std::size_t validator) {
    LatestVote& held = votes_[validator];
    if (supersedes(vote, held)) {
      tree.move_vote(held.head, vote.head);
      held = vote;
    }
  });
}

void VoteTracker::block_inserted(const ProofPool& pool, BlockTree& tree) {
  if (waits_for_head_) {
    recount(pool, cutoff_, tree);
  }
}

void VoteTracker::recount(const ProofPool& pool, Slot cutoff, BlockTree& tree) {
  cutoff_ = cutoff;
  std::vector<LatestVote> votes = latest_votes(pool, cutoff, tree);
  votes.resize(std::max(votes.size(), votes_.size()));
  votes_.resize(votes.size());
  waits_for_head_ = false;
  for (std::size_t validator = 0; validator < votes.size(); ++validator) {
    tree.move_vote(votes_[validator].head, votes[validator].head);
    waits_for_head_ = waits_for_head_ || (votes[validator].counts && votes[validator].head == kNoBlock);
  }
  votes_ = std::move(votes);
}

}  // namespace lockstep::spec
