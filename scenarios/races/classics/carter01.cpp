// Two groups count themselves in under one lock, and the first of each takes another lock meanwhile.
// finds: deadlock
#include <cassert>
#include <mutex>
#include <thread>

namespace {
std::mutex counts;
std::mutex resource;
int readers = 0;
int writers = 0;

void group(int& members) {
  {
    const std::lock_guard lock(counts);
    if (++members == 1) {
#ifndef CORRECT
      resource.lock();
#endif
    }
  }
#ifdef CORRECT
  resource.lock();
  resource.unlock();
#endif
  const std::lock_guard lock(counts);
  if (--members == 0) {
#ifndef CORRECT
    resource.unlock();
#endif
  }
}
}  // namespace

int main() {
  std::thread a([] { group(readers); });
  std::thread b([] { group(writers); });
  a.join();
  b.join();
}
