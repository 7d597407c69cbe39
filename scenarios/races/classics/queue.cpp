// Whether something is there is asked under the lock, and the taking done under it later.
// finds: assertion
#include <cassert>
#include <deque>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
std::deque<int> items;

bool is_empty() {
  const std::lock_guard lock(guard);
  return items.empty();
}

void produce() {
  for (int i = 0; i < 2; ++i) {
    const std::lock_guard lock(guard);
    items.push_back(i);
  }
}

void consume() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
  if (items.empty()) {
    return;
  }
#else
  if (is_empty()) {
    return;
  }
  const std::lock_guard lock(guard);
#endif
  assert(!items.empty());
  items.pop_front();
}
}  // namespace

int main() {
  std::thread a(produce);
  const auto twice = [] {
    consume();
    consume();
  };
  std::thread b(twice);
  std::thread c(twice);
  a.join();
  b.join();
  c.join();
  static_cast<void>(is_empty());
}
