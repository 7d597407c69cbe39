// Which blocks fork choice knows, for threads that only ask.
#pragma once

#include <cstddef>
#include <span>
#include <unordered_set>
#include <vector>

#include "node/locking/tiered_lock.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// The roots of the blocks in the store, or of others that are to be told from them, behind a shared mutex.
/// Many are asked for under one acquisition, so that one decision sees one moment. `site` is a string
/// literal. Thread-safe.
class KnownBlocks {
 public:
  /// `name`, a string literal, is the lock's; fork choice's tier belongs to the store's blocks.
  explicit KnownBlocks(const locking::LockSeams& seams, locking::Tier tier = locking::Tier::kForkChoice,
                       const char* name = "known blocks")
      : mutex_(seams, tier, name) {}

  /// False when it was known.
  bool add(const char* site, const spec::Root& root);
  bool remove(const char* site, const spec::Root& root);
  [[nodiscard]] std::size_t count(const char* site) const;
  [[nodiscard]] bool contains(const char* site, const spec::Root& root) const;
  /// Which of `roots` are known, at one moment and in their order. The answer is as long as the question.
  [[nodiscard]] std::vector<bool> has_blocks_batch(const char* site, std::span<const spec::Root> roots) const;
  [[nodiscard]] const locking::LockTimes& times() const { return mutex_.times(); }

 private:
  mutable locking::TieredSharedMutex mutex_;
  std::unordered_set<spec::Root, base::RootHash> roots_;
};

}  // namespace lockstep::chain
