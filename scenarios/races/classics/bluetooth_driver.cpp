// A request looks whether the driver stops, and enters it after the stop is complete.
// finds: assertion
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
std::atomic<bool> stopping{false};
std::atomic<bool> stopped{false};
std::atomic<int> pending{1};

void leave() {
  if (--pending == 0) {
    stopped = true;
  }
}

bool enter() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
#endif
  if (stopping) {
    return false;
  }
  ++pending;
  return true;
}

void request() {
  if (enter()) {
    assert(!stopped);
    leave();
  }
}

void stop() {
  {
    const std::lock_guard lock(guard);
    stopping = true;
  }
  leave();
}
}  // namespace

int main() {
  std::thread a(request);
  std::thread b(stop);
  a.join();
  b.join();
}
