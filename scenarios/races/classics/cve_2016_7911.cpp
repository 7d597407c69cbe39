// A priority is read through a pointer that was there a moment ago.
// finds: crash
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct IoContext {
  int priority = 4;
};
IoContext context;
std::mutex guard;
std::atomic<IoContext*> of_task{&context};

int priority_of() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
#endif
  return of_task.load() == nullptr ? 0 : of_task.load()->priority;
}

void end_task() {
  const std::lock_guard lock(guard);
  of_task = nullptr;
}
}  // namespace

int main() {
  std::thread a([] {
    [[maybe_unused]] const int priority = priority_of();
    assert(priority == 0 || priority == 4);
  });
  std::thread b(end_task);
  a.join();
  b.join();
}
