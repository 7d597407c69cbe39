// One condition serves producers and consumers, and notify_one may wake one of the wrong kind.
// finds: lost wake-up or deadlock
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {
std::mutex guard;
std::condition_variable changed;
bool full = false;

void wake() {
#ifdef CORRECT
  changed.notify_all();
#else
  changed.notify_one();
#endif
}

void put() {
  std::unique_lock lock(guard);
  changed.wait(lock, [] { return !full; });
  full = true;
  wake();
}

void get() {
  std::unique_lock lock(guard);
  changed.wait(lock, [] { return full; });
  full = false;
  wake();
}

void twice(void (*step)()) {
  step();
  step();
}
}  // namespace

int main() {
  std::thread producers[] = {std::thread(twice, put), std::thread(twice, put)};
  std::thread consumers[] = {std::thread(twice, get), std::thread(twice, get)};
  for (std::thread& thread : producers) {
    thread.join();
  }
  for (std::thread& thread : consumers) {
    thread.join();
  }
}
