// Walking the tree of choices.
#include "sim/race/bounded_dfs.h"

#include <algorithm>

#include "node/base/assert.h"

namespace lockstep::race {

BoundedDfs::Node& BoundedDfs::new_node() {
  Node node;
  node.first_option = static_cast<std::uint32_t>(options_.size());
  if (!nodes_.empty()) {
    const Node& before = nodes_.back();
    node.preemptions = before.preemptions + (before.preempts && before.taken > 0 ? 1 : 0);
  }
  nodes_.push_back(node);
  return nodes_.back();
}

sim::Fiber& BoundedDfs::choose() {
  if (depth_ == nodes_.size()) {
    Node& node = new_node();
    const bool stays = last() != nullptr && last()->op.kind != sim::OpKind::kYield;
    for (const sim::Fiber* fiber : ready()) {
      options_.push_back(index_of(*fiber));
    }
    node.options = static_cast<std::uint32_t>(ready().size());
    node.preempts = stays;
    const auto first = options_.begin() + node.first_option;
    std::sort(first, options_.end());
    if (last() != nullptr) {
      // Whoever had the last turn is tried first, or last if it asked others to come.
      const auto mine = std::find(first, options_.end(), index_of(*last()));
      stays ? std::rotate(first, mine, mine + 1) : std::rotate(mine, mine + 1, options_.end());
    }
  }
  const Node& node = nodes_[depth_++];
  LOCKSTEP_ASSERT_MSG(!node.is_value, "the program does not do the same when it is run again");
  const std::uint32_t wanted = options_[node.first_option + node.taken];
  const auto found = std::find_if(ready().begin(), ready().end(),
                                  [&](const sim::Fiber* fiber) { return index_of(*fiber) == wanted; });
  LOCKSTEP_ASSERT_MSG(found != ready().end(), "the program does not do the same when it is run again");
  return **found;
}

std::uint32_t BoundedDfs::draw_value(std::uint32_t bound) {
  if (depth_ == nodes_.size()) {
    Node& node = new_node();
    node.options = bound;
    node.is_value = true;
  }
  const Node& node = nodes_[depth_++];
  LOCKSTEP_ASSERT_MSG(node.is_value && node.options == bound,
                      "the program does not do the same when it is run again");
  return node.taken;
}

bool BoundedDfs::advance() {
  while (!nodes_.empty()) {
    Node& node = nodes_.back();
    if (node.taken + 1 < node.options) {
      if (!node.preempts || node.preemptions < bound_) {
        ++node.taken;
        return true;
      }
      cut_off_ = true;
    }
    options_.resize(node.first_option);
    nodes_.pop_back();
  }
  if (cut_off_ && bound_ < most_preemptions_) {
    cut_off_ = false;
    ++bound_;
    return true;
  }
  finished_ = true;
  return false;
}

}  // namespace lockstep::race
