// A worker is counted idle before it has handed on what it has left.
// finds: assertion
#include <cassert>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
int idle = 0;
int left = 4;
int done = 0;

void work() {
  for (;;) {
    {
      const std::lock_guard lock(guard);
      if (left == 0) {
        ++idle;
        return;
      }
      --left;
#ifdef CORRECT
      ++done;
#endif
    }
#ifndef CORRECT
    const std::lock_guard lock(guard);
    ++done;
#endif
  }
}

void wait_for_end() {
  const std::lock_guard lock(guard);
  if (left == 0 && idle > 0) {
    assert(done == 4);
  }
}
}  // namespace

int main() {
  std::thread a(work);
  std::thread b(work);
  std::thread c(wait_for_end);
  a.join();
  b.join();
  c.join();
}
