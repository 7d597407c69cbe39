// One slot more than there are connections.
// finds: assertion
#include <atomic>
#include <cassert>
#include <semaphore>
#include <thread>
#include <vector>

namespace {
#ifdef CORRECT
std::counting_semaphore<8> slots(2);
#else
std::counting_semaphore<8> slots(3);
#endif
std::atomic<int> in_use{0};

void use() {
  slots.acquire();
  const int connections = ++in_use;
  assert(connections <= 2);
  --in_use;
  slots.release();
}
}  // namespace

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back(use);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}
