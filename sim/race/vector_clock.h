// For each thread, up to which of its operations somebody knows of it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace lockstep::race {

/// A thread's own count of its releases; what comes after a release has the next number. Numbers go on from
/// run to run, so that those of earlier runs lie below all of this one's.
using Clock = std::uint32_t;

/// A vector clock that grows as threads appear. A thread that is not in it stands at 0: nothing is known of
/// it in this run. Clearing keeps the memory.
class VectorClock {
 public:
  [[nodiscard]] Clock at(std::uint32_t thread) const { return thread < size_ ? clocks_[thread] : 0; }
  void set(std::uint32_t thread, Clock clock) {
    reach(thread + 1);
    clocks_[thread] = clock;
  }
  /// The later of both, entry by entry.
  void join(const VectorClock& other) {
    const std::uint32_t size = other.size_;
    reach(size);
    Clock* const to = clocks_.data();
    const Clock* const from = other.clocks_.data();
    for (std::uint32_t i = 0; i < size; ++i) {
      to[i] = to[i] < from[i] ? from[i] : to[i];
    }
  }
  void assign(const VectorClock& other) {
    const std::uint32_t size = other.size_;
    if (clocks_.size() < size) {
      clocks_.resize(size + size / 2 + 2);
    }
    std::copy_n(other.clocks_.data(), size, clocks_.data());
    size_ = size;
  }
  void clear() { size_ = 0; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::uint32_t size() const { return size_; }

 private:
  void reach(std::uint32_t size) {
    if (size > size_) {
      if (clocks_.size() < size) {
        clocks_.resize(size + size / 2 + 2);
      }
      for (std::uint32_t i = size_; i < size; ++i) {
        clocks_[i] = 0;
      }
      size_ = size;
    }
  }
  std::vector<Clock> clocks_;
  std::uint32_t size_ = 0;
};

}  // namespace lockstep::race
