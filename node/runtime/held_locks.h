// Which locks a thread holds, in the order in which it took them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace lockstep::runtime {

/// The locks that one thread holds and that want to be known. Every thread has one, see
/// Scheduler::held_locks(); only that thread touches it.
class HeldLocks {
 public:
  /// How many one thread may hold at once.
  static constexpr std::size_t kMax = 16;

  struct Entry {
    const void* lock = nullptr;
    /// For reports.
    const char* name = "";
    /// Position in the order in which locks are taken: what that means is the lock's business.
    std::uint32_t rank = 0;
  };

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Requires: index < size(). The oldest comes first.
  [[nodiscard]] const Entry& at(std::size_t index) const { return entries_[index]; }
  [[nodiscard]] bool holds(const void* lock) const {
    for (std::size_t i = 0; i < size_; ++i) {
      if (entries_[i].lock == lock) {
        return true;
      }
    }
    return false;
  }

  void clear() { size_ = 0; }
  /// False when there is no room.
  [[nodiscard]] bool push(const Entry& entry) {
    if (size_ == kMax) {
      return false;
    }
    entries_[size_++] = entry;
    return true;
  }
  /// Forgets the youngest entry of `lock`; false when there is none: another thread took it.
  bool remove(const void* lock) noexcept {
    for (std::size_t i = size_; i-- > 0;) {
      if (entries_[i].lock == lock) {
        for (--size_; i < size_; ++i) {
          entries_[i] = entries_[i + 1];
        }
        return true;
      }
    }
    return false;
  }

 private:
  std::array<Entry, kMax> entries_;
  std::size_t size_ = 0;
};

}  // namespace lockstep::runtime
