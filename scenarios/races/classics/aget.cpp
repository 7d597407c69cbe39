// A download's progress is saved by another thread between the writing and the counting.
// finds: assertion
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
std::atomic<int> written{0};
std::atomic<int> counted{0};

void download() {
  for (int i = 0; i < 3; ++i) {
#ifdef CORRECT
    const std::lock_guard lock(guard);
#endif
    ++written;
    ++counted;
  }
}

void save() {
  const std::lock_guard lock(guard);
  assert(written == counted);
}
}  // namespace

int main() {
  std::thread a(download);
  std::thread b(save);
  a.join();
  b.join();
}
