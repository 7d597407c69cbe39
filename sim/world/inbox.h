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

  void push(runtime::Frame&& frame, runtime::PeerId peer, std::uint32_t node, Kind kind) {
    if (size() == capacity_) [[unlikely]] {
      grow();
    }
    Item& item = ring_[end_++ & (capacity_ - 1)];
    item.frame = std::move(frame);
    item.peer = peer;
    item.node = node;
    item.kind = kind;
    peak_ = std::max(peak_, size());
  }

  /// Asks for the memory that the next push() writes. Inlined by force: g++ takes a function that only
  /// prefetches for one without effect and drops the call.
  [[gnu::always_inline]] void prefetch() const {
    if (capacity_ != 0) {
      __builtin_prefetch(&ring_[end_ & (capacity_ - 1)], 1);
    }
  }

  /// The oldest; its frame may be moved away. Requires: not empty.
  [[nodiscard]] Item& front() { return ring_[begin_ & (capacity_ - 1)]; }

  /// Requires: not empty.
  void pop() {
    front().frame.reset();
    if (++begin_ == end_) {
      // An inbox that is mostly empty lives in one cache line.
      begin_ = 0;
      end_ = 0;
    }
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
