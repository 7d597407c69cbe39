// A port is found in the list, freed by its creator's twin, then used.
// finds: use after free
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct Port {
  std::atomic<int> number{5};
};
std::mutex guard;
std::atomic<Port*> created{nullptr};

void create() {
  auto* port = new Port;
#ifdef CORRECT
  const int number = port->number;
  created = port;
  assert(number == 5);
#else
  created = port;
  {
    const std::lock_guard lock(guard);
  }
  assert(port->number == 5);
#endif
}

void remove_port() {
  const std::lock_guard lock(guard);
  delete created.exchange(nullptr);
}
}  // namespace

int main() {
  std::thread a(create);
  std::thread b(remove_port);
  a.join();
  b.join();
}
