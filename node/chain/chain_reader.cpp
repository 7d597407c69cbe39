// Publishing what the chain's mutator did.
#include "node/chain/chain_reader.h"

#include <utility>

namespace lockstep::chain {

using locking::Tier;

ChainReader::ChainReader(const locking::LockSeams& seams, const ChainView& view)
    : view_(seams, Tier::kForkChoice, "chain view", view),
      known_(seams),
      coming_(seams, Tier::kPendingBlocks, "coming blocks"),
      waiting_(seams),
      states_(seams, Tier::kStates, "states"),
      served_(seams),
      tree_(seams, Tier::kForkChoice, "block tree") {}

PublishedChain::PublishedChain(const locking::LockSeams& seams, const ChainView& view,
                               std::shared_ptr<const spec::State> anchor_state)
    : ChainReader(seams, view), published_(view) {
  states_.put_exclusive("anchor", view.head.root, std::move(anchor_state));
  states_by_slot_.emplace(view.head.slot, view.head.root);
  known_.add("anchor", view.head.root);
}

std::size_t PublishedChain::imported(const spec::Root& root, SignedBlockPointer block,
                                     std::shared_ptr<const spec::State> state) {
  const spec::Slot slot = block->block.slot;
  if (slot >= published_.finalized.slot) {
    states_.put_exclusive("import", root, std::move(state));
    states_by_slot_.emplace(slot, root);
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
  view_.update("import", [&](ChainView& shared) { shared = view; });
  published_ = view;
  while (!states_by_slot_.empty() && states_by_slot_.begin()->first < view.finalized.slot) {
    // Freed here, outside the lock.
    const std::shared_ptr<const spec::State> pruned =
        states_.fetch_remove("prune", states_by_slot_.begin()->second);
    states_by_slot_.erase(states_by_slot_.begin());
  }
}

void PublishedChain::ticked(ForkChoiceView tree) {
  auto shared = std::make_shared<const ForkChoiceView>(std::move(tree));
  tree_.update("tick", [&](auto& published) { published.swap(shared); });
}

}  // namespace lockstep::chain
