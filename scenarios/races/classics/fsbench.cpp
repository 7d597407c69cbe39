// The twenty-seventh thread indexes a table of twenty-six locks.
// finds: assertion
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

namespace {
constexpr int kInodes = 26;
#ifdef CORRECT
constexpr int kThreads = 26;
#else
constexpr int kThreads = 27;
#endif
std::mutex locks[kInodes];
int inodes[kInodes];

void allocate(int thread) {
  assert(thread < kInodes);
  const std::lock_guard lock(locks[thread]);
  if (inodes[thread] == 0) {
    inodes[thread] = thread + 1;
  }
}
}  // namespace

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back(allocate, i);
  }
  for (auto& thread : threads) {
    thread.join();
  }
}
