// Ancestry by walking back from parent to parent.
#include "sim/cluster/block_book.h"

namespace lockstep::cluster {

void BlockBook::add(const spec::Root& root, spec::Slot slot, const spec::Root& parent) {
  blocks_.try_emplace(root, Entry{slot, parent});
}

const BlockBook::Entry* BlockBook::find(const spec::Root& root) const {
  const auto found = blocks_.find(root);
  return found == blocks_.end() ? nullptr : &found->second;
}

std::optional<bool> BlockBook::descends(const spec::Root& later, const spec::Checkpoint& earlier) const {
  const spec::Root* at = &later;
  while (true) {
    if (*at == earlier.root) {
      return true;
    }
    const Entry* const entry = find(*at);
    if (entry == nullptr) {
      return std::nullopt;
    }
    if (entry->slot <= earlier.slot) {
      return false;
    }
    at = &entry->parent;
  }
}

}  // namespace lockstep::cluster
