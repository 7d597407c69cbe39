// A dump is started twice because nobody holds the lock from the test to the start.
// finds: double free
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct Dump {
  int rows = 3;
};
std::mutex guard;
std::atomic<Dump*> running{new Dump};

void finish() {
#ifdef CORRECT
  Dump* dump = nullptr;
  {
    const std::lock_guard lock(guard);
    dump = running.exchange(nullptr);
  }
#else
  Dump* dump = running;
  {
    const std::lock_guard lock(guard);
    running = nullptr;
  }
#endif
  delete dump;
}
}  // namespace

int main() {
  std::thread a(finish);
  std::thread b(finish);
  a.join();
  b.join();
}
