// Two readers both wait to become the writer.
// finds: livelock
#include <atomic>
#include <cassert>
#include <shared_mutex>
#include <thread>

namespace {
std::shared_mutex guard;
std::atomic<int> writers{0};

void upgrade() {
  guard.lock_shared();
#ifdef CORRECT
  guard.unlock_shared();
  guard.lock();
  guard.unlock();
#else
  ++writers;
  while (writers == 2) {
    std::this_thread::yield();
  }
  --writers;
  guard.unlock_shared();
#endif
}
}  // namespace

int main() {
  std::thread a(upgrade);
  std::thread b(upgrade);
  a.join();
  b.join();
}
