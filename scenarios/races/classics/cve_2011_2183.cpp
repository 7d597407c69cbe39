// A scan looks up an item whose mm somebody resets to nothing.
// finds: crash
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct Space {
  int pages = 1;
};
struct Slot {
  std::atomic<Space*> space;
};
std::mutex guard;
Space space;
Slot slot{{&space}};

void scan() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
#endif
  if (slot.space.load() == nullptr) {
    return;
  }
  assert(slot.space.load()->pages == 1);
}

void leave() {
  const std::lock_guard lock(guard);
  slot.space = nullptr;
}
}  // namespace

int main() {
  std::thread a(scan);
  std::thread b(leave);
  std::thread c(scan);
  a.join();
  b.join();
  c.join();
}
