// The bounded queue between the io thread and the one thread that receives.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

#include "node/base/time.h"
#include "node/runtime/transport.h"

namespace lockstep::real {

/// Transport events in the order of arrival. Thread-safe. It never refuses an event, it tells its writers
/// when to stop reading: with w writers that look at full() before each event it holds at most
/// events_max + w events, plus two for each connection that is announced.
class Inbox {
 public:
  /// `on_room` is called, without the lock and on the receiving thread, when a full inbox has drained to half
  /// of its bounds.
  Inbox(std::size_t events_max, std::size_t bytes_max, std::function<void()> on_room);

  void push(runtime::TransportEvent event);
  [[nodiscard]] bool full() const;

  /// As Transport::receive and Transport::interrupt.
  std::optional<runtime::TransportEvent> take(base::Instant deadline);
  void interrupt();

 private:
  [[nodiscard]] bool full_locked() const;

  const std::size_t events_max_;
  const std::size_t bytes_max_;
  const std::function<void()> on_room_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<runtime::TransportEvent> events_;
  std::size_t bytes_ = 0;
  bool interrupted_ = false;
  /// Whether somebody saw it full since on_room_ was last called.
  mutable bool awaited_ = false;
};

}  // namespace lockstep::real
