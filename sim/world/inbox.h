// What has arrived at a node and was not received yet.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "node/runtime/transport.h"

namespace lockstep::sim {

/// A growing ring of transport events in a compact form.
class Inbox {
 public:
  enum class Kind : std::uint8_t { kFrame, kConnected, kDisconnected };

  struct Item {
    runtime::Frame frame;
    runtime::PeerId peer;
    /// The node behind `peer`.
    std::uint32_t node = 0;
    Kind kind = Kind::kFrame;
  };

  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::uint32_t size() const { return end_ - begin_; }
  /// The most that it ever held.
  [[nodiscard]] std::uint32_t peak() const { return peak_; }

  void push(Item&& item) {
    if (size() == capacity_) [[unlikely]] {
      grow();
    }
    ring_[end_++ & (capacity_ - 1)] = std::move(item);
    peak_ = std::max(peak_, size());
  }

  /// Requires: not empty.
  Item pop() {
    Item item = std::move(ring_[begin_++ & (capacity_ - 1)]);
    if (begin_ == end_) {
      // An inbox that is mostly empty lives in one cache line.
      begin_ = 0;
      end_ = 0;
    }
    return item;
  }

  void clear() {
    ring_.reset();
    capacity_ = 0;
    begin_ = 0;
    end_ = 0;
  }

 private:
  static constexpr std::uint32_t kFirstCapacity = 8;

  void grow() {
    const std::uint32_t wider = capacity_ == 0 ? kFirstCapacity : 2 * capacity_;
    auto larger = std::make_unique<Item[]>(wider);
    const std::uint32_t count = size();
    for (std::uint32_t i = 0; i < count; ++i) {
      larger[i] = std::move(ring_[(begin_ + i) & (capacity_ - 1)]);
    }
    ring_ = std::move(larger);
    capacity_ = wider;
    begin_ = 0;
    end_ = count;
  }

  std::unique_ptr<Item[]> ring_;
  std::uint32_t capacity_ = 0;  ///< A power of two, or 0.
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
  std::uint32_t peak_ = 0;
};

}  // namespace lockstep::sim
