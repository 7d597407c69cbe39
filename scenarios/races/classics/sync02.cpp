// The producer waits for room that the consumer makes only after it was told of something.
// finds: lost wake-up
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
std::condition_variable empty;
std::condition_variable full;
int items = 0;

void produce() {
  for (int i = 0; i < 2; ++i) {
    std::unique_lock lock(guard);
    empty.wait(lock, [] { return items == 0; });
    ++items;
    full.notify_one();
  }
}

void consume() {
  for (int i = 0; i < 2; ++i) {
#ifndef CORRECT
    {
      const std::lock_guard lock(guard);
      if (items != 0) {
        items = 0;
        empty.notify_one();
        continue;
      }
    }
    std::unique_lock lock(guard);
    full.wait(lock);
#else
    std::unique_lock lock(guard);
    full.wait(lock, [] { return items != 0; });
#endif
    items = 0;
    empty.notify_one();
  }
}
}  // namespace

int main() {
  std::thread a(produce);
  std::thread b(consume);
  a.join();
  b.join();
}
