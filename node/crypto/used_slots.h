// Which slots a one-time key has signed for, so that none is signed for twice.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/base/bytes.h"

namespace lockstep::crypto {

/// Remembers the message of at least the kRemembered highest slots. Slots below all that are remembered count
/// as used: memory stays bounded, and forgetting can only refuse.
class UsedSlots {
 public:
  static constexpr std::ptrdiff_t kRemembered = 64;

  /// Whether `message` may be signed for `slot`: the slot is free, or was used for this very message.
  [[nodiscard]] bool allows(std::uint64_t slot, const base::Bytes32& message) const {
    const auto at = find(slot);
    if (at != entries_.end() && at->slot == slot) {
      return at->message == message;
    }
    return slot >= lowest_free_;
  }

  /// Notes that `slot` signs `message`. Requires: allows(slot, message).
  void note(std::uint64_t slot, const base::Bytes32& message) {
    const auto at = find(slot);
    if (at != entries_.end() && at->slot == slot) {
      return;
    }
    entries_.insert(at, {slot, message});
    if (entries_.size() == 2 * kRemembered) {  // by halves, so that forgetting costs little on average
      entries_.erase(entries_.begin(), entries_.begin() + kRemembered);
      refuse_below(entries_.front().slot);
    }
  }

  /// Takes all unknown slots below `slot` for used.
  void refuse_below(std::uint64_t slot) { lowest_free_ = std::max(lowest_free_, slot); }

 private:
  struct Entry {
    std::uint64_t slot;
    base::Bytes32 message;
  };

  [[nodiscard]] std::vector<Entry>::const_iterator find(std::uint64_t slot) const {
    if (entries_.empty() || entries_.back().slot < slot) {
      return entries_.end();  // slots mostly come in order
    }
    return std::lower_bound(entries_.begin(), entries_.end(), slot,
                            [](const Entry& entry, std::uint64_t wanted) { return entry.slot < wanted; });
  }

  std::vector<Entry> entries_;  ///< Ascending by slot.
  std::uint64_t lowest_free_ = 0;
};

}  // namespace lockstep::crypto
