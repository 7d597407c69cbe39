// Which threads the operating system is asked to prefer.
#include "node/real/os_scheduler.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

namespace lockstep::real {
namespace {

int niceness() {
  return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid()));
}

int niceness_of(OsScheduler& scheduler, const char* name) {
  int seen = 0;
  const auto thread = scheduler.spawn(name, [&seen] { seen = niceness(); });
  thread->join();
  return seen;
}

/// What a thread has that asked for the most.
int most_preferred() {
  int seen = 0;
  std::thread([&seen] {
    static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), -20));
    seen = niceness();
  }).join();
  return seen;
}

TEST(OsScheduler, prefers_the_urgent_thread_and_no_other_as_far_as_the_system_lets_it) {
  OsScheduler scheduler("main");
  EXPECT_EQ(niceness_of(scheduler, "chain"), niceness());
  if (most_preferred() < niceness()) {
    EXPECT_LT(niceness_of(scheduler, "main"), niceness());
  } else {
    EXPECT_EQ(niceness_of(scheduler, "main"), niceness()) << "it runs although the system refused";
  }
}

TEST(OsScheduler, prefers_nobody_unless_asked_to) {
  OsScheduler scheduler;
  EXPECT_EQ(niceness_of(scheduler, "main"), niceness());
  EXPECT_EQ(niceness_of(scheduler, ""), niceness());
}

}  // namespace
}  // namespace lockstep::real
