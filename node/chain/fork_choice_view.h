// The block tree with its weights, copied for those who only look.
#pragma once

#include <cstdint>
#include <vector>

#include "node/spec/containers.h"
#include "node/spec/store.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// One block of the tree.
struct ForkChoiceNode {
  spec::Root root;
  spec::Slot slot;
  spec::Root parent_root;
  spec::ValidatorIndex proposer_index;
  std::uint64_t weight = 0;
  friend bool operator==(const ForkChoiceNode&, const ForkChoiceNode&) = default;
};

/// The tree from the finalized slot on, all of it from one moment.
struct ForkChoiceView {
  std::vector<ForkChoiceNode> nodes;
  spec::Root head;
  spec::Checkpoint justified;
  spec::Checkpoint finalized;
  spec::Root safe_target;
  std::uint64_t validator_count = 0;  ///< Of the head's state.
  spec::Interval time;                ///< Intervals since genesis that the store had been ticked to.
};

/// Copies the tree out of a store, in order of insertion. Costs time in proportion to the blocks of the
/// store. Who may call it is as for the store's const members.
[[nodiscard]] ForkChoiceView fork_choice_view_of(const spec::Store& store);

}  // namespace lockstep::chain
