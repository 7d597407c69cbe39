// Copying the tree.
#include "node/chain/fork_choice_view.h"

namespace lockstep::chain {

ForkChoiceView fork_choice_view_of(const spec::Store& store) {
  const spec::BlockTree& tree = store.tree();
  ForkChoiceView out{.nodes = {},
                     .head = store.head(),
                     .justified = store.latest_justified(),
                     .finalized = store.latest_finalized(),
                     .safe_target = store.safe_target(),
                     .validator_count = store.head_state().validators->size(),
                     .time = store.time()};
  for (std::uint32_t i = 1; i <= tree.size(); ++i) {
    const spec::BlockIndex block{i};
    if (tree.slot(block) < out.finalized.slot) {
      continue;
    }
    // Votes for the finalized block and those before it have no weight in leanSpec's count.
    const bool counts = tree.slot(block) > out.finalized.slot;
    out.nodes.push_back({.root = tree.root(block),
                         .slot = tree.slot(block),
                         .parent_root = tree.block(block)->parent_root,
                         .proposer_index = tree.block(block)->proposer_index,
                         .weight = counts ? tree.weight(block) : 0});
  }
  return out;
}

}  // namespace lockstep::chain
