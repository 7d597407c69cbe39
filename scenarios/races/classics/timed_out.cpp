// Work is left undone when a timed lock is not had in time.
// finds: assertion
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

namespace {
using std::chrono::milliseconds;

std::timed_mutex guard;
int done = 0;

void work() {
#ifdef CORRECT
  while (!guard.try_lock_for(milliseconds(10))) {
  }
#else
  if (!guard.try_lock_for(milliseconds(10))) {
    return;
  }
#endif
  std::this_thread::sleep_for(milliseconds(6));
  ++done;
  guard.unlock();
}
}  // namespace

int main() {
  std::thread a(work);
  std::thread b(work);
  std::thread c(work);
  a.join();
  b.join();
  c.join();
  assert(done == 3);
}
