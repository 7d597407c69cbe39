// Counting waits and holds without taking a lock for it.
#include "node/locking/lock_times.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

namespace lockstep::locking {

void DurationHistogram::add(base::Duration duration) noexcept {
  const std::int64_t length = std::max<std::int64_t>(duration.count(), 0);
  const auto bucket = static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(length)));
  buckets_[std::min(bucket, kBuckets - 1)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(length, std::memory_order_relaxed);
  std::int64_t longest = max_.load(std::memory_order_relaxed);
  while (longest < length && !max_.compare_exchange_weak(longest, length, std::memory_order_relaxed)) {
  }
}

DurationHistogram::Reading DurationHistogram::read() const {
  Reading reading;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    reading.buckets[i] = buckets_[i].load(std::memory_order_relaxed);
    reading.count += reading.buckets[i];
  }
  reading.sum = base::Duration(sum_.load(std::memory_order_relaxed));
  reading.max = base::Duration(max_.load(std::memory_order_relaxed));
  return reading;
}

LockTimes::~LockTimes() {
  for (const std::atomic<Site*>& place : sites_) {
    delete place.load(std::memory_order_acquire);
  }
}

LockTimes::Site& LockTimes::site(const char* name) {
  for (std::size_t i = 0; i <= kSitesMax; ++i) {
    std::atomic<Site*>& place = sites_[i];
    Site* there = place.load(std::memory_order_acquire);
    if (there == nullptr) {
      auto made = std::make_unique<Site>(i < kSitesMax ? name : "other sites");
      if (place.compare_exchange_strong(there, made.get(), std::memory_order_acq_rel)) {
        return *made.release();
      }
    }
    // One literal may have several addresses.
    if (i == kSitesMax || there->name == name || std::strcmp(there->name, name) == 0) {
      return *there;
    }
  }
  return *sites_.back().load(std::memory_order_acquire);
}

std::vector<LockTimes::Reading> LockTimes::read() const {
  std::vector<Reading> readings;
  for (const std::atomic<Site*>& place : sites_) {
    if (const Site* site = place.load(std::memory_order_acquire)) {
      readings.push_back({site->name, site->wait.read(), site->hold.read()});
    }
  }
  return readings;
}

}  // namespace lockstep::locking
