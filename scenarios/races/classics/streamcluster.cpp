// A barrier that counts down again lets the quick through a second time.
// finds: assertion
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {
constexpr int kThreads = 2;
std::mutex guard;
std::condition_variable changed;
int arrived = 0;
int round = 0;
int phase[kThreads];

void barrier() {
  std::unique_lock lock(guard);
#ifdef CORRECT
  const int mine = round;
  if (++arrived == kThreads) {
    arrived = 0;
    ++round;
    changed.notify_all();
  }
  changed.wait(lock, [&] { return round != mine; });
#else
  if (++arrived >= kThreads) {
    ++round;
    changed.notify_all();
  } else {
    changed.wait(lock);
  }
#endif
}

void work(int me) {
  for (int i = 1; i <= 2; ++i) {
    {
      const std::lock_guard lock(guard);
      phase[me] = i;
    }
    barrier();
    const std::lock_guard lock(guard);
    assert(phase[1 - me] >= i);
  }
}
}  // namespace

int main() {
  std::thread a(work, 0);
  std::thread b(work, 1);
  a.join();
  b.join();
}
