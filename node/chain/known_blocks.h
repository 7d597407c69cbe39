// Which blocks fork choice knows, for threads that only ask.
#pragma once

#include <span>
#include <unordered_set>
#include <vector>

#include "node/locking/tiered_lock.h"
#include "node/spec/types.h"

namespace lockstep::chain {

/// The roots of the blocks in the store, behind a shared mutex of fork choice's tier. Many are asked for
/// under one acquisition, so that one decision sees one moment. `site` is a string literal. Thread-safe.
class KnownBlocks {
 public:
  explicit KnownBlocks(const locking::LockSeams& seams)
      : mutex_(seams, locking::Tier::kForkChoice, "known blocks") {}

  /// False when it was known.
  bool add(const char* site, const spec::Root& root);
  bool remove(const char* site, const spec::Root& root);
  [[nodiscard]] bool contains(const char* site, const spec::Root& root) const;
  /// Which of `roots` are known, at one moment and in their order. The answer is as long as the question.
  [[nodiscard]] std::vector<bool> has_blocks_batch(const char* site, std::span<const spec::Root> roots) const;

 private:
  mutable locking::TieredSharedMutex mutex_;
  std::unordered_set<spec::Root, base::RootHash> roots_;
};

}  // namespace lockstep::chain
