// Owner and thief both take the last element when the owner looks before it claims.
// finds: assertion
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
constexpr int kItems = 3;
std::mutex guard;
std::atomic<int> head{0};
std::atomic<int> tail{0};
std::atomic<int> taken[kItems];

bool steal() {
  const std::lock_guard lock(guard);
  const int at = head;
  head = at + 1;
  if (at < tail) {
    ++taken[at];
    return true;
  }
  head = at;
  return false;
}

bool pop() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
  const int at = tail - 1;
  if (head > at) {
    return false;
  }
  tail = at;
#else
  const int at = tail - 1;
  if (head > at) {
    return false;
  }
  tail = at;
#endif
  ++taken[at];
  return true;
}
}  // namespace

int main() {
  tail = kItems;
  std::thread thief([] {
    steal();
    steal();
  });
  pop();
  pop();
  thief.join();
  for (auto& times : taken) {
    assert(times <= 1);
  }
}
