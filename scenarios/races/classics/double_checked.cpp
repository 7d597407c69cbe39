// A pointer is tested without order, and what it points to may not be there yet.
// finds: data race
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct Config {
  int value = 3;
};
std::mutex guard;
std::atomic<Config*> config{nullptr};

#ifdef CORRECT
constexpr auto kLoad = std::memory_order_acquire;
constexpr auto kStore = std::memory_order_release;
#else
constexpr auto kLoad = std::memory_order_relaxed;
constexpr auto kStore = std::memory_order_relaxed;
#endif

int value() {
  Config* known = config.load(kLoad);
  if (known == nullptr) {
    const std::lock_guard lock(guard);
    known = config.load(std::memory_order_relaxed);
    if (known == nullptr) {
      known = new Config;
      config.store(known, kStore);
    }
  }
  return known->value;
}
}  // namespace

int main() {
  std::thread a([] { assert(value() == 3); });
  std::thread b([] { assert(value() == 3); });
  a.join();
  b.join();
  delete config.load();
}
