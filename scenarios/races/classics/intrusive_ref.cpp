// The last owner deletes, but who is last is asked after the count was let go.
// finds: use after free or double free
#include <atomic>
#include <cassert>
#include <thread>

namespace {
struct Shared {
  std::atomic<int> owners{2};
  int value = 1;
};

void let_go(Shared* shared) {
  assert(shared->value == 1);
#ifdef CORRECT
  if (shared->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete shared;
  }
#else
  shared->owners.fetch_sub(1);
  if (shared->owners.load() == 0) {
    delete shared;
  }
#endif
}
}  // namespace

int main() {
  auto* shared = new Shared;
  std::thread a(let_go, shared);
  std::thread b(let_go, shared);
  a.join();
  b.join();
}
