// Votes whose order of arrival decides.
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "node/spec/block_tree.h"
#include "node/spec/containers.h"
#include "node/spec/vote_pool.h"
#include "node/spec/vote_tracker.h"
#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

using spec::Root;

Root root_of(std::uint8_t name) {
  Root root;
  root.data.fill(name);
  return root;
}

std::shared_ptr<const spec::Block> block_of(std::uint64_t slot, const Root& parent) {
  spec::Block block;
  block.slot = spec::Slot(slot);
  block.parent_root = parent;
  return std::make_shared<const spec::Block>(std::move(block));
}

/// An anchor with two children, roots 1 and 2.
spec::BlockTree fork() {
  spec::BlockTree tree(root_of(0), block_of(0, Root{}), nullptr);
  tree.insert(root_of(1), block_of(1, root_of(0)), nullptr);
  tree.insert(root_of(2), block_of(1, root_of(0)), nullptr);
  return tree;
}

/// A vote of slot 1 for that child.
spec::AttestationData vote_for(std::uint8_t child) {
  spec::AttestationData data;
  data.slot = spec::Slot(1);
  data.head = {root_of(child), spec::Slot(1)};
  data.target = data.head;
  data.source = {root_of(0), spec::Slot(0)};
  return data;
}

/// The node's fork choice, which is leanSpec's: of two votes for one slot the one that came first counts.
class FirstCounts {
 public:
  void add(const spec::AttestationData& vote) {
    spec::AggregationBits voters(1);
    voters.set(0);
    tracker_.added(vote, pool_.find_or_append(vote).position, voters, tree_);
  }
  Root head() { return tree_.root(tree_.heaviest_leaf(tree_.find(root_of(0)))); }

 private:
  spec::BlockTree tree_ = fork();
  spec::ProofPool pool_;
  spec::VoteTracker tracker_{spec::Slot(0)};
};

/// Of two votes for one slot the greater one counts, whenever it came.
class GreaterCounts {
 public:
  void add(const spec::AttestationData& vote) {
    if (!latest_ || vote.slot > latest_->slot || (vote.slot == latest_->slot && vote > *latest_)) {
      tree_.move_vote(latest_ ? tree_.find(latest_->head.root) : spec::kNoBlock, tree_.find(vote.head.root));
      latest_ = vote;
    }
  }
  Root head() { return tree_.root(tree_.heaviest_leaf(tree_.find(root_of(0)))); }

 private:
  spec::BlockTree tree_ = fork();
  std::optional<spec::AttestationData> latest_;
};

/// B-190. One validator votes twice for one slot. Both nodes get both votes, in whatever order.
template <typename Choice>
void equal_votes_make_equal_heads(World& world) {
  struct Node {
    explicit Node(World& of) : mutex(of.sync(), "fork choice") {}
    void add(std::uint8_t child) {
      const std::lock_guard lock(mutex);
      choice.add(vote_for(child));
    }
    runtime::Mutex mutex;
    Choice choice;
  };
  Node north(world);
  Node south(world);
  world.beside({{"northern gossip",
                 [&] {
                   north.add(1);
                   south.add(1);
                 }},
                {"southern gossip", [&] {
                   south.add(2);
                   north.add(2);
                 }}});
  world.expect(north.choice.head() == south.choice.head(), "two nodes with the same votes have other heads");
}

}  // namespace

std::vector<Pair> open_pairs() {
  return {
      {"B-190", "the head is a function of the set of votes", 60, &equal_votes_make_equal_heads<FirstCounts>,
       &equal_votes_make_equal_heads<GreaterCounts>},
  };
}

}  // namespace lockstep::scenarios::races
