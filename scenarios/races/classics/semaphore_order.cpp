// Two semaphores are taken in two orders.
// finds: deadlock or livelock
#include <cassert>
#include <semaphore>
#include <thread>

namespace {
std::binary_semaphore left{1};
std::binary_semaphore right{1};

void take(std::binary_semaphore& first, std::binary_semaphore& second) {
  first.acquire();
  second.acquire();
  second.release();
  first.release();
}
}  // namespace

int main() {
  std::thread a([] { take(left, right); });
#ifdef CORRECT
  std::thread b([] { take(left, right); });
#else
  std::thread b([] { take(right, left); });
#endif
  a.join();
  b.join();
}
