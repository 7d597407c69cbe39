// Starts and joins threads of the operating system.
#include "node/real/os_scheduler.h"

#include <pthread.h>

#include <chrono>
#include <thread>
#include <utility>

#include "node/base/assert.h"

namespace lockstep::real {
namespace {

/// Linux refuses longer names (15 bytes and the terminator).
constexpr std::size_t kThreadNameBytesMax = 15;

class OsThread final : public runtime::Thread {
 public:
  OsThread(std::string name, std::function<void()> body)
      : thread_([name = std::move(name), body = std::move(body)] {
          pthread_setname_np(pthread_self(), name.substr(0, kThreadNameBytesMax).c_str());
          body();
        }) {}

  void join() override {
    LOCKSTEP_ASSERT_MSG(thread_.joinable(), "a thread is joined once");
    thread_.join();
  }

 private:
  std::thread thread_;
};

}  // namespace

std::unique_ptr<runtime::Thread> OsScheduler::spawn(std::string name, std::function<void()> body) {
  return std::make_unique<OsThread>(std::move(name), std::move(body));
}

void OsScheduler::sleep_until(base::Instant deadline) {
  std::this_thread::sleep_until(std::chrono::steady_clock::time_point(deadline.time_since_epoch()));
}

void OsScheduler::yield() {
  std::this_thread::yield();
}

runtime::HeldLocks& OsScheduler::held_locks() {
  thread_local runtime::HeldLocks held;
  return held;
}

}  // namespace lockstep::real
