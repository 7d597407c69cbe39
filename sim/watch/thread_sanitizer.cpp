// ThreadSanitizer beneath the program (preset `tsan`): what it is told of fibers, and what it says of races.
//
// It is the second opinion on our own detector, so it is told exactly what that is told. Compiled without
// instrumentation.
#include <sanitizer/tsan_interface.h>
#include <sys/single_threaded.h>

#include <cstdint>
#include <cstring>

#include "sim/core/context.h"
#include "sim/core/order.h"
#include "sim/watch/telling.h"

extern "C" {
void __tsan_ignore_thread_begin();
void __tsan_ignore_thread_end();
void __tsan_java_free(std::uintptr_t memory, std::uintptr_t size);
void __tsan_java_alloc(std::uintptr_t memory, std::uintptr_t size);
void __cyg_profile_func_enter(void* function, void* caller);
void __cyg_profile_func_exit(void* function, void* caller);
}

namespace lockstep::sim::order {
namespace {

/// In a count of functions: nothing is looked at for as long as the context lives.
constexpr std::uint32_t kForGood = 0x40000000;
/// ThreadSanitizer does not know it yet: it can be told only of the context that runs.
constexpr std::uint32_t kUntold = 0x80000000;

/// Functions of the world on the running context's stack; above 0 nothing that it does is looked at.
__thread std::uint32_t away [[gnu::tls_model("initial-exec")]] = 0;

constexpr unsigned long kMostFrames = 48;

/// One side of a race.
struct Side {
  const char* what = "";
  char thread[64] = "";
  void* trace[kMostFrames] = {};
};

/// The latest report. It comes in the middle of an access, where nothing may be done, and is passed on when
/// the program next calls the world.
struct Reported {
  bool waits = false;
  /// The later one first.
  Side sides[2];
};
Reported reported;
Hearing hearing = nullptr;
void* listener = nullptr;

const char* name_of(void* report, int threads, int wanted) {
  for (int i = 0; i < threads; ++i) {
    int thread = 0;
    std::uint64_t os_thread = 0;
    int running = 0;
    const char* name = nullptr;
    int parent = 0;
    void* trace[1] = {};
    __tsan_get_report_thread(report, static_cast<unsigned long>(i), &thread, &os_thread, &running, &name,
                             &parent, trace, 1);
    if (thread == wanted && name != nullptr) {
      return name;
    }
  }
  return "the world";
}

void note(void* report) {
  int count = 0;
  int stacks = 0;
  int accesses = 0;
  int places = 0;
  int locks = 0;
  int threads = 0;
  int unique = 0;
  void* sleep[1] = {};
  reported = Reported{};
  const char* kind = nullptr;
  __tsan_get_report_data(report, &kind, &count, &stacks, &accesses, &places, &locks, &threads, &unique, sleep,
                         1);
  for (int i = 0; i < accesses && i < 2; ++i) {
    int thread = 0;
    void* address = nullptr;
    int size = 0;
    int write = 0;
    int atomic = 0;
    Side& side = reported.sides[i];
    __tsan_get_report_mop(report, static_cast<unsigned long>(i), &thread, &address, &size, &write, &atomic,
                          side.trace, kMostFrames);
    side.what = watch::what_of(write != 0, atomic != 0);
    std::strncpy(side.thread, name_of(report, threads, thread), sizeof side.thread - 1);
  }
  reported.waits = true;
}

watch::RawSide raw(const Side& side) {
  watch::RawSide told{side.what, side.thread, "", {}};
  for (void* const* at = side.trace; at != side.trace + kMostFrames && *at != nullptr; ++at) {
    told.addresses.push_back(reinterpret_cast<std::uintptr_t>(*at));
  }
  return told;
}

void pass_on() {
  if (reported.waits) {
    reported.waits = false;
    if (hearing != nullptr) {
      hearing(listener, watch::tell(raw(reported.sides[1]), raw(reported.sides[0])));
    }
  }
}

/// The C++ library counts without atomics where there is one thread; fibers are many.
__attribute__((constructor)) void are_many() {
  __libc_single_threaded = 0;
}

void* address_of(const void* what) {
  return const_cast<void*>(what);
}

/// Where those who share a lock leave word for the next who has it alone.
void* sharers_of(const void* lock) {
  return static_cast<char*>(address_of(lock)) + 8;
}

}  // namespace

void switch_to(ContextInfo& from, const ContextInfo& to, bool last) {
  pass_on();
  from.away = away;
  if (last && away != 0) {
    __tsan_ignore_thread_end();
  }
  // Without synchronisation: a switch is no happens-before edge, or it would hide every race.
  __tsan_switch_to_fiber(to.tsan_fiber, __tsan_switch_to_fiber_no_sync);
  away = to.away & ~kUntold;
  if ((to.away & kUntold) != 0) {
    __tsan_ignore_thread_begin();
  }
}

void acquire(const void* what) {
  __tsan_acquire(address_of(what));
}

void release(const void* what) {
  __tsan_release(address_of(what));
}

void took(const void* lock, const char* /*name*/, bool shared) {
  __tsan_acquire(address_of(lock));
  if (!shared) {
    __tsan_acquire(sharers_of(lock));
  }
}

void let_go(const void* lock, bool shared) {
  __tsan_release(shared ? sharers_of(lock) : address_of(lock));
}

void name(const ContextInfo& fiber, const char* name) {
  __tsan_set_fiber_name(fiber.tsan_fiber, name);
}

/// ThreadSanitizer's interface for other languages' heaps is the one that forgets memory as it stands.
void forget(const void* memory, std::size_t size) {
  constexpr std::uintptr_t kWord = 8;
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(memory) / kWord * kWord;
  const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(memory) + size + kWord - 1) / kWord * kWord;
  __tsan_java_free(begin, end - begin);
  __tsan_java_alloc(begin, end - begin);
}

void look_away(ContextInfo& fiber) {
  fiber.away |= fiber.away == 0 ? kForGood | kUntold : kForGood;
}

void listen(Hearing the_hearing, void* the_listener) {
  pass_on();
  hearing = the_hearing;
  listener = the_listener;
}

}  // namespace lockstep::sim::order

namespace __tsan {
class ReportDesc;

/// Asked before a report is printed: true keeps it from standard error, where a run that is expected to fail
/// has nothing to say.
bool OnReport(const ReportDesc* report, bool suppressed);
bool OnReport(const ReportDesc* report, bool suppressed) {
  if (!suppressed && lockstep::sim::order::hearing != nullptr) {
    lockstep::sim::order::note(const_cast<ReportDesc*>(report));
    return true;
  }
  return suppressed;
}
}  // namespace __tsan

/// Every run has its own verdict, so equal reports are told again. Reports end runs, not the process.
const char* __tsan_default_options() {
  return "suppress_equal_stacks=0:suppress_equal_addresses=0:exitcode=66:symbolize=0:history_size=4:"
         "atexit_sleep_ms=0:report_thread_leaks=0";
}

void __cyg_profile_func_enter(void* /*function*/, void* /*caller*/) {
  if (lockstep::sim::order::away++ == 0) {
    __tsan_ignore_thread_begin();
    lockstep::sim::order::pass_on();
  }
}

void __cyg_profile_func_exit(void* /*function*/, void* /*caller*/) {
  if (--lockstep::sim::order::away == 0) {
    __tsan_ignore_thread_end();
  }
}
