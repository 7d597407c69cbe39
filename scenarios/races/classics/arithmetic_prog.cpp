// A sum that is asserted wrongly fails in every schedule: the trivial control.
// finds: assertion
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
std::condition_variable ready;
int numbers = 0;
int total = 0;
bool finished = false;
constexpr int kCount = 4;

void produce() {
  for (int i = 0; i < kCount; ++i) {
    const std::lock_guard lock(guard);
    ++numbers;
    ready.notify_one();
  }
}

void add() {
  for (int i = 0; i < kCount; ++i) {
    std::unique_lock lock(guard);
    ready.wait(lock, [] { return numbers > 0; });
    total += kCount - i;
    --numbers;
  }
  const std::lock_guard lock(guard);
  finished = true;
}
}  // namespace

int main() {
  std::thread a(produce);
  std::thread b(add);
  a.join();
  b.join();
#ifdef CORRECT
  assert(finished && total == kCount * (kCount + 1) / 2);
#else
  assert(finished && total == kCount * (kCount + 1) / 2 + 1);
#endif
}
