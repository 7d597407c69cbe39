// A pipe's data is released by one who closes between another's test and use.
// finds: crash
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct Inode {
  int readers = 0;
};
std::mutex guard;
Inode inode;
std::atomic<Inode*> pipe{&inode};

void open_pipe() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
#endif
  if (pipe.load() != nullptr) {
    Inode* const mine = pipe.load();
    mine->readers += 1;
  }
}

void close_pipe() {
  const std::lock_guard lock(guard);
  pipe = nullptr;
}
}  // namespace

int main() {
  std::thread a(open_pipe);
  std::thread b(close_pipe);
  a.join();
  b.join();
}
