// The blocks that were refused, so that nobody makes us fetch them again.
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_set>

#include "node/base/bytes.h"
#include "node/chain/events.h"
#include "node/spec/types.h"

namespace lockstep::sync {

/// Refused blocks that are remembered; the one marked first makes room.
inline constexpr std::size_t kInvalidRootsMax = 10'000;

/// A bounded memory of roots, oldest out first. Not thread-safe.
class InvalidRoots {
 public:
  explicit InvalidRoots(chain::Events& events, std::size_t bound = kInvalidRootsMax)
      : events_(events), bound_(bound) {}

  /// Remembers a root; does nothing if it is there.
  void mark(const spec::Root& root);
  /// Whether the root is there; if so the hit is reported under `site`.
  [[nodiscard]] bool hits(const spec::Root& root, chain::InvalidHit site) const;
  [[nodiscard]] bool contains(const spec::Root& root) const { return roots_.contains(root); }
  [[nodiscard]] std::size_t size() const { return roots_.size(); }

 private:
  chain::Events& events_;
  std::size_t bound_;
  std::unordered_set<spec::Root, base::RootHash> roots_;
  std::deque<spec::Root> in_order_;
};

}  // namespace lockstep::sync
