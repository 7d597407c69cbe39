// What goes wrong only when early timers, spurious wake-ups or leaks are asked for.
#include <atomic>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

namespace {
using namespace std::chrono_literals;

std::mutex guard;
std::condition_variable changed;
bool ready = false;

/// The answer comes after one second, the patience ends after two.
void early_timer() {
  std::thread other([] {
    std::this_thread::sleep_for(1s);
    const std::lock_guard lock(guard);
    ready = true;
    changed.notify_one();
  });
  std::unique_lock lock(guard);
  const bool came = changed.wait_for(lock, 2s, [] { return ready; });
  assert(came);
  lock.unlock();
  other.join();
}

void waits_once() {
  std::unique_lock lock(guard);
  std::thread other([] {
    const std::lock_guard inner(guard);
    ready = true;
    changed.notify_one();
  });
  changed.wait(lock);
  assert(ready);
  lock.unlock();
  other.join();
}

void exchanges_once() {
  std::atomic<int> value{0};
  std::thread other([&] {
    int expected = 0;
    const bool done = value.compare_exchange_weak(expected, 1);
    assert(done);
  });
  static_cast<void>(value.load());
  other.join();
}

int* volatile lost = nullptr;

void leaks() {
  std::thread other([] { lost = new int(1); });
  other.join();
  lost = nullptr;
}
}  // namespace

int main(int, char** arguments) {
  if (std::strcmp(arguments[1], "early_timer") == 0) {
    early_timer();
  } else if (std::strcmp(arguments[1], "waits_once") == 0) {
    waits_once();
  } else if (std::strcmp(arguments[1], "exchanges_once") == 0) {
    exchanges_once();
  } else {
    leaks();
  }
}
