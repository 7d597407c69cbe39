// Virtual time: clocks, sleeps, and the polite way to wait.
#include <errno.h>
#include <sched.h>
#include <sys/time.h>
#include <unistd.h>

#include "sim/interpose/hooks.h"

namespace lockstep::interpose {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
/// What the clocks say when a schedule begins.
constexpr std::int64_t kWallBegin = 1'700'000'000 * kSecond;
constexpr std::int64_t kSteadyBegin = 1'000 * kSecond;
/// What reading a clock takes, and what it takes somebody who does little else.
constexpr std::int64_t kReading = 100;
constexpr std::int64_t kPolling = 100'000;
constexpr std::uint32_t kManyReadings = 32;

std::int64_t begin_of(clockid_t clock) {
  const bool wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
  return wall ? kWallBegin : kSteadyBegin;
}

std::int64_t read_clock(clockid_t clock) {
  if (modelled()) {
    const Inside inside;
    Thread& me = *kernel->me;
    kernel->now += ++me.idle > kManyReadings ? kPolling : kReading;
    kernel->polling_since = 0;
    if (me.idle > kManyReadings) {
      point(OpKind::kYield, 0, nullptr);
    }
  }
  return begin_of(clock) + (kernel == nullptr ? 0 : kernel->now);
}

timespec split(std::int64_t nanoseconds) {
  return {nanoseconds / kSecond, nanoseconds % kSecond};
}

bool never(const Thread&) {
  return false;
}

std::int64_t saturated(std::int64_t seconds, std::int64_t nanoseconds) {
  constexpr std::int64_t kMost = INT64_MAX / kSecond / 2;
  return seconds > kMost ? kNever - 1 : seconds * kSecond + nanoseconds;
}

}  // namespace

std::int64_t deadline_of(clockid_t clock, const timespec& until) {
  const std::int64_t instant = saturated(until.tv_sec, until.tv_nsec);
  return instant == kNever - 1 ? instant : instant - begin_of(clock);
}

std::int64_t deadline_after(const timespec& duration) {
  const std::int64_t stretch = saturated(duration.tv_sec, duration.tv_nsec);
  return stretch > kNever - 1 - kernel->now ? kNever - 1 : kernel->now + stretch;
}

void sleep_until(std::int64_t deadline, const void* pc) {
  if (deadline <= kernel->now) {
    idle();
    point(OpKind::kYield, 0, pc);
    return;
  }
  Object& object = object_at(address_of(kernel->me) + 1, Object::kUnknown);
  static_cast<void>(wait_for(object, OpKind::kSleep, &never, deadline, pc));
}

}  // namespace lockstep::interpose

using namespace lockstep::interpose;  // NOLINT: the functions below are the C interface of the room above

#define LOCKSTEP_PC __builtin_return_address(0)

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  *time = split(read_clock(clock));
  return 0;
}

int gettimeofday(timeval* time, void*) noexcept {
  const std::int64_t now = read_clock(CLOCK_REALTIME);
  *time = {now / kSecond, now % kSecond / 1000};
  return 0;
}

time_t time(time_t* where) noexcept {
  const time_t now = read_clock(CLOCK_REALTIME) / kSecond;
  if (where != nullptr) {
    *where = now;
  }
  return now;
}

int timespec_get(timespec* time, int base) noexcept {
  *time = split(read_clock(CLOCK_REALTIME));
  return base;
}

clock_t clock() noexcept {
  return (read_clock(CLOCK_MONOTONIC) - kSteadyBegin) / 1000;
}

int nanosleep(const timespec* duration, timespec* left) {
  if (modelled()) {
    const Inside inside;
    sleep_until(deadline_after(*duration), LOCKSTEP_PC);
  }
  if (left != nullptr) {
    *left = {};
  }
  return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  if (modelled()) {
    const Inside inside;
    sleep_until((flags & TIMER_ABSTIME) != 0 ? deadline_of(clock, *time) : deadline_after(*time),
                LOCKSTEP_PC);
  }
  if (left != nullptr) {
    *left = {};
  }
  return 0;
}

int usleep(useconds_t microseconds) {
  if (modelled()) {
    const Inside inside;
    sleep_until(kernel->now + std::int64_t{microseconds} * 1000, LOCKSTEP_PC);
  }
  return 0;
}

unsigned sleep(unsigned seconds) {
  if (modelled()) {
    const Inside inside;
    sleep_until(kernel->now + std::int64_t{seconds} * kSecond, LOCKSTEP_PC);
  }
  return 0;
}

int sched_yield() noexcept {
  if (modelled()) {
    const Inside inside;
    // Inside libstdc++'s wait for an atomic nothing is to be seen before it sleeps.
    if (kernel->me->announced == 0) {
      idle();
      point(OpKind::kYield, 0, LOCKSTEP_PC);
      ++kernel->me->yields;
    }
  }
  return 0;
}

}  // extern "C"
