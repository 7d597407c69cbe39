// Windows in a ring: the newest moves backwards, so that age counts forwards.
#include "node/networking/message_cache.h"

#include <utility>

namespace lockstep::networking {

bool MessageCache::put(const Fingerprint& key, CachedMessage message) {
  const std::size_t size = message.frame->size();
  if (messages_ >= kMessagesMax || bytes_ + size > kBytesMax) {
    return false;
  }
  Window& newest = windows_[newest_];
  newest.places[key] = static_cast<std::uint32_t>(newest.messages.size());
  newest.messages.push_back(std::move(message));
  newest.bytes += size;
  bytes_ += size;
  ++messages_;
  return true;
}

const CachedMessage* MessageCache::find(const Fingerprint& key) const {
  for (std::size_t age = 0; age < kWindows; ++age) {
    const Window& one = window(age);
    if (const std::uint32_t* place = one.places.find(key)) {
      return &one.messages[*place];
    }
  }
  return nullptr;
}

void MessageCache::shift() {
  newest_ = (newest_ + kWindows - 1) % kWindows;
  Window& reused = windows_[newest_];
  messages_ -= reused.messages.size();
  bytes_ -= reused.bytes;
  reused = Window{};
}

}  // namespace lockstep::networking
