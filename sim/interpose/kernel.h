// The simulated threads of one unmodified program: who could run, who runs, what each is about to do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/core/strategy.h"
#include "sim/interpose/failure.h"
#include "sim/interpose/memory.h"
#include "sim/interpose/shadow.h"
#include "sim/race/lock_era.h"

namespace lockstep::interpose {

inline constexpr std::uint32_t kMaxThreads = 1024;
inline constexpr std::uint32_t kMaxKeys = 256;
inline constexpr std::uint32_t kMaxFrames = 512;
inline constexpr std::size_t kStackSize = std::size_t{8} << 20;
inline constexpr std::int64_t kNever = INT64_MAX;
/// Turns during which everybody only polls and no timer is pending, after which the program is stuck.
inline constexpr std::uint64_t kPollingBound = 20'000;
/// Not before each thread could have had so many.
inline constexpr std::uint64_t kPollingEach = 1'000;

using sim::OpKind;

struct Thread;

/// One thing that threads wait for or synchronise by, known by its address: a lock, a condition variable, a
/// semaphore, a futex word, an atomic. Made when it is first met in a schedule.
struct Object {
  enum Kind : std::uint8_t {
    kUnknown,
    kMutex,
    kRwLock,
    kCond,
    kSemaphore,
    kBarrier,
    kOnce,
    kFutex,
    kSpin,
    kThread
  };
  std::uintptr_t address = 0;
  Kind kind = kUnknown;
  bool destroyed = false;
  /// Somebody tries for this lock without waiting: that it is held can then be seen from outside.
  bool tried = false;
  /// Recursive locks count; readers of a rwlock, tokens of a semaphore, arrivals at a barrier are counted
  /// here, too.
  std::uint32_t count = 0;
  /// Barrier: how many make a round. Condition variable: the clock of its timed waits.
  std::uint32_t limit = 0;
  std::uint64_t round = 0;
  Thread* owner = nullptr;
  /// Who set the lowest bit of this word by an acquiring compare-exchange: it serves as a lock.
  const Thread* bit_locked_by = nullptr;
  Thread* first_waiter = nullptr;
  Thread* last_waiter = nullptr;
  std::uint32_t waiters = 0;
  /// Notifications that met nobody, and who sent the last of them from where.
  std::uint32_t lost = 0;
  Thread* lost_by = nullptr;
  const void* lost_at = nullptr;
  const void* locked_at = nullptr;
  VectorClock clock;
  VectorClock reader_clock;
};

struct Cleanup {
  void (*run)(void*) = nullptr;
  void* argument = nullptr;
  void* module = nullptr;
};

/// A simulated thread. The records are used again by every schedule; only `stack`, `thread_pointer` stay.
struct Thread {
  /// What strategies know of it, and where it goes on.
  sim::Fiber fiber;
  std::uint64_t thread_pointer = 0;
  std::uint32_t index = 0;
  std::uintptr_t stack_low = 0;
  bool finished = false;
  bool detached = false;
  bool joined = false;
  bool exiting = false;
  /// What it waits for or is about to take; `can` says whether it could go on right now.
  Object* on = nullptr;
  bool (*can)(const Thread&) = nullptr;
  Thread* next_waiter = nullptr;
  Thread* previous_waiter = nullptr;
  bool signalled = false;
  /// The word it sleeps on and the value it saw there; null when it sleeps on none.
  const std::uint32_t* word = nullptr;
  std::uint32_t word_value = 0;
  /// Kernel::progress_made when it was last woken for no reason.
  std::uint64_t poked_at = 0;
  /// The same when it last had nothing to do.
  std::uint64_t looked_at = 0;
  /// The lock that it last tried for in vain, and that was not given back since.
  const Object* failed_at = nullptr;
  /// How many of libstdc++'s waits for an atomic it is in; these announce themselves.
  std::uint32_t announced = 0;
  /// Turns that it gave away since it last did anything: libstdc++'s waits do so before they sleep.
  std::uint32_t yields = 0;
  /// It sleeps as libstdc++'s semaphores do.
  bool sleeps_by_semaphore = false;
  /// The lock that a waiter for a condition takes again.
  Object* relock = nullptr;
  std::int64_t deadline = kNever;
  bool timed_out = false;
  std::uint64_t ticket = 0;
  const void* wait_pc = nullptr;
  /// Where it waits; kept in a second look only.
  std::vector<const void*> wait_stack;

  void* (*routine)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  char name[32] = {};
  VectorClock clock;
  VectorClock fence_acquire;
  VectorClock fence_release;
  bool has_fence_release = false;
  /// Where the functions it is in return to, outermost first; deeper ones than there is room for are not
  /// kept.
  const void* frames[kMaxFrames] = {};
  std::uint32_t depth = 0;
  std::vector<const void*> created_at;
  std::vector<Object*> held;
  /// What it has started and joined, and a hash of that.
  race::LockEra era;
  std::uint64_t era_hash = 0;
  std::vector<Cleanup> at_exit;
  /// What pthread_cleanup_push() of C registered, innermost last.
  std::vector<void*> cleanups;
  void* keys[kMaxKeys] = {};
  /// Those from here on are null, whatever stands there.
  std::uint32_t keys_end = 0;
  /// The unwinder's record while pthread_exit() runs destructors.
  alignas(16) unsigned char unwinding[64] = {};
  /// Operations since it last wrote anything, and accesses since turns could last change.
  std::uint32_t idle = 0;
  std::uint32_t quiet = 0;
  /// It polls: it has nothing to do until somebody else does something.
  bool lazy = false;
};

[[nodiscard]] inline bool is_enabled(const Thread& thread) {
  return thread.fiber.ready_slot != sim::Fiber::kNotReady;
}

/// What one exploration was asked to do.
struct Request {
  std::uint64_t seed = 1;
  std::uint64_t runs = 10'000;
  std::uint64_t step_bound = 1'000'000;
  bool races = true;
  bool show_output = false;
  bool keep_going = false;
  /// Conditions wake up and weak compare-exchanges fail without a reason.
  bool spurious = false;
  /// Timeouts may come while others could still run.
  bool early_timers = false;
  /// What nobody can reach when the program ends is a failure.
  bool leaks = false;
  /// Plain memory is watched; without, only what synchronises threads is seen.
  bool detector = true;
  /// Tells of this schedule only; those before it are run for what they teach.
  std::uint64_t only = UINT64_MAX;
  /// No explorer asked: the program is run once, as if by itself.
  bool alone = true;
  bool minimise = true;
  int report_fd = -1;
  /// A schedule to follow is read from here; -1: none.
  int pins_fd = -1;
  char strategy[32] = "portfolio";
};

/// All state of the runtime. Lives outside the program's data, which is set back between schedules.
struct Kernel {
  bool in_program = false;
  /// A schedule is under way (before that, the program's own initialisers run on the OS thread).
  bool running = false;
  bool races = true;
  bool watching = false;
  Thread* me = nullptr;
  std::uint64_t steps = 0;
  std::uint64_t step_bound = 0;
  /// Epochs of this schedule are above clock_base - 1; the highest one given out is clock_top.
  std::uint64_t clock_base = 1;
  std::uint64_t clock_top = 1;
  sim::Strategy* strategy = nullptr;
  Thread* threads = nullptr;
  std::uint32_t thread_count = 0;
  std::uint32_t live_count = 0;
  std::int64_t now = 0;
  std::uint64_t schedule = 0;
  std::uint32_t lazy_count = 0;
  /// The step at which everybody only polled, and time could not pass; 0: somebody has done something since.
  std::uint64_t polling_since = 0;
  std::uint64_t progress_made = 1;
  std::uint64_t polling_bound = kPollingBound;
  /// A schedule ends at the race that this is about; null: at none.
  const Failure* end_at_race = nullptr;
  sim::Context explorer;
  sim::ContextInfo explorer_info;
  sim::ExceptionState* live_exceptions = nullptr;
  std::uint64_t explorer_pointer = 0;
  char* stacks = nullptr;
  /// So many stacks have their guard page.
  std::uint32_t guarded = 0;
  Request request;
  /// Where messages go while the program's own output is put away.
  int error_fd = 2;
  bool failed = false;
  int exit_status = 0;
  Failure failure;
  std::vector<Failure> races_seen;
  std::vector<Cleanup> at_exit;
  std::vector<Cleanup> at_exit_before_main;
  void (*key_destructors[kMaxKeys])(void*) = {};
  bool key_used[kMaxKeys] = {};
  bool keys_before_main[kMaxKeys] = {};
  std::map<std::string, void*> named_semaphores;
  /// Second look at a failing schedule: accesses to this granule are noted with their stacks.
  Watch watch;
  /// Who started whom; ~0 for the first.
  std::vector<std::uint32_t> parents;
  /// What the watch over endless loops saw last.
  void* last_look = nullptr;
  /// libstdc++'s own functions on trees.
  void* tree_insert = nullptr;
  void* tree_erase = nullptr;
  int argc = 0;
  char** argv = nullptr;
  char** envp = nullptr;
};

/// Set once, before the program's first initialiser runs.
extern Kernel* kernel;

/// The runtime's own code runs while one of these lives: its memory is not the program's.
class Inside {
 public:
  Inside() { kernel->in_program = false; }
  ~Inside() { kernel->in_program = true; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
};

/// The program's code runs while one of these lives, called by the runtime.
class Outside {
 public:
  Outside() { kernel->in_program = true; }
  ~Outside() { kernel->in_program = false; }
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;
};

/// True when a hook was called by the program inside a schedule: then it is modelled.
[[nodiscard]] inline bool modelled() {
  return kernel != nullptr && kernel->in_program && kernel->running;
}

/// Makes the kernel; idempotent. Called before the program's first initialiser.
void wake_kernel();

// Turns. All of these are called inside `Inside` by the thread `kernel->me`.

/// A place before an operation that is always possible, at which anybody may come first.
void point(sim::OpKind kind, std::uintptr_t object, const void* pc);
/// Waits in `object` until `can` holds for the caller and it is its turn; false when `deadline` came first.
bool wait_for(Object& object, sim::OpKind kind, bool (*can)(const Thread&), std::int64_t deadline,
              const void* pc);
/// Looks again who in `object` could go on.
void update(Object& object);
void enable(Thread& thread);
void disable(Thread& thread);
/// Picks whose turn it is and goes there; returns when it is the caller's turn again.
void give_turn();
/// Ends the schedule from inside; never returns.
[[noreturn]] void end_schedule();
/// A choice out of [0, count) that belongs to the schedule.
[[nodiscard]] std::uint32_t choose(std::uint32_t count);
/// The caller did something that others can see, so that whoever polls may look again.
void progress();
/// The caller polls. When nothing has changed since it did so before, it does not come again until something
/// does, or until nobody else has anything to do; then time passes, too. A turn must be given after this.
void idle();
/// Before a lock is waited for: whoever does nothing but to take and give back locks is polling.
void poll_politely(const void* pc);
/// `object` was given back: whoever tried for it in vain looks again.
void can_be_had(const Object& object);

[[nodiscard]] Object& object_at(std::uintptr_t address, Object::Kind kind);
/// The same without making one; null when it was never met.
[[nodiscard]] Object* known_object(std::uintptr_t address);
void forget_object(std::uintptr_t address);
/// Remembers, for later schedules as well, that somebody tries for this lock.
void note_tried(Object& object);

/// Starts a thread; null when there are too many.
Thread* start_thread(void* (*routine)(void*), void* argument, const void* pc);
[[noreturn]] void finish_thread(void* result);
[[nodiscard]] Thread* thread_of(std::uint64_t handle);

// Schedules, called by the explorer on the OS thread's own stack.
void reset_threads();
/// The strategy forgets the threads; their records stay readable until reset_threads().
void clear_threads();
void reset_objects();
void run_schedule();

}  // namespace lockstep::interpose
