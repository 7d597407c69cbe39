// For each thread, up to which of its operations somebody knows of it.
#pragma once

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
    reach(other.size_);
    for (std::uint32_t i = 0; i < other.size_; ++i) {
      if (other.clocks_[i] > clocks_[i]) {
        clocks_[i] = other.clocks_[i];
      }
    }
  }
  void assign(const VectorClock& other) {
    size_ = 0;
    join(other);
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
