// The filter lock for three: whoever names itself the victim before it says where it is lets two through.
// finds: assertion
#include <atomic>
#include <cassert>
#include <thread>
#include <vector>

namespace {
constexpr int kThreads = 3;

std::atomic<int> level[kThreads];
std::atomic<int> victim[kThreads];
std::atomic<int> inside{0};

bool others_are_ahead(int me, int wanted) {
  for (int other = 0; other < kThreads; ++other) {
    if (other != me && level[other] >= wanted) {
      return true;
    }
  }
  return false;
}

void run(int me) {
  for (int wanted = 1; wanted < kThreads; ++wanted) {
#ifdef CORRECT
    level[me] = wanted;
    victim[wanted] = me;
#else
    victim[wanted] = me;
    level[me] = wanted;
#endif
    while (others_are_ahead(me, wanted) && victim[wanted] == me) {
      std::this_thread::yield();
    }
  }
  assert(inside.fetch_add(1) == 0);
  inside.fetch_sub(1);
  level[me] = 0;
}
}  // namespace

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back(run, i);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}
