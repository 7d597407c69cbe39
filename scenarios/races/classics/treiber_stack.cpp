// A lock-free stack whose nodes come back: the head is the same again, what lies below it is not (ABA).
// finds: assertion
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

namespace {
constexpr int kNodes = 3;
std::atomic<int> below[kNodes];
std::atomic<int> owned[kNodes];

#ifdef CORRECT
// Every push and pop counts up, in the upper half.
constexpr std::uint64_t kOnce = std::uint64_t{1} << 32;
#else
constexpr std::uint64_t kOnce = 0;
#endif
/// The index of the first node, from 1.
std::atomic<std::uint64_t> head{0};

std::uint64_t to(std::uint64_t from, int index) {
  return ((from >> 32 << 32) + kOnce) | static_cast<std::uint32_t>(index);
}

int index_in(std::uint64_t value) {
  return static_cast<int>(value & 0xffffffffU);
}

void push(int node) {
  owned[node] = 0;
  std::uint64_t old = head;
  do {
    below[node] = index_in(old);
  } while (!head.compare_exchange_weak(old, to(old, node + 1)));
}

int pop() {
  std::uint64_t old = head;
  do {
    if (index_in(old) == 0) {
      return -1;
    }
  } while (!head.compare_exchange_weak(old, to(old, below[index_in(old) - 1])));
  const int node = index_in(old) - 1;
  const int before = owned[node].exchange(1);
  assert(before == 0);
  return node;
}

void take_and_give() {
  const int node = pop();
  if (node >= 0) {
    push(node);
  }
}

void take_two_and_give_one_back() {
  const int first = pop();
  const int second = pop();
  if (first >= 0) {
    push(first);
  }
  const int third = pop();
  for (const int node : {second, third}) {
    if (node >= 0) {
      push(node);
    }
  }
}
}  // namespace

int main() {
  for (int node = 0; node < kNodes; ++node) {
    push(node);
  }
  std::thread a(take_and_give);
  std::thread b(take_two_and_give_one_back);
  a.join();
  b.join();
}
