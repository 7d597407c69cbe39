// Push tells of the new top before the element is there.
// finds: assertion
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
constexpr int kSize = 5;
std::mutex guard;
int elements[kSize];
int top = 0;
std::atomic<bool> filled{false};

void push_all() {
  for (int i = 0; i < kSize; ++i) {
    const std::lock_guard lock(guard);
#ifdef CORRECT
    elements[top++] = i + 1;
    filled = true;
#else
    filled = true;
#endif
  }
#ifndef CORRECT
  for (int i = 0; i < kSize; ++i) {
    const std::lock_guard lock(guard);
    elements[top++] = i + 1;
  }
#endif
}

void pop_all() {
  for (int i = 0; i < kSize; ++i) {
    const std::lock_guard lock(guard);
    if (filled) {
#ifdef CORRECT
      if (top == 0) {
        continue;
      }
#endif
      assert(top > 0);
      assert(elements[--top] > 0);
    }
  }
}
}  // namespace

int main() {
  std::thread a(push_all);
  std::thread b(pop_all);
  a.join();
  b.join();
}
