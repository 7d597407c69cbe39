// A socket joins a group that another is taking apart.
// finds: use after free
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct Group {
  std::atomic<int> members{1};
};
std::mutex guard;
std::atomic<Group*> group{new Group};

void join_group() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
#endif
  if (Group* mine = group) {
    ++mine->members;
  }
}

void leave_group() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
  if (Group* mine = group; mine != nullptr && --mine->members == 0) {
    group = nullptr;
    delete mine;
  }
#else
  if (Group* mine = group.exchange(nullptr)) {
    delete mine;
  }
#endif
}
}  // namespace

int main() {
  std::thread a(join_group);
  std::thread b(leave_group);
  a.join();
  b.join();
}
