// Two threads that add to one atomic: few enough schedules to see them all.
#include <atomic>
#include <cassert>
#include <thread>

namespace {
std::atomic<int> sum{0};

void add_twice() {
  ++sum;
  ++sum;
}
}  // namespace

int main() {
  std::thread a(add_twice);
  std::thread b(add_twice);
  a.join();
  b.join();
  assert(sum == 4);
}
