// A lock is freed by the last who leaves, who is not the last who holds it.
// finds: use after free or double free
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct Channel {
  std::mutex guard;
  std::atomic<int> users{2};
};

void leave(Channel* channel) {
#ifdef CORRECT
  {
    const std::lock_guard lock(channel->guard);
  }
  if (--channel->users == 0) {
    delete channel;
  }
#else
  bool last = false;
  --channel->users;
  channel->guard.lock();
  last = channel->users == 0;
  channel->guard.unlock();
  if (last) {
    delete channel;
  }
#endif
}
}  // namespace

int main() {
  auto* channel = new Channel;
  std::thread a(leave, channel);
  std::thread b(leave, channel);
  a.join();
  b.join();
}
