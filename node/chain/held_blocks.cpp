// Waiting blocks in three orders: of arrival, by root, and by parent.
#include "node/chain/held_blocks.h"

#include <deque>

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
  by_parent_.emplace(block.parent_root(), block.slot(), arrival);
  by_arrival_.emplace(arrival, std::move(block));
  return evicted;
}

IncomingBlock HeldBlocks::take(Arrival arrival) {
  const auto found = by_arrival_.find(arrival);
  LOCKSTEP_ASSERT(found != by_arrival_.end());
  IncomingBlock block = std::move(found->second);
  by_arrival_.erase(found);
  by_root_.erase(block.root);
  by_parent_.erase({block.parent_root(), block.slot(), arrival});
  return block;
}

std::vector<IncomingBlock> HeldBlocks::take_children(const spec::Root& parent) {
  std::vector<IncomingBlock> children;
  for (auto at = by_parent_.lower_bound({parent, spec::Slot(0), 0});
       at != by_parent_.end() && std::get<0>(*at) == parent;
       at = by_parent_.lower_bound({parent, spec::Slot(0), 0})) {
    children.push_back(take(std::get<2>(*at)));
  }
  return children;
}

std::vector<IncomingBlock> HeldBlocks::take_descendants(const spec::Root& parent) {
  std::vector<IncomingBlock> taken = take_children(parent);
  for (std::size_t i = 0; i < taken.size(); ++i) {
    std::vector<IncomingBlock> children = take_children(taken[i].root);
    std::move(children.begin(), children.end(), std::back_inserter(taken));
  }
  return taken;
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

spec::Root HeldBlocks::missing_ancestor(spec::Root root) const {
  for (auto found = by_root_.find(root); found != by_root_.end(); found = by_root_.find(root)) {
    root = by_arrival_.at(found->second).parent_root();
  }
  return root;
}

std::vector<HeldBlocks::Missing> HeldBlocks::missing(std::size_t count_max) const {
  std::vector<Missing> out;
  for (auto at = by_parent_.begin(); at != by_parent_.end() && out.size() < count_max;) {
    const spec::Root& parent = std::get<0>(*at);
    if (!by_root_.contains(parent)) {
      const IncomingBlock& child = by_arrival_.at(std::get<2>(*at));
      out.push_back({.root = parent, .child_slot = child.slot(), .from = child.from});
    }
    at = by_parent_.upper_bound({parent, spec::Slot(~std::uint64_t{0}), ~std::uint64_t{0}});
  }
  return out;
}

}  // namespace lockstep::chain
