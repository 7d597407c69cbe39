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
  return on_block(root, std::move(block), origin, from);
}

BlockResult Chain::on_block(const spec::Root& root, SignedBlockPointer block, Origin origin,
                            runtime::PeerId from) {
  ++block_counts_.entered;
  return take_block({.root = root, .block = std::move(block), .origin = origin, .from = from});
}

void Chain::enqueue_block(const spec::Root& root, SignedBlockPointer block, Origin origin,
                          runtime::PeerId from) {
  ++block_counts_.entered;
  IncomingBlock incoming{.root = root, .block = std::move(block), .origin = origin, .from = from};
  if (published_.has_or_holds("hand in", root)) {
    finish(incoming, BlockOutcome::kDuplicate, {});
  } else {
    make_ready(std::move(incoming));
  }
}

std::optional<BlockResult> Chain::step() {
  if (!ready_.empty()) {
    IncomingBlock incoming = std::move(ready_.front());
    ready_.pop_front();
    report_level(Buffer::kReadyBlocks, ready_.size(), kReadyBlocksMax);
    const BlockResult result = take_block(std::move(incoming));
    // Only here, so that whoever looks for it meanwhile finds it in one place or another.
    published_.came(result.root);
    return result;
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
    return hold_early(std::move(incoming));
  }
  if (!knows(incoming.parent_root())) {
    if (incoming.slot() <= store_.latest_finalized().slot) {
      const BlockResult result = finish(incoming, BlockOutcome::kTooOld, {});
      // Nor will those that wait for it ever matter; they would have it fetched again and again.
      drop_waiting(published_.waiting().take_descendants("too old", incoming.root), BlockOutcome::kTooOld,
                   {});
      return result;
    }
    return hold_orphan(std::move(incoming));
  }
  const spec::Verdict<bool> imported = import(incoming);
  if (!imported) {
    const BlockResult result = finish(incoming, BlockOutcome::kRejected, imported.error());
    // A wrong proof says nothing of the block: somebody else may have the right one.
    if (imported.error() != spec::RejectionReason::INVALID_BLOCK_PROOF) {
      drop_waiting(published_.waiting().take_descendants("parent rejected", incoming.root),
                   BlockOutcome::kRejected, spec::RejectionReason::UNKNOWN_PARENT_BLOCK);
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
    if (is_aggregator()) {
      recovered_.push_back(one.aggregate);
    }
  }
}

void Chain::settle_import(const IncomingBlock& incoming) {
  newest_block_slot_ = std::max(newest_block_slot_, incoming.slot());
  publish_import(incoming);
  BlockCache& waiting = published_.waiting();
  if (waiting.count("import") > 0) {
    make_children_ready(incoming.root);
    drop_waiting(waiting.take_up_to("finalized", store_.latest_finalized().slot), BlockOutcome::kTooOld, {});
  }
  retry_everything_kept();
  report_changes();
}

void Chain::publish_import(const IncomingBlock& incoming) {
  const spec::BlockTree& tree = store_.tree();
  const std::size_t kept =
      published_.imported(incoming.root, incoming.block, tree.state(tree.find(incoming.root)));
  report_level(Buffer::kSignedBlocks, kept, kSignedBlocksMax);
}

BlockResult Chain::hold_early(IncomingBlock incoming) {
  if (early_.contains(incoming.root)) {
    return finish(incoming, BlockOutcome::kDuplicate, {});
  }
  const BlockResult result = finish(incoming, BlockOutcome::kEarly, {});
  published_.coming(incoming.root);
  if (std::optional<IncomingBlock> evicted = early_.add(std::move(incoming))) {
    published_.came(evicted->root);
    finish(*evicted, BlockOutcome::kEvicted, {});
  }
  report_level(Buffer::kEarlyBlocks, early_.size(), early_.bound());
  return result;
}

BlockResult Chain::hold_orphan(IncomingBlock incoming) {
  BlockCache::Insertion held =
      published_.waiting().insert_evicting("orphan", incoming.root, incoming.block, nullptr, incoming.from);
  if (held.outcome == CacheOutcome::kAlreadyCached) {
    return finish(incoming, BlockOutcome::kDuplicate, {});
  }
  const BlockResult result = finish(incoming, BlockOutcome::kUnknownParent, {});
  if (held.evicted) {
    drop_waiting({std::move(*held.evicted)}, BlockOutcome::kEvicted, {});
  } else {
    report_waiting();
  }
  return result;
}

void Chain::make_children_ready(const spec::Root& parent) {
  const std::vector<spec::Root> expected = published_.waiting().children_of("import", parent);
  for (const spec::Root& child : expected) {
    published_.coming(child);
  }
  const std::vector<CachedBlock> children = published_.waiting().take_children("import", parent);
  for (const CachedBlock& child : children) {
    make_ready({.root = child.root, .block = child.block, .origin = Origin::kBuffered, .from = child.from});
  }
  for (const spec::Root& child : expected) {
    published_.came(child);
  }
  if (!children.empty()) {
    report_waiting();
  }
}

void Chain::make_ready(IncomingBlock incoming) {
  if (ready_.size() >= kReadyBlocksMax) {
    finish(incoming, BlockOutcome::kEvicted, {});
    return;
  }
  published_.coming(incoming.root);
  ready_.push_back(std::move(incoming));
  report_level(Buffer::kReadyBlocks, ready_.size(), kReadyBlocksMax);
}

void Chain::drop_waiting(std::vector<CachedBlock> blocks, BlockOutcome outcome,
                         spec::RejectionReason reason) {
  for (CachedBlock& block : blocks) {
    finish({.root = block.root,
            .block = std::move(block.block),
            .origin = Origin::kBuffered,
            .from = block.from},
           outcome, reason);
  }
  if (!blocks.empty()) {
    report_waiting();
  }
}

void Chain::report_waiting() {
  report_level(Buffer::kPendingBlocks, published_.waiting().count("gauge"), kCachedBlocksMax);
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
          .from = incoming.from,
          .reason = reason};
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
    case BlockOutcome::kShutDown:
      ++block_counts_.shut_down;
      return;
    case BlockOutcome::kUnknownParent:
    case BlockOutcome::kEarly:
    case BlockOutcome::kNotSynced:
    case BlockOutcome::kQueueFull:
      return;
  }
}

void Chain::shut_down() {
  constexpr spec::Slot kAll(~std::uint64_t{0});
  drop_waiting(published_.waiting().take_up_to("shut down", kAll), BlockOutcome::kShutDown, {});
  std::vector<IncomingBlock> left = early_.take_up_to(kAll);
  std::move(ready_.begin(), ready_.end(), std::back_inserter(left));
  ready_.clear();
  for (IncomingBlock& block : left) {
    published_.came(block.root);
    block.origin = Origin::kBuffered;
    finish(block, BlockOutcome::kShutDown, {});
  }
  drop_kept_votes();
}

}  // namespace lockstep::chain
