// What comes to a node from a network that a story plays.
#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "node/base/time.h"
#include "node/runtime/sync.h"
#include "node/runtime/transport.h"
#include "scenarios/races/history/unsupervised.h"
#include "scenarios/races/history/world.h"

namespace lockstep::scenarios::races {

/// The receiving half of a transport: events in the order in which they were brought, until it breaks.
/// Thread-safe.
class Arrivals {
 public:
  /// `world` must outlive it.
  explicit Arrivals(World& world) : mutex_(world.sync(), "arrivals"), came_(world.sync(), "arrivals") {}

  /// As runtime::Transport::receive. Throws Broken for good once break_down() was called.
  std::optional<runtime::TransportEvent> receive(base::Instant deadline) {
    std::unique_lock lock(mutex_);
    while (events_.empty() && !interrupted_ && !is_broken_) {
      if (!came_.wait_until(lock, deadline)) {
        break;
      }
    }
    interrupted_ = false;
    if (is_broken_) {
      throw Broken{};
    }
    if (events_.empty()) {
      return std::nullopt;
    }
    runtime::TransportEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  /// As runtime::Transport::interrupt.
  void interrupt() {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    came_.notify_all();
  }

  void bring(runtime::TransportEvent event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    came_.notify_all();
  }
  /// All at once: nobody comes in between.
  void bring_all(std::deque<runtime::TransportEvent> events) {
    const std::lock_guard lock(mutex_);
    for (runtime::TransportEvent& event : events) {
      events_.push_back(std::move(event));
    }
    came_.notify_all();
  }
  void break_down() {
    const std::lock_guard lock(mutex_);
    is_broken_ = true;
    came_.notify_all();
  }

 private:
  runtime::Mutex mutex_;
  runtime::CondVar came_;
  std::deque<runtime::TransportEvent> events_;
  bool interrupted_ = false;
  bool is_broken_ = false;
};

}  // namespace lockstep::scenarios::races
