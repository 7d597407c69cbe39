// A cache that moves what was read to the front does so under a lock for readers.
// finds: data race
#include <cassert>
#include <list>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <unordered_map>

namespace {
class Cache {
 public:
  void put(int key, std::string value) {
    const std::unique_lock lock(guard_);
    order_.emplace_front(key, std::move(value));
    places_[key] = order_.begin();
  }
  std::string get(int key) {
#ifdef CORRECT
    const std::unique_lock lock(guard_);
#else
    const std::shared_lock lock(guard_);
#endif
    const auto found = places_.find(key);
    order_.splice(order_.begin(), order_, found->second);
    return found->second->second;
  }

 private:
  using Order = std::list<std::pair<int, std::string>>;
  std::shared_mutex guard_;
  Order order_;
  std::unordered_map<int, Order::iterator> places_;
};
}  // namespace

int main() {
  Cache cache;
  cache.put(1, "one");
  cache.put(2, "two");
  cache.put(3, "three");
  std::thread a([&] { assert(cache.get(1) == "one"); });
  std::thread b([&] { assert(cache.get(2) == "two"); });
  a.join();
  b.join();
}
