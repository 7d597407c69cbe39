// A reader that asserts before a writer has come is right only as long as it is first.
// finds: assertion
#include <cassert>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
int data = 0;

void add(int amount) {
  const std::lock_guard lock(guard);
  data += amount;
}

void check() {
  const std::lock_guard lock(guard);
#ifdef CORRECT
  assert(data <= 3);
#else
  assert(data < 3);
#endif
}
}  // namespace

int main() {
  std::thread a(add, 1);
  std::thread b(add, 2);
  std::thread c(check);
  a.join();
  b.join();
  c.join();
}
