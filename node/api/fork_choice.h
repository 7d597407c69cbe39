// The block tree as the API shows it: leanSpec's /lean/v0/fork_choice.
#pragma once

#include <cstdint>
#include <vector>

#include "node/spec/containers.h"
#include "node/spec/store.h"
#include "node/spec/types.h"

namespace lockstep::api {

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
struct ForkChoice {
  std::vector<ForkChoiceNode> nodes;
  spec::Root head;
  spec::Checkpoint justified;
  spec::Checkpoint finalized;
  spec::Root safe_target;
  std::uint64_t validator_count = 0;
};

/// Copies what the API shows out of a store, in order of insertion. Costs time in proportion to the blocks of
/// the store. Who may call it is as for the store's const members.
[[nodiscard]] ForkChoice fork_choice_of(const spec::Store& store);

}  // namespace lockstep::api
