// The owner takes the last element of a work-stealing deque without asking whether a thief was faster.
// finds: assertion
#include <atomic>
#include <cassert>
#include <thread>

namespace {
std::atomic<long> top{0};
std::atomic<long> bottom{0};
std::atomic<int> elements[8];
std::atomic<int> taken[4];

void push(int value) {
  const long last = bottom;
  elements[last % 8] = value;
  bottom = last + 1;
}

int take() {
  const long last = bottom - 1;
  bottom = last;
  long first = top;
  if (first > last) {
    bottom = last + 1;
    return -1;
  }
  int value = elements[last % 8];
  if (first == last) {
#ifdef CORRECT
    if (!top.compare_exchange_strong(first, first + 1)) {
      value = -1;
    }
#else
    top = first + 1;
#endif
    bottom = last + 1;
  }
  return value;
}

int steal() {
  long first = top;
  if (first >= bottom) {
    return -1;
  }
  const int value = elements[first % 8];
  return top.compare_exchange_strong(first, first + 1) ? value : -1;
}

void note(int value) {
  if (value >= 0) {
    const int times = ++taken[value];
    assert(times == 1);
  }
}
}  // namespace

int main() {
  std::thread thief([] {
    note(steal());
    note(steal());
  });
  push(0);
  push(1);
  note(take());
  push(2);
  note(take());
  note(take());
  thief.join();
}
