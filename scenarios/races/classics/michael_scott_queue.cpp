// A lock-free queue frees the old head while others still look at it.
// finds: use after free or data race
#include <atomic>
#include <cassert>
#include <thread>

namespace {
struct Node {
  int value = 0;
  std::atomic<Node*> next{nullptr};
};

std::atomic<Node*> head{nullptr};
std::atomic<Node*> tail{nullptr};
std::atomic<int> sum{0};
[[maybe_unused]] Node* retired[4];
[[maybe_unused]] std::atomic<int> retirements{0};

void push(int value) {
  Node* const node = new Node;
  node->value = value;
  for (;;) {
    Node* last = tail;
    Node* next = last->next;
    if (next != nullptr) {
      tail.compare_exchange_strong(last, next);
    } else if (last->next.compare_exchange_strong(next, node)) {
      tail.compare_exchange_strong(last, node);
      return;
    }
  }
}

void pop() {
  for (;;) {
    Node* first = head;
    Node* last = tail;
    Node* const next = first->next;
    if (next == nullptr) {
      return;
    }
    if (first == last) {
      tail.compare_exchange_strong(last, next);
      continue;
    }
    const int value = next->value;
    if (head.compare_exchange_strong(first, next)) {
      sum += value;
#ifdef CORRECT
      retired[retirements++] = first;
#else
      delete first;
#endif
      return;
    }
  }
}
}  // namespace

int main() {
  head = tail = new Node;
  push(1);
  push(2);
  std::thread a(pop);
  std::thread b(pop);
  a.join();
  b.join();
  assert(sum == 3);
}
