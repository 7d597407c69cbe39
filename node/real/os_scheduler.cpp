// Starts and joins threads of the operating system.
#include "node/real/os_scheduler.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

#include "node/base/assert.h"

namespace lockstep::real {
namespace {

/// Linux refuses longer names (15 bytes and the terminator).
constexpr std::size_t kThreadNameBytesMax = 15;

/// From -20, before all others, to 19; threads begin with that of the process, mostly 0.
constexpr int kUrgentNiceness = -15;

class OsThread final : public runtime::Thread {
 public:
  OsThread(std::string name, bool is_urgent, std::function<void()> body)
      : thread_([name = std::move(name), is_urgent, body = std::move(body)] {
          pthread_setname_np(pthread_self(), name.substr(0, kThreadNameBytesMax).c_str());
          if (is_urgent) {
            // Linux takes the id of a thread here. A refusal is an answer, too.
            static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kUrgentNiceness));
          }
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
  const bool is_urgent = !urgent_.empty() && name == urgent_;
  return std::make_unique<OsThread>(std::move(name), is_urgent, std::move(body));
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
