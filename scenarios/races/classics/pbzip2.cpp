// The queue and its lock are thrown away while a consumer still looks at them.
// finds: use after free
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct Queue {
  std::mutex guard;
  std::atomic<bool> finished{false};
  int items = 0;
};

void consume(Queue* queue) {
  for (int i = 0; i < 2; ++i) {
    const std::lock_guard lock(queue->guard);
    if (queue->finished) {
      return;
    }
    ++queue->items;
  }
}
}  // namespace

int main() {
  auto* queue = new Queue;
  std::thread consumer(consume, queue);
  {
    const std::lock_guard lock(queue->guard);
    queue->finished = true;
  }
#ifdef CORRECT
  consumer.join();
  delete queue;
#else
  delete queue;
  consumer.join();
#endif
}
