// Two threads find that the last reference is theirs, and both free.
// finds: double free
#include <atomic>
#include <cassert>
#include <thread>

namespace {
struct Module {
  int value = 7;
};
std::atomic<int> references{2};
std::atomic<Module*> instance{new Module};

void release() {
#ifdef CORRECT
  if (--references == 0) {
    delete instance.exchange(nullptr);
  }
#else
  --references;
  if (references == 0) {
    delete instance.load();
  }
#endif
}
}  // namespace

int main() {
  std::thread a(release);
  std::thread b(release);
  a.join();
  b.join();
}
