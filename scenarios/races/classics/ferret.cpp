// A stage of the pipeline ends without waiting for what is still under way.
// finds: assertion
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
int loaded = 0;
int ranked = 0;
std::atomic<bool> loading_done{false};

void load() {
  for (int i = 0; i < 2; ++i) {
    const std::lock_guard lock(guard);
    ++loaded;
  }
  loading_done = true;
}

void rank() {
  for (;;) {
    const bool last = loading_done;
    const std::lock_guard lock(guard);
    while (ranked < loaded) {
      ++ranked;
    }
#ifdef CORRECT
    if (last) {
      return;
    }
#else
    static_cast<void>(last);
    return;
#endif
  }
}
}  // namespace

int main() {
  std::thread a(load);
  std::thread b(rank);
  a.join();
  b.join();
  assert(ranked == 2);
}
