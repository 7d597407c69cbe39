// A notification is sent whether or not somebody waits yet, and nothing remembers it.
// finds: lost wake-up
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
std::condition_variable full;
bool there = false;

void produce() {
  const std::lock_guard lock(guard);
  there = true;
  full.notify_one();
}

void consume() {
  std::unique_lock lock(guard);
#ifdef CORRECT
  full.wait(lock, [] { return there; });
#else
  full.wait(lock);
#endif
  assert(there);
}
}  // namespace

int main() {
  std::thread a(produce);
  std::thread b(consume);
  a.join();
  b.join();
}
