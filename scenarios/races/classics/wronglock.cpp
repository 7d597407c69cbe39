// One variable is guarded by two locks, by each thread another.
// finds: data race
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

namespace {
std::mutex data_lock;
[[maybe_unused]] std::mutex this_lock;
int data = 0;

void with_data_lock() {
  const std::lock_guard lock(data_lock);
  const int before = data;
  ++data;
  assert(data == before + 1);
}

void with_this_lock() {
#ifdef CORRECT
  const std::lock_guard lock(data_lock);
#else
  const std::lock_guard lock(this_lock);
#endif
  ++data;
}
}  // namespace

int main() {
  std::vector<std::thread> threads;
  threads.emplace_back(with_data_lock);
  for (int i = 0; i < 7; ++i) {
    threads.emplace_back(with_this_lock);
  }
  for (auto& thread : threads) {
    thread.join();
  }
}
