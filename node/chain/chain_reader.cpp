// Publishing what the chain's mutator did.
#include "node/chain/chain_reader.h"

#include <algorithm>
#include <utility>

#include "node/base/assert.h"

namespace lockstep::chain {

using locking::Tier;

ChainReader::ChainReader(const locking::LockSeams& seams, const ChainView& view)
    : view_(seams, Tier::kForkChoice, "chain view", view),
      known_(seams),
      coming_(seams, Tier::kPendingBlocks, "coming blocks"),
      waiting_(seams),
      states_(seams, Tier::kStates, "states"),
      finalized_(seams, Tier::kCaches, "finalized state"),
      served_(seams),
      tree_(seams, Tier::kForkChoice, "block tree") {}

PublishedChain::PublishedChain(const locking::LockSeams& seams, const ChainView& view,
                               std::shared_ptr<const spec::State> anchor_state)
    : ChainReader(seams, view), published_(view) {
  states_.put_exclusive("anchor", view.head.root, anchor_state);
  finalized_.replace("anchor", anchor_state);
  states_by_slot_.emplace(view.head.slot, Published{view.head.root, std::move(anchor_state)});
  known_.add("anchor", view.head.root);
}

std::size_t PublishedChain::imported(const spec::Root& root, SignedBlockPointer block,
                                     std::shared_ptr<const spec::State> state) {
  const spec::Slot slot = block->block.slot;
  // Until the block is known everywhere nobody else gets at the states: whoever finds the one finds the
  // other.
  std::optional<States::Commit> commit;
  if (slot >= published_.finalized.slot) {
    commit.emplace(states_.commit_keep_existing("import", root, state));
    if (!commit->kept_existing) {
      states_by_slot_.emplace(slot, Published{root, std::move(state)});
    }
  }
  const std::size_t kept = served_.add("import", root, std::move(block));
  known_.add("import", root);
  return kept;
}

void PublishedChain::changed(const ChainView& view, const ServedBlocks::Move* move) {
  if (view == published_) {
    return;
  }
  if (move != nullptr) {
    served_.move_head("new head", *move);
  }
  if (view.finalized != published_.finalized) {
    finalize(view.finalized);
  }
  view_.update("import", [&](ChainView& shared) { shared = view; });
  published_ = view;
  while (!states_by_slot_.empty() && states_by_slot_.begin()->first < view.finalized.slot) {
    // Freed here, outside the lock.
    const std::shared_ptr<const spec::State> pruned =
        states_.fetch_remove("prune", states_by_slot_.begin()->second.root);
    states_by_slot_.erase(states_by_slot_.begin());
  }
}

void PublishedChain::finalize(const spec::Checkpoint& finalized) {
  const auto [first, last] = states_by_slot_.equal_range(finalized.slot);
  const auto found =
      std::find_if(first, last, [&](const auto& entry) { return entry.second.root == finalized.root; });
  if (found != last) {
    finalized_.replace("finalized", found->second.state);
  }
}

void PublishedChain::coming(const spec::Root& root) {
  coming_.change_locked("handed in", root, [](std::uint32_t& copies) {
    ++copies;
    return true;
  });
}

void PublishedChain::came(const spec::Root& root) {
  coming_.change_locked("taken out", root, [](std::uint32_t& copies) {
    LOCKSTEP_ASSERT_MSG(copies > 0, "a block is taken out as often as it was handed in");
    --copies;
    return copies > 0;
  });
}

void PublishedChain::ticked(ForkChoiceView tree) {
  auto shared = std::make_shared<const ForkChoiceView>(std::move(tree));
  tree_.update("tick", [&](auto& published) { published.swap(shared); });
}

}  // namespace lockstep::chain
