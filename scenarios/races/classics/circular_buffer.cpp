// A sender and a receiver flag turns, but the index is not looked at again under the lock.
// finds: assertion
#include <cassert>
#include <mutex>
#include <thread>

namespace {
constexpr int kSize = 4;
constexpr int kItems = 6;
std::mutex guard;
int buffer[kSize];
int first = 0;
int next = 0;
int used = 0;

#ifndef CORRECT
bool has_room() {
  const std::lock_guard lock(guard);
  return used < kSize;
}
#endif

bool send(int value) {
#ifndef CORRECT
  if (!has_room()) {
    return false;
  }
#endif
  const std::lock_guard lock(guard);
#ifdef CORRECT
  if (used == kSize) {
    return false;
  }
#endif
  buffer[next] = value;
  next = (next + 1) % kSize;
  ++used;
  assert(used <= kSize);
  return true;
}

void receive() {
  const std::lock_guard lock(guard);
  if (used > 0) {
    assert(buffer[first] > 0);
    first = (first + 1) % kSize;
    --used;
  }
}
}  // namespace

int main() {
  const auto sender = [] {
    for (int i = 1; i <= kItems / 2; ++i) {
      send(i);
    }
  };
  std::thread a(sender);
  std::thread b(sender);
  std::thread c(receive);
  a.join();
  b.join();
  c.join();
}
