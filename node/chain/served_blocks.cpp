// Keeping signed blocks and following the head.
#include "node/chain/served_blocks.h"

namespace lockstep::chain {

std::size_t ServedBlocks::add(const char* site, const spec::Root& root, SignedBlockPointer block) {
  SignedBlockPointer oldest;  // Freed outside the lock.
  const locking::Hold hold = mutex_.hold(site);
  if (in_order_.size() >= bound_) {
    const auto found = blocks_.find(in_order_.front());
    oldest = std::move(found->second);
    blocks_.erase(found);
    in_order_.pop_front();
  }
  blocks_.emplace(root, std::move(block));
  in_order_.push_back(root);
  return in_order_.size();
}

void ServedBlocks::move_head(const char* site, const Move& move) {
  const locking::Hold hold = mutex_.hold(site);
  canonical_.erase(canonical_.upper_bound(move.fork), canonical_.end());
  for (const auto& [slot, root] : move.blocks) {
    canonical_.insert_or_assign(slot, root);
  }
  while (canonical_.size() > bound_) {
    canonical_.erase(canonical_.begin());
  }
}

SignedBlockPointer ServedBlocks::by_root(const char* site, const spec::Root& root) const {
  const locking::Hold hold = mutex_.hold_shared(site);
  const auto found = blocks_.find(root);
  return found == blocks_.end() ? nullptr : found->second;
}

std::vector<SignedBlockPointer> ServedBlocks::by_roots(const char* site,
                                                       std::span<const spec::Root> roots) const {
  std::vector<SignedBlockPointer> out;
  const locking::Hold hold = mutex_.hold_shared(site);
  for (const spec::Root& root : roots) {
    if (const auto found = blocks_.find(root); found != blocks_.end()) {
      out.push_back(found->second);
    }
  }
  return out;
}

std::vector<SignedBlockPointer> ServedBlocks::canonical(const char* site, spec::Slot first,
                                                        std::uint64_t count) const {
  std::vector<SignedBlockPointer> out;
  const locking::Hold hold = mutex_.hold_shared(site);
  for (auto at = canonical_.lower_bound(first); at != canonical_.end() && at->first - first < count; ++at) {
    if (const auto found = blocks_.find(at->second); found != blocks_.end()) {
      out.push_back(found->second);
    }
  }
  return out;
}

}  // namespace lockstep::chain
