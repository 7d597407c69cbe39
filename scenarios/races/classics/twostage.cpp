// Half is written under one lock, half under another, and a reader comes in between.
// finds: assertion
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

namespace {
constexpr int kWorkers = 1;
}

namespace {
std::mutex data_lock;
std::mutex result_lock;
int data = 0;
int result = 0;

void work() {
  {
    const std::lock_guard lock(data_lock);
    data = 1;
#ifdef CORRECT
    const std::lock_guard second(result_lock);
    result = data + 1;
#endif
  }
#ifndef CORRECT
  const std::scoped_lock lock(data_lock, result_lock);
  result = data + 1;
#endif
}

void read_result() {
  int seen = -1;
  {
    const std::lock_guard lock(data_lock);
    if (data == 0) {
      return;
    }
    seen = data;
  }
  const std::lock_guard lock(result_lock);
  assert(result == seen + 1);
}
}  // namespace

int main() {
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    threads.emplace_back(work);
  }
  threads.emplace_back(read_result);
  for (auto& thread : threads) {
    thread.join();
  }
}
