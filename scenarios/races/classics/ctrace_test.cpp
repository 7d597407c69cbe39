// A table of traces is filled by all threads and locked by none.
// finds: data race
#include <cassert>
#include <mutex>
#include <thread>
#include <vector>

namespace {
std::vector<int> table;
#ifdef CORRECT
std::mutex guard;
#endif

void trace(int event) {
#ifdef CORRECT
  const std::lock_guard lock(guard);
#endif
  table.push_back(event);
}
}  // namespace

int main() {
  table.reserve(16);
  std::thread a(trace, 1);
  std::thread b(trace, 2);
  a.join();
  b.join();
  assert(table.size() == 2);
}
