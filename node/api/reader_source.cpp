// Reading what is published.
#include "node/api/reader_source.h"

#include "node/spec/hash_tree_root.h"
#include "node/spec/slot.h"
#include "node/spec/slot_clock.h"

namespace lockstep::api {
chain::ChainView ReaderSource::view() {
  return reader_.view("api");
}

std::optional<chain::BorrowedState> ReaderSource::finalized_state() {
  return reader_.borrow_finalized_state("api");
}

std::optional<spec::Block> ReaderSource::finalized_block() {
  const spec::Root root = view().finalized.root;
  if (const chain::SignedBlockPointer block = reader_.signed_block("api", root)) {
    return block->block;
  }
  return root == spec::hash_tree_root(anchor_->block) ? std::optional(anchor_->block) : std::nullopt;
}

std::optional<chain::ForkChoiceView> ReaderSource::fork_choice() {
  const std::shared_ptr<const chain::ForkChoiceView> tree = reader_.fork_choice("api");
  const spec::Interval now =
      spec::SlotClock(anchor_->state.config.genesis_time).total_intervals(clock_.wall());
  if (now.value > tree->time.value + spec::INTERVALS_PER_SLOT) {
    return std::nullopt;
  }
  return *tree;
}

}  // namespace lockstep::api
