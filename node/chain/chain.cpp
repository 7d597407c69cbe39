// Time, our own validators' duties, and the reports of what changed.
#include "node/chain/chain.h"

#include <utility>

#include "node/base/assert.h"
#include "node/chain/metered.h"
#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/state_transition.h"
#include "node/spec/validator_duties.h"

namespace lockstep::chain {
namespace {

spec::Store store_from(const std::shared_ptr<const Anchor>& anchor,
                       std::optional<spec::ValidatorIndex> validator) {
  spec::Verdict<spec::Store> store =
      spec::Store::create(std::shared_ptr<const spec::State>(anchor, &anchor->state),
                          std::shared_ptr<const spec::Block>(anchor, &anchor->block), validator);
  LOCKSTEP_ASSERT_MSG(store.has_value(), "the anchor's block commits to its state");
  return std::move(*store);
}

spec::Checkpoint checkpoint_of(const spec::Store& store, spec::BlockIndex block) {
  return {.root = store.tree().root(block), .slot = store.tree().slot(block)};
}

}  // namespace

Chain::Chain(std::shared_ptr<const Anchor> anchor, bool is_aggregator,
             std::optional<spec::ValidatorIndex> validator, const locking::LockSeams& seams,
             runtime::Meter& meter, const crypto::SignatureScheme& scheme,
             const crypto::AggregateProver& prover, Events& events)
    : anchor_(std::move(anchor)),
      // Without the hook: a setting by which nothing is ordered is no reason to switch threads.
      is_aggregator_(nullptr, "aggregator role", is_aggregator),
      meter_(meter),
      prover_(prover),
      decider_(meter, scheme, prover),
      events_(events),
      store_(store_from(anchor_, validator)),
      newest_block_slot_(anchor_->block.slot),
      last_data_root_(spec::hash_tree_root(last_data_)),
      reported_(view()),
      published_(seams, reported_, std::shared_ptr<const spec::State>(anchor_, &anchor_->state)) {
  published_.ticked(fork_choice_view_of(store_));
}

ChainView Chain::view() const {
  return {.head = head(),
          .safe_target = safe_target(),
          .justified = store_.latest_justified(),
          .finalized = store_.latest_finalized(),
          .time = store_.time(),
          .newest_block_slot = newest_block_slot_};
}

spec::Checkpoint Chain::head() const {
  return checkpoint_of(store_, store_.head_block());
}

spec::Checkpoint Chain::safe_target() const {
  return checkpoint_of(store_, store_.safe_target_block());
}

std::vector<spec::SignedAggregatedAttestation> Chain::tick_interval() {
  // Aggregation is done here and not by the store, so that the store is not in the middle of a call
  // meanwhile.
  store_.tick_interval(false, nullptr);
  std::vector<spec::SignedAggregatedAttestation> made;
  if (is_aggregator() && spec::interval_in_slot(store_.time()) == 2) {
    made = aggregate();
  }
  if (early_.size() > 0) {
    for (IncomingBlock& block : early_.take_up_to(spec::Slot(
             (store_.time().value + spec::GOSSIP_DISPARITY_INTERVALS) / spec::INTERVALS_PER_SLOT))) {
      const spec::Root root = block.root;
      block.origin = Origin::kBuffered;
      make_ready(std::move(block));
      published_.came(root);
    }
    report_level(Buffer::kEarlyBlocks, early_.size(), early_.bound());
  }
  report_changes();
  published_.ticked(fork_choice_view_of(store_));
  return made;
}

void Chain::skip_to(spec::Interval interval) {
  store_.skip_to(interval);
  report_changes();
  published_.ticked(fork_choice_view_of(store_));
}

std::optional<spec::AggregationRound> Chain::begin_round() const {
  if (!is_aggregator()) {
    return std::nullopt;
  }
  spec::AggregationRound round = store_.begin_aggregation();
  return spec::inputs_of(round) == 0 ? std::nullopt : std::optional(std::move(round));
}

std::vector<spec::SignedAggregatedAttestation> Chain::aggregate() {
  spec::AggregationRound round = store_.begin_aggregation();
  const std::uint64_t inputs = spec::inputs_of(round);
  if (proves_elsewhere_ && inputs > 0) {
    round_ = std::move(round);
    return {};
  }
  std::vector<spec::SignedAggregatedAttestation> made =
      inputs == 0 ? std::vector<spec::SignedAggregatedAttestation>{}
                  : metered(meter_, runtime::Work::kAggregateProof, inputs,
                            [&] { return spec::prove_all(round, prover_); });
  adopt(round, made);
  return made;
}

void Chain::adopt(const spec::AggregationRound& round,
                  std::span<const spec::SignedAggregatedAttestation> made) {
  store_.adopt_aggregates(round, made);
  for (const spec::SignedAggregatedAttestation& one : made) {
    events_.aggregated({.data = one.data, .participants = one.proof.participants.popcount()});
  }
}

std::vector<spec::SignedAggregatedAttestation> Chain::take_recovered() {
  return std::exchange(recovered_, {});
}

void Chain::update_head() {
  store_.update_head();
  report_changes();
}

spec::Verdict<spec::AttestationData> Chain::produce_attestation_data(spec::Slot slot) {
  update_head();
  return spec::produce_attestation_data(store_, slot);
}

spec::Verdict<spec::BuiltBlock> Chain::build_block(spec::Slot slot, spec::ValidatorIndex proposer) {
  store_.accept_new_attestations();
  report_changes();
  return metered(meter_, runtime::Work::kBuildBlock, 1, [&] {
    return spec::build_block(store_.head_state(), slot, proposer, store_.head(), store_.block_candidates(),
                             prover_);
  });
}

void Chain::add_own_block(SignedBlockPointer block, const spec::Root& root, spec::State post_state) {
  const std::shared_ptr<const spec::Block> content(block, &block->block);
  const IncomingBlock incoming{.root = root, .block = std::move(block), .origin = Origin::kOwn, .from = {}};
  ++block_counts_.entered;
  events_.input_entered({.input = Input::kBlock, .origin = Origin::kOwn});
  if (!store_.add_produced_block(root, content, std::make_shared<const spec::State>(std::move(post_state)))) {
    finish(incoming, BlockOutcome::kDuplicate, {});
    return;
  }
  finish(incoming, BlockOutcome::kImported, {});
  store_.update_head();
  settle_import(incoming);
}

const spec::Root& Chain::data_root(const spec::AttestationData& data) {
  if (!(data == last_data_)) {
    last_data_root_ = spec::hash_tree_root(data);
    last_data_ = data;
  }
  return last_data_root_;
}

void Chain::report_changes() {
  const ChainView before = std::exchange(reported_, view());
  const ChainView& after = reported_;
  if (before.head.root == after.head.root) {
    published_.changed(after, nullptr);
  } else {
    const ServedBlocks::Move move = move_from(before.head.root);
    published_.changed(after, &move);
  }
  const auto note = [&](const spec::Checkpoint& old, const spec::Checkpoint& current,
                        void (Events::*report)(const CheckpointChanged&)) {
    if (old != current) {
      (events_.*report)({.old_checkpoint = old, .new_checkpoint = current});
    }
  };
  note(before.justified, after.justified, &Events::justified_changed);
  note(before.finalized, after.finalized, &Events::finalized_changed);
  if (before.head.root != after.head.root) {
    events_.head_changed({.old_head = before.head,
                          .new_head = after.head,
                          .reorg_depth = reorg_depth(before.head.root),
                          .justified = after.justified});
  }
  note(before.safe_target, after.safe_target, &Events::safe_target_changed);
}

ServedBlocks::Move Chain::move_from(const spec::Root& old_head) const {
  const spec::BlockTree& tree = store_.tree();
  ServedBlocks::Move move;
  spec::BlockIndex old = tree.find(old_head);
  spec::BlockIndex block = store_.head_block();
  while (block != old) {
    // The later of the two cannot be an ancestor of the other; of equals neither can.
    if (tree.slot(block) >= tree.slot(old)) {
      move.blocks.emplace_back(tree.slot(block), tree.root(block));
      block = tree.parent(block);
    } else {
      old = tree.parent(old);
    }
  }
  move.fork = tree.slot(block);
  return move;
}

std::uint64_t Chain::reorg_depth(const spec::Root& old_head) const {
  const spec::BlockTree& tree = store_.tree();
  std::uint64_t depth = 0;
  for (spec::BlockIndex block = tree.find(old_head); block != spec::kNoBlock; block = tree.parent(block)) {
    if (tree.ancestor_at_or_below(store_.head_block(), tree.slot(block)) == block) {
      break;
    }
    ++depth;
  }
  return depth;
}

void Chain::report_level(Buffer buffer, std::size_t size, std::size_t bound) {
  events_.buffer_level({.buffer = buffer, .size = size, .bound = bound});
}

}  // namespace lockstep::chain
