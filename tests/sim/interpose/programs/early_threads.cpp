// A global object starts a thread before main and joins it after.
#include <atomic>
#include <cassert>
#include <chrono>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
int ticks = 0;

class Ticker {
 public:
  Ticker() : thread_([this] { tick(); }) {}
  ~Ticker() {
    stop_ = true;
    thread_.join();
  }

 private:
  void tick() {
    while (!stop_) {
      {
        const std::lock_guard lock(guard);
        ++ticks;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

Ticker ticker;
}  // namespace

int main() {
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  const std::lock_guard lock(guard);
  assert(ticks >= 1);
}
