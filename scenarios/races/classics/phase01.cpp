// One way through the phases leaves a lock behind.
// finds: deadlock
#include <cassert>
#include <mutex>
#include <thread>

namespace {
std::mutex x;
std::mutex y;
int phase = 0;

void work() {
  x.lock();
  const int mine = phase++;
  x.unlock();
  y.lock();
#ifdef CORRECT
  static_cast<void>(mine);
  y.unlock();
#else
  if (mine == 0) {
    y.unlock();
  }
#endif
}
}  // namespace

int main() {
  std::thread a(work);
  std::thread b(work);
  std::thread c(work);
  a.join();
  b.join();
  c.join();
}
