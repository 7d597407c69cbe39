// Five philosophers each take the left fork first.
// finds: deadlock
#include <cassert>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace {
constexpr int kSeats = 5;
std::mutex forks[kSeats];

void dine(int seat) {
  int left = seat;
  int right = (seat + 1) % kSeats;
#ifdef CORRECT
  if (left > right) {
    std::swap(left, right);
  }
#endif
  const std::lock_guard first(forks[left]);
  const std::lock_guard second(forks[right]);
}
}  // namespace

int main() {
  std::vector<std::thread> philosophers;
  for (int seat = 0; seat < kSeats; ++seat) {
    philosophers.emplace_back(dine, seat);
  }
  for (auto& philosopher : philosophers) {
    philosopher.join();
  }
}
