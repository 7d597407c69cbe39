// What other threads see of the chain: the checkpoints of one moment.
#pragma once

#include "node/locking/borrowed.h"
#include "node/locking/coherent.h"
#include "node/locking/pinned_map.h"
#include "node/spec/containers.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// The checkpoints that belong together. Slots and roots are always of one and the same update.
struct ChainView {
  spec::Checkpoint head;
  spec::Checkpoint safe_target;
  spec::Checkpoint justified;
  spec::Checkpoint finalized;
  /// Intervals since genesis that the store has been ticked to.
  spec::Interval time{};
  /// The highest slot of any block in the store.
  spec::Slot newest_block_slot{};
  friend bool operator==(const ChainView&, const ChainView&) = default;
};

/// A state that is read in place.
using BorrowedState = locking::Borrowed<spec::State>;
/// States by block root: get() borrows, commit_keep_existing() adds, fetch_remove() prunes.
using States = locking::PinnedMap<spec::Root, spec::State>;
/// The view that readers of other threads read once for each decision.
using SharedChainView = locking::Coherent<ChainView>;

}  // namespace lockstep::chain
