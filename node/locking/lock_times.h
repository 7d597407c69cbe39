// How long locks are waited for and held, by lock and by place in the code.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/base/time.h"

namespace lockstep::locking {

/// Counts durations by powers of two. Thread-safe and free of locks; readers may see a moment in which count
/// and sum belong to neighbouring durations.
class DurationHistogram {
 public:
  /// Bucket i counts durations below 2^i ns; the last counts all that are longer.
  static constexpr std::size_t kBuckets = 40;

  struct Reading {
    std::uint64_t count = 0;
    base::Duration sum{};
    base::Duration max{};
    std::array<std::uint64_t, kBuckets> buckets{};
  };

  /// Negative durations count as none.
  void add(base::Duration duration) noexcept;
  [[nodiscard]] Reading read() const;

 private:
  // Not runtime::Atomic: counting happens while locks are let go, where nobody else may get a turn. What
  // every call touches comes first, and the buckets of the shortest durations after it.
  std::atomic<std::int64_t> sum_ = 0;
  std::atomic<std::int64_t> max_ = 0;
  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
};

/// The histograms of one lock, made for each site when it is first seen. Thread-safe.
class LockTimes {
 public:
  /// Sites beyond these are counted together.
  static constexpr std::size_t kSitesMax = 15;

  struct alignas(64) Site {
    explicit Site(const char* its_name) : name(its_name) {}
    const char* name;
    DurationHistogram wait;
    DurationHistogram hold;
  };
  struct Reading {
    const char* site = "";
    DurationHistogram::Reading wait;
    DurationHistogram::Reading hold;
  };

  LockTimes() = default;
  ~LockTimes();
  LockTimes(const LockTimes&) = delete;
  LockTimes& operator=(const LockTimes&) = delete;

  /// The histograms of `name`, a string literal; equal names are one site.
  [[nodiscard]] Site& site(const char* name);
  /// All sites seen so far, in the order in which they were first seen.
  [[nodiscard]] std::vector<Reading> read() const;

 private:
  /// The first null ends the list.
  std::array<std::atomic<Site*>, kSitesMax + 1> sites_{};
};

}  // namespace lockstep::locking
