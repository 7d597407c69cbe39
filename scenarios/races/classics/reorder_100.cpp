// 100 setters write two variables one after the other, and a reader must see both or none.
// finds: assertion
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

namespace {
constexpr int kSetters = 99;
}

namespace {
int a = 0;
int b = 0;
#ifdef CORRECT
std::mutex guard;
#endif

void set() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
#endif
  a = 1;
  b = -1;
}

void check() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
#endif
  const int seen_a = a;
  const int seen_b = b;
  assert((seen_a == 0 && seen_b == 0) || (seen_a == 1 && seen_b == -1));
}
}  // namespace

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < kSetters; ++i) {
    threads.emplace_back(set);
  }
  threads.emplace_back(check);
  for (auto& thread : threads) {
    thread.join();
  }
}
