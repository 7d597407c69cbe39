// Two small trees over threads: who has the highest priority, and a draw in proportion to weights.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "node/base/assert.h"

namespace lockstep::race {

/// Numbers at positions 0, 1, … grouped by sixteens, with a summary of each group one level up, and so on: a
/// change or a question costs one group a level, and a hundred threads are two levels.
template <typename Summary>
class SixteenTree {
 public:
  static constexpr std::size_t kFan = 16;

  [[nodiscard]] std::uint64_t get(std::size_t position) const {
    return position < size_ ? levels_[0][position] : 0;
  }
  void set(std::size_t position, std::uint64_t value) {
    if (position >= count_) {
      if (position >= size_) {
        grow(position + 1);
      }
      count_ = position + 1;
    }
    std::uint64_t old = levels_[0][position];
    levels_[0][position] = value;
    for (std::size_t level = 1; level < depth_; ++level) {
      position /= kFan;
      const std::uint64_t summary =
          Summary::changed(levels_[level][position], old, value, &levels_[level - 1][position * kFan]);
      old = levels_[level][position];
      if (old == summary) {
        return;
      }
      levels_[level][position] = summary;
      value = summary;
    }
  }
  /// All numbers become 0.
  void clear() {
    for (std::size_t level = 0; level < depth_; ++level) {
      levels_[level].assign(levels_[level].size(), 0);
    }
  }

 protected:
  [[nodiscard]] const std::uint64_t* group(std::size_t level, std::size_t index) const {
    return &levels_[level][index * kFan];
  }
  [[nodiscard]] std::size_t depth() const { return depth_; }
  /// How many numbers of a group need to be looked at: few threads are few numbers.
  [[nodiscard]] std::size_t used(std::size_t level) const {
    return level == 0 && depth_ == 1 ? count_ : kFan;
  }

 private:
  void grow(std::size_t size) {
    std::vector<std::uint64_t> leaves = size_ == 0 ? std::vector<std::uint64_t>{} : levels_[0];
    size_ = kFan;
    depth_ = 1;
    while (size_ < size) {
      size_ *= kFan;
      ++depth_;
    }
    LOCKSTEP_ASSERT(depth_ <= levels_.size());
    leaves.resize(size_, 0);
    levels_[0] = std::move(leaves);
    for (std::size_t level = 1; level < depth_; ++level) {
      levels_[level].assign(levels_[level - 1].size() / kFan, 0);
      for (std::size_t i = 0; i < levels_[level].size(); ++i) {
        levels_[level][i] = Summary::of(&levels_[level - 1][i * kFan]);
      }
    }
  }

  std::size_t size_ = 0;
  std::size_t count_ = 0;
  std::size_t depth_ = 0;
  std::array<std::vector<std::uint64_t>, 8> levels_;
};

struct GroupMaximum {
  static std::uint64_t of(const std::uint64_t* group) {
    std::uint64_t most = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      most = group[i] > most ? group[i] : most;
    }
    return most;
  }
  static std::uint64_t changed(std::uint64_t summary, std::uint64_t old, std::uint64_t value,
                               const std::uint64_t* group) {
    if (value >= summary) {
      return value;
    }
    return old == summary ? of(group) : summary;
  }
};

struct GroupSum {
  static std::uint64_t of(const std::uint64_t* group) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < 16; ++i) {
      sum += group[i];
    }
    return sum;
  }
  static std::uint64_t changed(std::uint64_t summary, std::uint64_t old, std::uint64_t value,
                               const std::uint64_t* /*group*/) {
    return summary - old + value;
  }
};

/// Priorities: 0 stands for "not among them".
class MaxTree : public SixteenTree<GroupMaximum> {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};

  /// The position of the highest priority, the first of equals; kNone when all are 0.
  [[nodiscard]] std::size_t top() const {
    std::size_t index = 0;
    for (std::size_t level = depth(); level-- > 0;) {
      const std::uint64_t* values = group(level, index);
      const std::size_t end = used(level);
      std::size_t best = 0;
      for (std::size_t i = 1; i < end; ++i) {
        best = values[i] > values[best] ? i : best;
      }
      if (values[best] == 0) {
        return kNone;
      }
      index = index * kFan + best;
    }
    return depth() == 0 ? kNone : index;
  }
};

/// Weights to draw by.
class SumTree : public SixteenTree<GroupSum> {
 public:
  [[nodiscard]] std::uint64_t total() const {
    if (depth() == 0) {
      return 0;
    }
    const std::uint64_t* values = group(depth() - 1, 0);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < used(depth() - 1); ++i) {
      sum += values[i];
    }
    return sum;
  }
  /// The position in whose share `point` falls. Requires: point < total().
  [[nodiscard]] std::size_t at(std::uint64_t point) const {
    std::size_t index = 0;
    for (std::size_t level = depth(); level-- > 0;) {
      const std::uint64_t* values = group(level, index);
      std::size_t i = 0;
      while (point >= values[i]) {
        point -= values[i++];
      }
      index = index * kFan + i;
    }
    return index;
  }
};

}  // namespace lockstep::race
