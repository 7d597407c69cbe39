// Each copies what its neighbour has, and only one order of them makes all equal.
// finds: assertion
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
#ifdef CORRECT
std::mutex guard;
#endif
std::atomic<int> first{1};
std::atomic<int> second{2};
std::atomic<int> third{3};

void copy(const std::atomic<int>& from, std::atomic<int>& to) {
  to = from.load();
}

#ifdef CORRECT
void go_round() {
  const std::lock_guard lock(guard);
  copy(first, second);
  copy(second, third);
}
#endif
}  // namespace

int main() {
#ifdef CORRECT
  std::thread a(go_round);
  std::thread b(go_round);
  std::thread c(go_round);
#else
  std::thread a([] { copy(first, second); });
  std::thread b([] { copy(second, third); });
  std::thread c([] { copy(third, first); });
#endif
  a.join();
  b.join();
  c.join();
  assert(first == second && second == third);
}
