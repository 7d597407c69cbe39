// Every block that any node of a cluster ever held, so that ancestry can be asked without asking a node.
#pragma once

#include <optional>
#include <unordered_map>

#include "node/spec/containers.h"
#include "node/spec/types.h"

namespace lockstep::cluster {

/// A block tree that only grows. Not thread-safe.
class BlockBook {
 public:
  struct Entry {
    spec::Slot slot;
    spec::Root parent;
  };

  /// Notes a block; noting it again changes nothing.
  void add(const spec::Root& root, spec::Slot slot, const spec::Root& parent);

  /// The block's entry, or null.
  [[nodiscard]] const Entry* find(const spec::Root& root) const;

  /// Whether `later` is `earlier` or descends from it. Nothing when the way back leads out of what is known.
  [[nodiscard]] std::optional<bool> descends(const spec::Root& later, const spec::Checkpoint& earlier) const;

  [[nodiscard]] std::size_t size() const { return blocks_.size(); }

 private:
  std::unordered_map<spec::Root, Entry, base::RootHash> blocks_;
};

}  // namespace lockstep::cluster
