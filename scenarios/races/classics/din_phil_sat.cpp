// A counter that everybody raises without a lock reaches its end too late.
// finds: data race
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

namespace {
constexpr int kSeats = 4;
std::mutex forks[kSeats];
int meals = 0;
#ifdef CORRECT
std::mutex counting;
#endif

void dine(int seat) {
  const std::lock_guard fork(forks[seat]);
#ifdef CORRECT
  const std::lock_guard lock(counting);
#endif
  ++meals;
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
  assert(meals == kSeats);
}
