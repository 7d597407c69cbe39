// How blocks come in, wait, and reach the store.
#include <algorithm>
#include <utility>

#include "node/base/assert.h"
#include "node/chain/chain.h"
#include "node/chain/metered.h"
#include "node/spec/aggregation_recovery.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/signatures_check.h"
#include "node/spec/slot.h"
#include "node/spec/state_transition.h"

namespace lockstep::chain {

BlockResult Chain::on_block(SignedBlockPointer block, Origin origin, runtime::PeerId from) {
  const spec::Root root = spec::hash_tree_root(block->block);
  ++block_counts_.entered;
  return take_block({.root = root, .block = std::move(block), .origin = origin, .from = from});
}

void Chain::enqueue_block(SignedBlockPointer block, Origin origin, runtime::PeerId from) {
  const spec::Root root = spec::hash_tree_root(block->block);
  ++block_counts_.entered;
  IncomingBlock incoming{.root = root, .block = std::move(block), .origin = origin, .from = from};
  if (has_or_holds(root)) {
    finish(incoming, BlockOutcome::kDuplicate, {});
  } else if (ready_.size() >= kReadyBlocksMax) {
    finish(incoming, BlockOutcome::kEvicted, {});
  } else {
    ready_.push_back(std::move(incoming));
    report_level(Buffer::kReadyBlocks, ready_.size(), kReadyBlocksMax);
  }
}

std::optional<BlockResult> Chain::step() {
  if (!ready_.empty()) {
    IncomingBlock incoming = std::move(ready_.front());
    ready_.pop_front();
    report_level(Buffer::kReadyBlocks, ready_.size(), kReadyBlocksMax);
    return take_block(std::move(incoming));
  }
  retry_kept_votes();
  return std::nullopt;
}

bool Chain::is_early(spec::Slot slot) const {
  return slot.value > (store_.time().value + spec::GOSSIP_DISPARITY_INTERVALS) / spec::INTERVALS_PER_SLOT;
}

BlockResult Chain::take_block(IncomingBlock incoming) {
  if (knows(incoming.root)) {
    return finish(incoming, BlockOutcome::kDuplicate, {});
  }
  if (is_early(incoming.slot())) {
    if (incoming.slot() > spec::slot_of(store_.time()) + kEarlySlotsMax) {
      return finish(incoming, BlockOutcome::kTooFarAhead, {});
    }
    return hold(early_, Buffer::kEarlyBlocks, std::move(incoming), BlockOutcome::kEarly);
  }
  if (!knows(incoming.parent_root())) {
    if (incoming.slot() <= store_.latest_finalized().slot) {
      return finish(incoming, BlockOutcome::kTooOld, {});
    }
    return hold(pending_, Buffer::kPendingBlocks, std::move(incoming), BlockOutcome::kUnknownParent);
  }
  const spec::Verdict<bool> imported = import(incoming);
  if (!imported) {
    const BlockResult result = finish(incoming, BlockOutcome::kRejected, imported.error());
    // A wrong proof says nothing of the block: somebody else may have the right one.
    if (imported.error() != spec::RejectionReason::INVALID_BLOCK_PROOF) {
      drop_held(pending_.take_descendants(incoming.root), BlockOutcome::kRejected,
                spec::RejectionReason::UNKNOWN_PARENT_BLOCK);
    }
    return result;
  }
  const BlockResult result = finish(incoming, BlockOutcome::kImported, {});
  recover_votes(incoming);
  settle_import(incoming);
  return result;
}

spec::Verdict<bool> Chain::import(const IncomingBlock& incoming) {
  events_.input_began();
  const spec::Verdict<std::shared_ptr<const spec::State>> parent_state =
      store_.check_block(incoming.block->block, incoming.root);
  if (!parent_state) {
    return parent_state.error();
  }
  spec::Verdict<std::shared_ptr<const spec::State>> post_state = run_block(incoming, **parent_state);
  if (!post_state) {
    return post_state.error();
  }
  // The store holds a part of the signed block rather than a copy of it.
  std::shared_ptr<const spec::Block> content(incoming.block, &incoming.block->block);
  return metered(meter_, runtime::Work::kForkChoice, 1,
                 [&] { return store_.import(incoming.root, std::move(content), std::move(*post_state)); });
}

spec::Verdict<std::shared_ptr<const spec::State>> Chain::run_block(const IncomingBlock& incoming,
                                                                   const spec::State& parent_state) {
  const spec::SignedBlock& block = *incoming.block;
  const spec::Verdict<void> verified = metered(
      meter_, runtime::Work::kVerifyProof, block.block.body.attestations.size() + 1,
      [&] { return spec::verify_signatures(block, incoming.root, *parent_state.validators, prover_); });
  if (!verified) {
    return verified.error();
  }
  spec::Verdict<spec::State> post_state = metered(meter_, runtime::Work::kStateTransition, 1, [&] {
    return spec::state_transition(parent_state, block.block);
  });
  if (!post_state) {
    return post_state.error();
  }
  return std::make_shared<const spec::State>(std::move(*post_state));
}

void Chain::recover_votes(const IncomingBlock& incoming) {
  const spec::BlockRecovery plan = spec::plan_recovery(store_, incoming.block->block, incoming.root);
  if (plan.votes.empty()) {
    return;
  }
  const std::vector<spec::RecoveredAggregate> recovered =
      metered(meter_, runtime::Work::kMergeProofs, plan.votes.size(),
              [&] { return spec::recover(plan, *incoming.block, prover_); });
  store_.adopt_recovered(recovered);
  for (const spec::RecoveredAggregate& one : recovered) {
    if (is_aggregator_) {
      recovered_.push_back(one.aggregate);
    }
  }
}

void Chain::settle_import(const IncomingBlock& incoming) {
  newest_block_slot_ = std::max(newest_block_slot_, incoming.slot());
  keep_signed(incoming.root, incoming.block);
  if (pending_.size() > 0) {
    make_ready(pending_.take_children(incoming.root));
    drop_held(pending_.take_up_to(store_.latest_finalized().slot), BlockOutcome::kTooOld, {});
  }
  retry_everything_kept();
  report_changes();
}

void Chain::keep_signed(const spec::Root& root, SignedBlockPointer block) {
  if (signed_in_order_.size() >= kSignedBlocksMax) {
    signed_blocks_.erase(signed_in_order_.front());
    signed_in_order_.pop_front();
  }
  signed_blocks_.emplace(root, std::move(block));
  signed_in_order_.push_back(root);
  report_level(Buffer::kSignedBlocks, signed_in_order_.size(), kSignedBlocksMax);
}

BlockResult Chain::hold(HeldBlocks& buffer, Buffer name, IncomingBlock incoming, BlockOutcome outcome) {
  if (buffer.contains(incoming.root)) {
    return finish(incoming, BlockOutcome::kDuplicate, {});
  }
  const BlockResult result = finish(incoming, outcome, {});
  if (std::optional<IncomingBlock> evicted = buffer.add(std::move(incoming))) {
    finish(*evicted, BlockOutcome::kEvicted, {});
  }
  report_level(name, buffer.size(), buffer.bound());
  return result;
}

void Chain::make_ready(std::vector<IncomingBlock> blocks) {
  for (IncomingBlock& block : blocks) {
    block.origin = Origin::kBuffered;
    if (ready_.size() >= kReadyBlocksMax) {
      finish(block, BlockOutcome::kEvicted, {});
    } else {
      ready_.push_back(std::move(block));
    }
  }
  if (!blocks.empty()) {
    report_level(Buffer::kReadyBlocks, ready_.size(), kReadyBlocksMax);
    report_level(Buffer::kPendingBlocks, pending_.size(), pending_.bound());
  }
}

void Chain::drop_held(std::vector<IncomingBlock> blocks, BlockOutcome outcome, spec::RejectionReason reason) {
  for (IncomingBlock& block : blocks) {
    block.origin = Origin::kBuffered;
    finish(block, outcome, reason);
  }
  if (!blocks.empty()) {
    report_level(Buffer::kPendingBlocks, pending_.size(), pending_.bound());
  }
}

BlockResult Chain::finish(const IncomingBlock& incoming, BlockOutcome outcome, spec::RejectionReason reason) {
  count(outcome);
  events_.block_handled({.root = incoming.root,
                         .block = incoming.block->block,
                         .origin = incoming.origin,
                         .outcome = outcome,
                         .reason = reason});
  return {.outcome = outcome,
          .root = incoming.root,
          .slot = incoming.slot(),
          .parent_root = incoming.parent_root(),
          .origin = incoming.origin,
          .from = incoming.from};
}

void Chain::count(BlockOutcome outcome) {
  switch (outcome) {
    case BlockOutcome::kImported:
      ++block_counts_.imported;
      return;
    case BlockOutcome::kDuplicate:
      ++block_counts_.duplicate;
      return;
    case BlockOutcome::kRejected:
      ++block_counts_.rejected;
      return;
    case BlockOutcome::kTooOld:
      ++block_counts_.too_old;
      return;
    case BlockOutcome::kTooFarAhead:
      ++block_counts_.too_far_ahead;
      return;
    case BlockOutcome::kEvicted:
      ++block_counts_.evicted;
      return;
    case BlockOutcome::kUnknownParent:
    case BlockOutcome::kEarly:
      return;
  }
}

bool Chain::has_or_holds(const spec::Root& root) const {
  return knows(root) || pending_.contains(root) || early_.contains(root) ||
         std::any_of(ready_.begin(), ready_.end(),
                     [&](const IncomingBlock& waiting) { return waiting.root == root; });
}

SignedBlockPointer Chain::signed_block(const spec::Root& root) const {
  const auto found = signed_blocks_.find(root);
  return found == signed_blocks_.end() ? nullptr : found->second;
}

SignedBlockPointer Chain::canonical_block(spec::Slot slot) const {
  const spec::BlockTree& tree = store_.tree();
  const spec::BlockIndex block = tree.ancestor_at_or_below(store_.head_block(), slot);
  return block == spec::kNoBlock || tree.slot(block) != slot ? nullptr : signed_block(tree.root(block));
}

}  // namespace lockstep::chain
