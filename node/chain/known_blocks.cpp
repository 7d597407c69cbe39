// Looking up roots under a shared lock.
#include "node/chain/known_blocks.h"

namespace lockstep::chain {

bool KnownBlocks::add(const char* site, const spec::Root& root) {
  const locking::Hold hold = mutex_.hold(site);
  return roots_.insert(root).second;
}

bool KnownBlocks::remove(const char* site, const spec::Root& root) {
  const locking::Hold hold = mutex_.hold(site);
  return roots_.erase(root) > 0;
}

std::size_t KnownBlocks::count(const char* site) const {
  const locking::Hold hold = mutex_.hold_shared(site);
  return roots_.size();
}

bool KnownBlocks::contains(const char* site, const spec::Root& root) const {
  const locking::Hold hold = mutex_.hold_shared(site);
  return roots_.contains(root);
}

std::vector<bool> KnownBlocks::has_blocks_batch(const char* site, std::span<const spec::Root> roots) const {
  std::vector<bool> known;
  known.reserve(roots.size());
  const locking::Hold hold = mutex_.hold_shared(site);
  for (const spec::Root& root : roots) {
    known.push_back(roots_.contains(root));
  }
  return known;
}

}  // namespace lockstep::chain
