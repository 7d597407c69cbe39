// A worker looks at its stop token only when somebody wakes it, and the request to stop wakes nobody.
// finds: lost wake-up or deadlock
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <stop_token>
#include <thread>

namespace {
std::mutex guard;
std::condition_variable_any changed;
std::queue<int> numbers;
int sum = 0;

void work(const std::stop_token& stop) {
  std::unique_lock lock(guard);
  for (;;) {
#ifdef CORRECT
    if (!changed.wait(lock, stop, [] { return !numbers.empty(); })) {
      return;
    }
#else
    changed.wait(lock, [&] { return !numbers.empty() || stop.stop_requested(); });
    if (numbers.empty()) {
      return;
    }
#endif
    sum += numbers.front();
    numbers.pop();
  }
}
}  // namespace

int main() {
  {
    std::jthread worker(work);
    for (const int number : {5, 6}) {
      {
        const std::scoped_lock lock(guard);
        numbers.push(number);
      }
      changed.notify_one();
    }
  }
  assert(sum <= 11);
}
