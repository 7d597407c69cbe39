// Marking and forgetting of refused blocks.
#include "node/sync/invalid_roots.h"

namespace lockstep::sync {

void InvalidRoots::mark(const spec::Root& root) {
  if (!roots_.insert(root).second) {
    return;
  }
  in_order_.push_back(root);
  if (in_order_.size() > bound_) {
    roots_.erase(in_order_.front());
    in_order_.pop_front();
  }
  events_.buffer_level({.buffer = chain::Buffer::kInvalidRoots, .size = roots_.size(), .bound = bound_});
}

bool InvalidRoots::hits(const spec::Root& root, chain::InvalidHit site) const {
  if (!roots_.contains(root)) {
    return false;
  }
  events_.invalid_root_hit(site);
  return true;
}

}  // namespace lockstep::sync
