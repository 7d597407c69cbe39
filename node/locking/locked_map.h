// A map and its mutex as one thing: nobody can look into the one without holding the other.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

#include "node/locking/tiered_lock.h"

namespace lockstep::locking {

/// A map in which every access is one critical section. What comes out is a copy that owns what it says:
/// values that only point somewhere are refused by the compiler, and callbacks may not hand out addresses.
/// `site` is a string literal that says who asks. Thread-safe.
template <typename Key, typename Value>
class LockedMap {
 public:
  static_assert(!std::is_pointer_v<Value> && !std::is_reference_v<Value>, "a value owns what it says");

  /// Arguments as for TieredMutex.
  LockedMap(const LockSeams& seams, Tier tier, const char* name) : mutex_(seams, tier, name) {}

  [[nodiscard]] std::optional<Value> get(const char* site, const Key& key) const {
    const Hold hold = mutex_.hold(site);
    const auto found = map_.find(key);
    return found == map_.end() ? std::nullopt : std::optional<Value>(found->second);
  }
  [[nodiscard]] bool contains(const char* site, const Key& key) const {
    const Hold hold = mutex_.hold(site);
    return map_.contains(key);
  }
  /// Replaces what is there; true when nothing was.
  bool put(const char* site, const Key& key, Value value) {
    const Hold hold = mutex_.hold(site);
    return map_.insert_or_assign(key, std::move(value)).second;
  }
  /// Leaves what is there; false then.
  [[nodiscard]] bool put_if_absent(const char* site, const Key& key, Value value) {
    const Hold hold = mutex_.hold(site);
    return map_.try_emplace(key, std::move(value)).second;
  }
  /// True for exactly one of those who remove a key.
  bool remove(const char* site, const Key& key) {
    const Hold hold = mutex_.hold(site);
    return map_.erase(key) > 0;
  }
  /// Removes and hands over; nothing when the key is not there.
  [[nodiscard]] std::optional<Value> fetch_remove(const char* site, const Key& key) {
    const Hold hold = mutex_.hold(site);
    auto node = map_.extract(key);
    return node.empty() ? std::nullopt : std::optional<Value>(std::move(node.mapped()));
  }
  [[nodiscard]] std::size_t count(const char* site) const {
    const Hold hold = mutex_.hold(site);
    return map_.size();
  }

  /// Calls `work(value)` on the entry itself, the lock held, and returns what it returns (true, if nothing);
  /// nothing (false) when the key is not there. The lock is let go also when `work` throws.
  template <typename F>
  auto with_value_locked(const char* site, const Key& key, F&& work) {
    using R = std::invoke_result_t<F, Value&>;
    static_assert(!std::is_pointer_v<R> && !std::is_reference_v<R>,
                  "what the lock guards must not be pointed at from outside");
    const Hold hold = mutex_.hold(site);
    const auto found = map_.find(key);
    if constexpr (std::is_void_v<R>) {
      if (found != map_.end()) {
        std::forward<F>(work)(found->second);
      }
      return found != map_.end();
    } else {
      return found == map_.end() ? std::optional<R>()
                                 : std::optional<R>(std::forward<F>(work)(found->second));
    }
  }
  /// Calls `change(value)` on the entry, the lock held; one that is not there begins as Value{}. Where it
  /// returns false the entry goes: looking, changing and removing are one step.
  template <typename F>
  void change_locked(const char* site, const Key& key, F&& change) {
    const Hold hold = mutex_.hold(site);
    const auto entry = map_.try_emplace(key).first;
    if (!std::forward<F>(change)(entry->second)) {
      map_.erase(entry);
    }
  }
  /// Calls `visit(key, value)` for each entry by key, the lock held all the while: O(n), and no address that
  /// it sees may be kept.
  template <typename F>
  void iterate_locked(const char* site, F&& visit) {
    const Hold hold = mutex_.hold(site);
    for (auto& [key, value] : map_) {
      visit(key, value);
    }
  }

  [[nodiscard]] const LockTimes& times() const { return mutex_.times(); }

 private:
  mutable TieredMutex mutex_;
  std::map<Key, Value> map_;
};

}  // namespace lockstep::locking
