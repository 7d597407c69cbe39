// The messages of the last few heartbeats, for peers that ask for them (leanSpec: gossipsub/mcache.py).
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "node/networking/fingerprint_table.h"
#include "node/networking/message_id.h"
#include "node/networking/topics.h"
#include "node/runtime/transport.h"

namespace lockstep::networking {

/// A message that can still be had.
struct CachedMessage {
  MessageId id;
  TopicIndex topic = 0;
  /// A frame that holds nothing but this message.
  runtime::Frame frame;
};

/// A sliding row of windows, one for each heartbeat. Bounded in messages and in bytes: what does not fit is
/// not kept. Not thread-safe.
class MessageCache {
 public:
  static constexpr std::size_t kWindows = 6;  ///< mcache_len.
  static constexpr std::size_t kMessagesMax = 16384;
  static constexpr std::size_t kBytesMax = 64 * 1024 * 1024;

  /// Puts a message into the newest window; false when there is no room. Its key should be new: of two
  /// messages with one key only the younger is found.
  bool put(const Fingerprint& key, CachedMessage message);

  /// Null when it is not, or no longer, there. Valid until the next call that changes something.
  [[nodiscard]] const CachedMessage* find(const Fingerprint& key) const;

  /// Calls `visit` with the messages of the `windows` newest windows, the newest window first.
  template <typename Visit>
  void visit_newest(std::size_t windows, const Visit& visit) const {
    for (std::size_t age = 0; age < windows && age < kWindows; ++age) {
      for (const CachedMessage& message : window(age).messages) {
        visit(message);
      }
    }
  }

  /// Begins a new window and lets the oldest go.
  void shift();

  [[nodiscard]] std::size_t size() const { return messages_; }

 private:
  struct Window {
    std::vector<CachedMessage> messages;
    FingerprintTable places;  ///< Where in `messages`.
    std::size_t bytes = 0;
  };
  [[nodiscard]] const Window& window(std::size_t age) const { return windows_[(newest_ + age) % kWindows]; }

  std::array<Window, kWindows> windows_;
  std::size_t newest_ = 0;
  std::size_t messages_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace lockstep::networking
