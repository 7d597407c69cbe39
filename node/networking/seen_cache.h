// A set that remembers what was seen lately: bounded in time and in number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/base/assert.h"
#include "node/base/time.h"

namespace lockstep::networking {

/// Remembers keys for at least `lifetime` (and less than twice as long), unless `bound` keys have come since.
/// Two generations of open-addressed tables: the younger takes the keys, and becomes the elder when it is
/// full or old. Key is a trivially copyable value with `operator==` and `std::uint64_t hash() const`, uniform
/// and never zero for a key in use: a table's empty places are those whose hash is zero. Not thread-safe.
template <typename Key>
class SeenCache {
 public:
  /// Keeps at most `bound` keys in all. Requires: bound >= 2.
  SeenCache(base::Duration lifetime, std::size_t bound) : lifetime_(lifetime), bound_(bound) {
    LOCKSTEP_ASSERT(bound >= 2);
  }

  /// Whether `key` is remembered.
  [[nodiscard]] bool contains(const Key& key) const { return young_.contains(key) || old_.contains(key); }

  /// Asks for the memory that contains(key) looks at, all at once.
  void prefetch(const Key& key) const {
    young_.prefetch(key);
    old_.prefetch(key);
  }

  /// Remembers `key` at `now`. Requires: !contains(key), and `now` never goes back.
  void insert(const Key& key, base::Instant now) {
    if (young_.size() == 0) {
      born_ = now;
    } else if (young_.size() >= bound_ / 2) {
      rotate(now);
    }
    young_.insert(key);
  }

  /// Lets keys that are older than the lifetime go, and says whether it looked for some. To be called from
  /// time to time.
  bool expire(base::Instant now) {
    if (young_.size() + old_.size() == 0 || now - born_ < lifetime_) {
      return false;
    }
    rotate(now);
    return true;
  }

  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }
  [[nodiscard]] std::size_t bound() const { return bound_; }

 private:
  /// An insert-only table with linear probing, at most half full.
  class Table {
   public:
    [[nodiscard]] std::size_t size() const { return size_; }

    [[nodiscard]] bool contains(const Key& key) const {
      if (size_ == 0) {
        return false;
      }
      const std::size_t mask = places_.size() - 1;
      for (std::size_t i = key.hash() & mask; places_[i].hash() != 0; i = (i + 1) & mask) {
        if (places_[i] == key) {
          return true;
        }
      }
      return false;
    }

    void prefetch(const Key& key) const {
      if (size_ != 0) {
        __builtin_prefetch(&places_[key.hash() & (places_.size() - 1)]);
      }
    }

    void insert(const Key& key) {
      if (2 * (size_ + 1) > places_.size()) {
        grow();
      }
      place(key);
      ++size_;
    }

   private:
    void place(const Key& key) {
      const std::size_t mask = places_.size() - 1;
      std::size_t i = key.hash() & mask;
      while (places_[i].hash() != 0) {
        i = (i + 1) & mask;
      }
      places_[i] = key;
    }

    void grow() {
      std::vector<Key> before(places_.empty() ? kPlacesMin : 2 * places_.size());
      before.swap(places_);
      for (const Key& key : before) {
        if (key.hash() != 0) {
          place(key);
        }
      }
    }

    static constexpr std::size_t kPlacesMin = 64;
    std::vector<Key> places_;
    std::size_t size_ = 0;
  };

  void rotate(base::Instant now) {
    old_ = std::move(young_);
    young_ = Table{};
    born_ = now;
  }

  base::Duration lifetime_;
  std::size_t bound_;
  base::Instant born_{};
  Table young_;
  Table old_;
};

}  // namespace lockstep::networking
