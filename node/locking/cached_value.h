// One large value that is replaced as a whole and read in place.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "node/locking/borrowed.h"

namespace lockstep::locking {

/// A value behind a mutex, as the cached finalized state behind the events mutex: whoever borrows it keeps
/// replacements waiting, so the borrow is to be short: copy or serialise, release, and only then talk to the
/// outside. `site` is a string literal that says who asks. Thread-safe.
template <typename T>
class CachedValue {
 public:
  /// Arguments as for TieredMutex.
  CachedValue(const LockSeams& seams, Tier tier, const char* name) : mutex_(seams, tier, name) {}

  /// Nothing while there is no value.
  [[nodiscard]] std::optional<Borrowed<T>> borrow(const char* site) {
    Hold hold = mutex_.hold(site);
    if (value_ == nullptr) {
      return std::nullopt;
    }
    return std::optional<Borrowed<T>>(std::in_place, std::move(hold), Backing::kMutex, *value_);
  }
  /// Null takes the value away.
  void replace(const char* site, std::shared_ptr<const T> value) {
    {
      const Hold hold = mutex_.hold(site);
      value_.swap(value);
    }
    // What was there goes outside the lock: freeing a state takes its time.
  }

  [[nodiscard]] const LockTimes& times() const { return mutex_.times(); }

 private:
  TieredMutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace lockstep::locking
