// A small hash table from fingerprints to numbers, for what lives only a moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/networking/keyed_hash.h"

namespace lockstep::networking {

/// Open addressing with linear probing, at most half full; keys are never taken out one by one. Takes no
/// memory while it is empty. Not thread-safe.
class FingerprintTable {
 public:
  [[nodiscard]] std::size_t size() const { return size_; }

  /// The key's number; null when it has none. Valid until the next insertion.
  [[nodiscard]] const std::uint32_t* find(const Fingerprint& key) const {
    if (size_ == 0) {
      return nullptr;
    }
    const Place& place = places_[place_of(places_, key)];
    return place.key == 0 ? nullptr : &place.number;
  }
  [[nodiscard]] bool contains(const Fingerprint& key) const { return find(key) != nullptr; }

  /// The key's number, put in as 0 when it has none. Valid until the next insertion.
  std::uint32_t& operator[](const Fingerprint& key) {
    if (2 * (size_ + 1) > places_.size()) {
      grow();
    }
    Place& place = places_[place_of(places_, key)];
    if (place.key == 0) {
      place = {.key = key.value, .number = 0};
      ++size_;
    }
    return place.number;
  }

  /// Forgets everything, and gives its memory back.
  void clear() {
    if (size_ > 0) {
      places_ = {};
      size_ = 0;
    }
  }

 private:
  struct Place {
    std::uint64_t key = 0;  ///< No fingerprint is 0.
    std::uint32_t number = 0;
  };

  /// Where the key is, or where it would be put.
  static std::size_t place_of(const std::vector<Place>& places, const Fingerprint& key) {
    const std::size_t mask = places.size() - 1;
    std::size_t i = key.value & mask;
    while (places[i].key != 0 && places[i].key != key.value) {
      i = (i + 1) & mask;
    }
    return i;
  }

  void grow() {
    std::vector<Place> bigger(places_.empty() ? kPlacesMin : 2 * places_.size());
    for (const Place& place : places_) {
      if (place.key != 0) {
        bigger[place_of(bigger, {.value = place.key})] = place;
      }
    }
    places_.swap(bigger);
  }

  static constexpr std::size_t kPlacesMin = 16;
  std::vector<Place> places_;
  std::size_t size_ = 0;
};

}  // namespace lockstep::networking
