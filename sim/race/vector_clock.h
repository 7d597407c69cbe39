// Vector clocks whose missing entries stand for "everything before this run".
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace lockstep::race {

/// For each thread the clock up to which its past is known. Entries that are not stored equal the floor of
/// the run, which all clocks of one run share; the owner passes it in.
class VectorClock {
 public:
  [[nodiscard]] std::uint32_t at(std::uint32_t thread, std::uint32_t floor) const {
    return thread < clocks_.size() ? clocks_[thread] : floor;
  }
  void set(std::uint32_t thread, std::uint32_t clock, std::uint32_t floor) {
    if (thread >= clocks_.size()) {
      clocks_.resize(thread + 1, floor);
    }
    clocks_[thread] = clock;
  }
  /// The later of both, entry by entry.
  void join(const VectorClock& other, std::uint32_t floor) {
    if (other.clocks_.size() > clocks_.size()) {
      clocks_.resize(other.clocks_.size(), floor);
    }
    for (std::size_t i = 0; i < other.clocks_.size(); ++i) {
      clocks_[i] = std::max(clocks_[i], other.clocks_[i]);
    }
  }
  /// Knows nothing but what is before the run.
  void clear() { clocks_.clear(); }
  [[nodiscard]] bool empty() const { return clocks_.empty(); }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(clocks_.size()); }

 private:
  std::vector<std::uint32_t> clocks_;
};

}  // namespace lockstep::race
