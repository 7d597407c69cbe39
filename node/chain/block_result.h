// What the chain's mutator says of a block to whoever goes on from there.
#pragma once

#include "node/chain/events.h"
#include "node/runtime/transport.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// What became of a block, with what is needed to go on: whom to ask for which parent.
struct BlockResult {
  BlockOutcome outcome = BlockOutcome::kDuplicate;
  spec::Root root;
  spec::Slot slot;
  spec::Root parent_root;
  Origin origin = Origin::kGossip;
  runtime::PeerId from;
  /// Meaningful for kRejected only.
  spec::RejectionReason reason{};
};

}  // namespace lockstep::chain
