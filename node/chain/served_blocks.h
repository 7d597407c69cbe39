// The signed blocks that are kept to answer peers, and which of them the head's chain consists of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/chain/exchange.h"
#include "node/locking/tiered_lock.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// Signed blocks that are kept to answer requests: those of MIN_SLOTS_FOR_BLOCK_REQUESTS and then some.
inline constexpr std::size_t kSignedBlocksMax = 4096;

/// A bounded store of signed blocks by root, and the canonical chain by slot, behind one shared mutex. What
/// it returns is the caller's. `site` is a string literal. Thread-safe.
class ServedBlocks {
 public:
  /// The canonical chain above `fork` is replaced by `blocks`.
  struct Move {
    spec::Slot fork;
    std::vector<std::pair<spec::Slot, spec::Root>> blocks;
  };

  explicit ServedBlocks(const locking::LockSeams& seams, std::size_t bound = kSignedBlocksMax)
      : mutex_(seams, locking::Tier::kCaches, "served blocks"), bound_(bound) {}

  /// Keeps a block; when there are too many the one that came first goes. Returns how many are kept.
  /// Requires: its root is not there.
  std::size_t add(const char* site, const spec::Root& root, SignedBlockPointer block);
  void move_head(const char* site, const Move& move);

  /// Null when there is none: it is unknown, it is the anchor, or it is older than what is kept.
  [[nodiscard]] SignedBlockPointer by_root(const char* site, const spec::Root& root) const;
  /// The blocks of these roots, in the order asked, without those that are not kept.
  [[nodiscard]] std::vector<SignedBlockPointer> by_roots(const char* site,
                                                         std::span<const spec::Root> roots) const;
  /// The canonical blocks of `count` slots from `first` on, as the chain was at one moment.
  [[nodiscard]] std::vector<SignedBlockPointer> canonical(const char* site, spec::Slot first,
                                                          std::uint64_t count) const;
  [[nodiscard]] const locking::LockTimes& times() const { return mutex_.times(); }

 private:
  mutable locking::TieredSharedMutex mutex_;
  std::size_t bound_;
  std::unordered_map<spec::Root, SignedBlockPointer, base::RootHash> blocks_;
  std::deque<spec::Root> in_order_;
  std::map<spec::Slot, spec::Root> canonical_;
};

}  // namespace lockstep::chain
