// Several fields that are only ever seen as they were at one moment.
#pragma once

#include <utility>

#include "node/locking/tiered_lock.h"

namespace lockstep::locking {

/// A small value behind a shared mutex: readers get a whole copy, writers change it as a whole. Who decides
/// by it reads it once. `site` is a string literal that says who asks. Thread-safe.
template <typename T>
class Coherent {
 public:
  /// Arguments as for TieredSharedMutex.
  Coherent(const LockSeams& seams, Tier tier, const char* name, T initial = T{})
      : mutex_(seams, tier, name), value_(std::move(initial)) {}

  [[nodiscard]] T read(const char* site) const {
    const Hold hold = mutex_.hold_shared(site);
    return value_;
  }
  /// Calls `change(value)`, nobody looking, and returns what it returns: reading, deciding and writing are
  /// one step.
  template <typename F>
  auto update(const char* site, F&& change) {
    const Hold hold = mutex_.hold(site);
    return std::forward<F>(change)(value_);
  }

  [[nodiscard]] const LockTimes& times() const { return mutex_.times(); }

 private:
  mutable TieredSharedMutex mutex_;
  T value_;
};

}  // namespace lockstep::locking
