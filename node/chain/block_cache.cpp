// Keeping blocks and the links between them in step.
#include "node/chain/block_cache.h"

#include "node/base/assert.h"
#include "node/base/bytes.h"

namespace lockstep::chain {

CacheOutcome BlockCache::insert(const char* site, const spec::Root& root, SignedBlockPointer block,
                                BytesPointer bytes) {
  LOCKSTEP_ASSERT(block != nullptr);
  const locking::Hold hold = mutex_.hold(site);
  if (blocks_.contains(root)) {
    return CacheOutcome::kAlreadyCached;
  }
  if (blocks_.size() >= bound_) {
    return CacheOutcome::kFull;
  }
  const auto link = links_.emplace(block->block.parent_root, root).first;
  try {
    blocks_.try_emplace(root, CachedBlock{root, std::move(block), std::move(bytes)});
  } catch (...) {
    links_.erase(link);
    throw;
  }
  return CacheOutcome::kInserted;
}

bool BlockCache::attach_bytes(const char* site, const spec::Root& root, BytesPointer bytes) {
  const locking::Hold hold = mutex_.hold(site);
  const auto found = blocks_.find(root);
  if (found == blocks_.end() || found->second.bytes != nullptr) {
    return false;
  }
  found->second.bytes = std::move(bytes);
  return true;
}

std::optional<CachedBlock> BlockCache::clone(const char* site, const spec::Root& root) const {
  const locking::Hold hold = mutex_.hold(site);
  const auto found = blocks_.find(root);
  return found == blocks_.end() ? std::nullopt : std::optional<CachedBlock>(found->second);
}

bool BlockCache::contains(const char* site, const spec::Root& root) const {
  const locking::Hold hold = mutex_.hold(site);
  return blocks_.contains(root);
}

std::vector<bool> BlockCache::has_blocks_batch(const char* site, std::span<const spec::Root> roots) const {
  std::vector<bool> found;
  found.reserve(roots.size());
  const locking::Hold hold = mutex_.hold(site);
  for (const spec::Root& root : roots) {
    found.push_back(blocks_.contains(root));
  }
  return found;
}

std::vector<spec::Root> BlockCache::children_of(const char* site, const spec::Root& parent) const {
  std::vector<spec::Root> children;
  const locking::Hold hold = mutex_.hold(site);
  for (auto link = links_.lower_bound({parent, spec::Root{}}); link != links_.end() && link->first == parent;
       ++link) {
    children.push_back(link->second);
  }
  return children;
}

std::size_t BlockCache::count(const char* site) const {
  const locking::Hold hold = mutex_.hold(site);
  return blocks_.size();
}

void BlockCache::erase(Blocks::iterator entry) {
  links_.erase({entry->second.parent_root(), entry->first});
  blocks_.erase(entry);
}

bool BlockCache::remove(const char* site, const spec::Root& root) {
  const locking::Hold hold = mutex_.hold(site);
  const auto found = blocks_.find(root);
  if (found == blocks_.end()) {
    return false;
  }
  erase(found);
  return true;
}

std::size_t BlockCache::remove_children_of(const char* site, const spec::Root& root) {
  std::size_t removed = 0;
  std::vector<spec::Root> parents{root};
  const locking::Hold hold = mutex_.hold(site);
  while (!parents.empty()) {
    const spec::Root parent = parents.back();
    parents.pop_back();
    for (auto link = links_.lower_bound({parent, spec::Root{}});
         link != links_.end() && link->first == parent; link = links_.lower_bound({parent, spec::Root{}})) {
      const spec::Root child = link->second;
      erase(blocks_.find(child));
      parents.push_back(child);
      ++removed;
    }
  }
  return removed;
}

std::size_t BlockCache::prune_up_to(const char* site, spec::Slot slot) {
  std::size_t removed = 0;
  const locking::Hold hold = mutex_.hold(site);
  for (auto entry = blocks_.begin(); entry != blocks_.end();) {
    const auto next = std::next(entry);
    if (entry->second.slot() <= slot) {
      erase(entry);
      ++removed;
    }
    entry = next;
  }
  return removed;
}

std::vector<spec::Root> BlockCache::collect_up_to(const char* site, spec::Slot slot) const {
  std::vector<spec::Root> roots;
  const locking::Hold hold = mutex_.hold(site);
  for (const auto& [root, entry] : blocks_) {
    if (entry.slot() <= slot) {
      roots.push_back(root);
    }
  }
  return roots;
}

std::string BlockCache::audit(const char* site) const {
  const locking::Hold hold = mutex_.hold(site);
  for (const auto& [root, entry] : blocks_) {
    if (!links_.contains({entry.parent_root(), root})) {
      return "block " + base::to_hex(root.view()) + " is not linked from its parent";
    }
  }
  for (const auto& [parent, child] : links_) {
    if (!blocks_.contains(child)) {
      return "a link leads to " + base::to_hex(child.view()) + ", which is not there";
    }
  }
  return blocks_.size() <= bound_ ? "" : "more blocks than the bound";
}

}  // namespace lockstep::chain
