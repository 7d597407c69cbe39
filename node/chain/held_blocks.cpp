// Waiting blocks in two orders: of arrival, and by root.
#include "node/chain/held_blocks.h"

#include "node/base/assert.h"

namespace lockstep::chain {

std::optional<IncomingBlock> HeldBlocks::add(IncomingBlock block) {
  LOCKSTEP_ASSERT(!contains(block.root));
  std::optional<IncomingBlock> evicted;
  if (size() >= bound_) {
    evicted = take(by_arrival_.begin()->first);
  }
  const Arrival arrival = next_++;
  by_root_.emplace(block.root, arrival);
  by_arrival_.emplace(arrival, std::move(block));
  return evicted;
}

IncomingBlock HeldBlocks::take(Arrival arrival) {
  const auto found = by_arrival_.find(arrival);
  LOCKSTEP_ASSERT(found != by_arrival_.end());
  IncomingBlock block = std::move(found->second);
  by_arrival_.erase(found);
  by_root_.erase(block.root);
  return block;
}

std::vector<IncomingBlock> HeldBlocks::take_up_to(spec::Slot slot) {
  std::vector<IncomingBlock> taken;
  for (auto at = by_arrival_.begin(); at != by_arrival_.end();) {
    const auto [arrival, block] = *at++;
    if (block.slot() <= slot) {
      taken.push_back(take(arrival));
    }
  }
  return taken;
}

}  // namespace lockstep::chain
