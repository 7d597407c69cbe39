// A map of large values that are read in place, and of which none moves while somebody reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "node/base/assert.h"
#include "node/locking/borrowed.h"

namespace lockstep::locking {

/// Immutable values by key behind one shared mutex: the node's states by block root. The value of a key never
/// changes while it is there, so that whoever borrowed it and whoever commits it again agree about which it
/// is. `site` is a string literal that says who asks. Thread-safe.
template <typename Key, typename T>
class PinnedMap {
 public:
  /// What became of a commit: the value that is in the map, pinned until the borrow ends, and whether it is
  /// the one that was there before.
  struct Commit {
    Borrowed<T> value;
    bool kept_existing = false;
  };

  /// Arguments as for TieredSharedMutex.
  PinnedMap(const LockSeams& seams, Tier tier, const char* name) : mutex_(seams, tier, name) {}

  /// Borrows under the shared lock; nothing when the key is not there.
  [[nodiscard]] std::optional<Borrowed<T>> get(const char* site, const Key& key) {
    Hold hold = mutex_.hold_shared(site);
    const auto found = map_.find(key);
    if (found == map_.end()) {
      return std::nullopt;
    }
    return std::optional<Borrowed<T>>(std::in_place, std::move(hold), Backing::kShared, *found->second);
  }
  /// Borrows by sharing in the ownership: the lock is free again on return.
  [[nodiscard]] std::optional<Borrowed<T>> get_counted(const char* site, const Key& key) {
    const Hold hold = mutex_.hold_shared(site);
    const auto found = map_.find(key);
    return found == map_.end() ? std::nullopt : std::optional<Borrowed<T>>(std::in_place, found->second);
  }
  [[nodiscard]] bool contains(const char* site, const Key& key) {
    const Hold hold = mutex_.hold_shared(site);
    return map_.contains(key);
  }
  [[nodiscard]] std::size_t count(const char* site) {
    const Hold hold = mutex_.hold_shared(site);
    return map_.size();
  }

  /// Writes one value. Requires: the key is not there (asserted).
  void put_exclusive(const char* site, const Key& key, std::shared_ptr<const T> value) {
    LOCKSTEP_ASSERT(value != nullptr);
    const Hold hold = mutex_.hold(site);
    const bool is_new = map_.try_emplace(key, std::move(value)).second;
    LOCKSTEP_ASSERT_MSG(is_new, "a value is never swapped");
  }
  /// Adds a value, or keeps the one that is there: others may have borrowed it. The borrow holds the lock
  /// exclusively, so that nobody prunes the entry before the caller has done with it.
  [[nodiscard]] Commit commit_keep_existing(const char* site, const Key& key,
                                            std::shared_ptr<const T> value) {
    LOCKSTEP_ASSERT(value != nullptr);
    Hold hold = mutex_.hold(site);
    const auto [entry, is_new] = map_.try_emplace(key, std::move(value));
    kept_existing_ += is_new ? 0 : 1;
    return {Borrowed<T>(std::move(hold), Backing::kExclusive, *entry->second), !is_new};
  }
  /// Takes a value out; null when the key is not there. Waits for all borrows that hold the lock.
  [[nodiscard]] std::shared_ptr<const T> fetch_remove(const char* site, const Key& key) {
    const Hold hold = mutex_.hold(site);
    auto node = map_.extract(key);
    return node.empty() ? nullptr : std::move(node.mapped());
  }

  /// How many commits found their key there.
  [[nodiscard]] std::uint64_t kept_existing(const char* site) {
    const Hold hold = mutex_.hold_shared(site);
    return kept_existing_;
  }
  [[nodiscard]] const LockTimes& times() const { return mutex_.times(); }

 private:
  TieredSharedMutex mutex_;
  std::map<Key, std::shared_ptr<const T>> map_;
  std::uint64_t kept_existing_ = 0;
};

}  // namespace lockstep::locking
