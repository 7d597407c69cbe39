// A waiter that is woken does not look again whether there is room.
// finds: assertion
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {
constexpr int kSize = 1;
constexpr int kItems = 2;
std::mutex guard;
std::condition_variable changed;
int used = 0;

void put() {
  for (int i = 0; i < kItems; ++i) {
    std::unique_lock lock(guard);
#ifdef CORRECT
    while (used == kSize) {
#else
    if (used == kSize) {
#endif
      changed.wait(lock);
    }
    ++used;
    assert(used <= kSize);
    changed.notify_all();
  }
}

void take() {
  for (int i = 0; i < kItems; ++i) {
    std::unique_lock lock(guard);
    changed.wait(lock, [] { return used > 0; });
    --used;
    changed.notify_all();
  }
}
}  // namespace

int main() {
  std::thread a(put);
  std::thread b(put);
  std::thread c(take);
  std::thread d(take);
  a.join();
  b.join();
  c.join();
  d.join();
}
