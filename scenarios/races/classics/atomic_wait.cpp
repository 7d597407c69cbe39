// The producer stores and forgets to notify: a consumer that already sleeps sleeps on.
// finds: deadlock
#include <atomic>
#include <cassert>
#include <thread>

namespace {
std::atomic<int> state{0};
int payload = 0;
}  // namespace

int main() {
  std::thread consumer([] {
    state.wait(0);
    assert(payload == 7);
  });
  std::thread producer([] {
    payload = 7;
    state.store(1);
#ifdef CORRECT
    state.notify_all();
#endif
  });
  consumer.join();
  producer.join();
}
