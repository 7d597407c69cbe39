// Queues events for the receiving thread and says when there is room again.
#include "node/real/inbox.h"

#include <chrono>
#include <utility>

namespace lockstep::real {
namespace {

std::size_t frame_bytes(const runtime::TransportEvent& event) {
  const auto* received = std::get_if<runtime::FrameReceived>(&event);
  return received == nullptr ? 0 : received->frame->size();
}

}  // namespace

Inbox::Inbox(std::size_t events_max, std::size_t bytes_max, std::function<void()> on_room)
    : events_max_(events_max), bytes_max_(bytes_max), on_room_(std::move(on_room)) {}

bool Inbox::full_locked() const {
  return events_.size() >= events_max_ || bytes_ >= bytes_max_;
}

void Inbox::push(runtime::TransportEvent event) {
  {
    const std::lock_guard lock(mutex_);
    bytes_ += frame_bytes(event);
    events_.push_back(std::move(event));
  }
  arrived_.notify_one();
}

bool Inbox::full() const {
  const std::lock_guard lock(mutex_);
  awaited_ = awaited_ || full_locked();
  return full_locked();
}

std::optional<runtime::TransportEvent> Inbox::take(base::Instant deadline) {
  std::optional<runtime::TransportEvent> event;
  bool room = false;
  {
    std::unique_lock lock(mutex_);
    const std::chrono::steady_clock::time_point until(deadline.time_since_epoch());
    arrived_.wait_until(lock, until, [this] { return interrupted_ || !events_.empty(); });
    if (interrupted_) {
      interrupted_ = false;
      return std::nullopt;
    }
    if (events_.empty()) {
      return std::nullopt;
    }
    event = std::move(events_.front());
    events_.pop_front();
    bytes_ -= frame_bytes(*event);
    if (awaited_ && events_.size() <= events_max_ / 2 && bytes_ <= bytes_max_ / 2) {
      awaited_ = false;
      room = true;
    }
  }
  if (room) {
    on_room_();
  }
  return event;
}

void Inbox::interrupt() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  arrived_.notify_one();
}

}  // namespace lockstep::real
