// Keeping blocks and the links between them in step.
#include "node/chain/block_cache.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "node/base/assert.h"
#include "node/base/bytes.h"

namespace lockstep::chain {

void BlockCache::lift_bound() {
  bound_ = std::numeric_limits<std::size_t>::max();
}

CacheOutcome BlockCache::insert(const char* site, const spec::Root& root, SignedBlockPointer block,
                                BytesPointer bytes, runtime::PeerId from) {
  LOCKSTEP_ASSERT(block != nullptr);
  const locking::Hold hold = mutex_.hold(site);
  if (!blocks_.contains(root) && blocks_.size() >= bound_) {
    return CacheOutcome::kFull;
  }
  return add(root, std::move(block), std::move(bytes), from);
}

BlockCache::Insertion BlockCache::insert_evicting(const char* site, const spec::Root& root,
                                                  SignedBlockPointer block, BytesPointer bytes,
                                                  runtime::PeerId from) {
  LOCKSTEP_ASSERT(block != nullptr && bound_ > 0);
  Insertion result;
  const locking::Hold hold = mutex_.hold(site);
  result.outcome = add(root, std::move(block), std::move(bytes), from);
  if (blocks_.size() > bound_) {
    result.evicted = take(by_arrival_.begin()->second);
  }
  return result;
}

CacheOutcome BlockCache::add(const spec::Root& root, SignedBlockPointer block, BytesPointer bytes,
                             runtime::PeerId from) {
  if (blocks_.contains(root)) {
    return CacheOutcome::kAlreadyCached;
  }
  const std::uint64_t arrival = next_arrival_++;
  const auto in_order = by_arrival_.emplace(arrival, root).first;
  const auto link = links_.emplace(block->block.parent_root, root).first;
  try {
    blocks_.try_emplace(root, CachedBlock{root, std::move(block), std::move(bytes), from, arrival});
  } catch (...) {
    links_.erase(link);
    by_arrival_.erase(in_order);
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
  by_arrival_.erase(entry->second.arrival);
  blocks_.erase(entry);
}

CachedBlock BlockCache::take(const spec::Root& root) {
  const auto found = blocks_.find(root);
  CachedBlock taken = found->second;
  erase(found);
  return taken;
}

void BlockCache::take_children_into(const spec::Root& parent, std::vector<CachedBlock>& out) {
  const std::size_t first = out.size();
  for (auto link = links_.lower_bound({parent, spec::Root{}}); link != links_.end() && link->first == parent;
       link = links_.lower_bound({parent, spec::Root{}})) {
    out.push_back(take(link->second));
  }
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
            [](const CachedBlock& left, const CachedBlock& right) {
              return std::pair(left.slot(), left.arrival) < std::pair(right.slot(), right.arrival);
            });
}

std::vector<CachedBlock> BlockCache::take_children(const char* site, const spec::Root& parent) {
  std::vector<CachedBlock> taken;
  const locking::Hold hold = mutex_.hold(site);
  take_children_into(parent, taken);
  return taken;
}

std::vector<CachedBlock> BlockCache::take_descendants(const char* site, const spec::Root& parent) {
  std::vector<CachedBlock> taken;
  const locking::Hold hold = mutex_.hold(site);
  take_children_into(parent, taken);
  for (std::size_t i = 0; i < taken.size(); ++i) {
    take_children_into(spec::Root(taken[i].root), taken);
  }
  return taken;
}

std::vector<CachedBlock> BlockCache::take_up_to(const char* site, spec::Slot slot) {
  std::vector<CachedBlock> taken;
  const locking::Hold hold = mutex_.hold(site);
  for (auto at = by_arrival_.begin(); at != by_arrival_.end();) {
    const auto entry = blocks_.find((at++)->second);
    if (entry->second.slot() <= slot) {
      taken.push_back(entry->second);
      erase(entry);
    }
  }
  return taken;
}

spec::Root BlockCache::missing_ancestor(const char* site, spec::Root root) const {
  const locking::Hold hold = mutex_.hold(site);
  for (auto found = blocks_.find(root); found != blocks_.end(); found = blocks_.find(root)) {
    root = found->second.parent_root();
  }
  return root;
}

std::vector<MissingBlock> BlockCache::missing(const char* site, std::size_t count_max) const {
  std::vector<MissingBlock> out;
  const locking::Hold hold = mutex_.hold(site);
  std::uint64_t arrival = 0;
  for (const auto& [parent, child] : links_) {
    if (blocks_.contains(parent)) {
      continue;
    }
    const CachedBlock& block = blocks_.at(child);
    if (out.empty() || out.back().root != parent) {
      if (out.size() == count_max) {
        break;
      }
      out.push_back({.root = parent, .child_slot = block.slot(), .from = block.from});
    } else if (std::pair(block.slot(), block.arrival) < std::pair(out.back().child_slot, arrival)) {
      out.back().child_slot = block.slot();
      out.back().from = block.from;
    } else {
      continue;
    }
    arrival = block.arrival;
  }
  return out;
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
  if (by_arrival_.size() != blocks_.size() || links_.size() != blocks_.size()) {
    return "blocks, links and order of arrival differ in number";
  }
  return blocks_.size() <= bound_ ? "" : "more blocks than the bound";
}

}  // namespace lockstep::chain
