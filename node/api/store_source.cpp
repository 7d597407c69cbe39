// Reading a store.
#include "node/api/store_source.h"

#include <algorithm>

namespace lockstep::api {
namespace {

spec::Checkpoint checkpoint_of(const spec::BlockTree& tree, spec::BlockIndex block) {
  return {.root = tree.root(block), .slot = tree.slot(block)};
}

}  // namespace

chain::ChainView StoreSource::view() {
  spec::Slot newest;
  for (std::uint32_t i = 1; i <= store_.tree().size(); ++i) {
    newest = std::max(newest, store_.tree().slot(spec::BlockIndex{i}));
  }
  return {.head = checkpoint_of(store_.tree(), store_.head_block()),
          .safe_target = checkpoint_of(store_.tree(), store_.safe_target_block()),
          .justified = store_.latest_justified(),
          .finalized = store_.latest_finalized(),
          .time = store_.time(),
          .newest_block_slot = newest};
}

std::optional<chain::BorrowedState> StoreSource::finalized_state() {
  const spec::BlockIndex block = store_.tree().find(store_.latest_finalized().root);
  return block == spec::kNoBlock
             ? std::nullopt
             : std::optional<chain::BorrowedState>(std::in_place, store_.tree().state(block));
}

std::optional<spec::Block> StoreSource::finalized_block() {
  const spec::BlockIndex block = store_.tree().find(store_.latest_finalized().root);
  return block == spec::kNoBlock ? std::nullopt : std::optional(*store_.tree().block(block));
}

}  // namespace lockstep::api
