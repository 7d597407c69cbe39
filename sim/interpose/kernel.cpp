// Turns: who is enabled, who is picked, how threads begin and end.
#include "sim/interpose/kernel.h"

#include <sys/mman.h>

#include <algorithm>
#include <new>

#include "sim/interpose/lock_orders.h"
#include "sim/interpose/report.h"
#include "sim/interpose/thread_block.h"

namespace lockstep::interpose {

Kernel* kernel = nullptr;

namespace {

constexpr std::uintptr_t kStacksBase = 0x1060'0000'0000;
constexpr std::size_t kGuard = 4096;
/// Operations without a write after which a thread counts as polling. So many more now and then: two that try
/// for the same things must not turn in step for ever.
constexpr std::uint32_t kIdleOperations = 128;
constexpr std::uint64_t kOutOfStep = 31;
/// With early timers, one timed wait in so many times out at once.
constexpr std::uint32_t kOneTimerIn = 4;

void switch_to(Thread& next) {
  Thread& from = *kernel->me;
  kernel->me = &next;
  set_thread_pointer(next.thread_pointer);
  sim::switch_context(from.fiber.context, from.fiber.info, next.fiber.context, next.fiber.info,
                      *kernel->live_exceptions, false);
}

/// Lets the earliest deadline pass; false when nobody waits for one.
bool advance_time() {
  std::int64_t earliest = kNever;
  for (std::uint32_t i = 0; i < kernel->thread_count; ++i) {
    const Thread& thread = kernel->threads[i];
    if (!thread.finished && !is_enabled(thread) && thread.deadline < earliest) {
      earliest = thread.deadline;
    }
  }
  if (earliest == kNever) {
    return false;
  }
  kernel->now = earliest > kernel->now ? earliest : kernel->now;
  for (std::uint32_t i = 0; i < kernel->thread_count; ++i) {
    Thread& thread = kernel->threads[i];
    if (!thread.finished && !is_enabled(thread) && thread.deadline <= kernel->now) {
      thread.timed_out = true;
      enable(thread);
    }
  }
  return true;
}

/// Wakes those who sleep on a word that still has the value they saw: futexes may wake for no reason, and
/// libstdc++ 12's semaphores, which remember a stale value, would sleep for ever without. False when all were
/// woken since anybody did anything. Who sleeps on a word that has changed was forgotten, and is left asleep;
/// but libstdc++ 12's semaphores forget, too, when they are released twice: that is no bug of the program's.
bool poke_sleepers() {
  bool any = false;
  for (std::uint32_t i = 0; i < kernel->thread_count; ++i) {
    Thread& thread = kernel->threads[i];
    const bool asleep = !thread.finished && thread.on != nullptr && thread.word != nullptr;
    if (asleep && (*thread.word == thread.word_value || thread.sleeps_by_semaphore) &&
        thread.poked_at != kernel->progress_made) {
      thread.poked_at = kernel->progress_made;
      thread.signalled = true;
      enable(thread);
      any = true;
    }
  }
  return any;
}

/// If it polls it gets turns again.
void wake_poller(Thread& thread) {
  if (thread.lazy) {
    thread.lazy = false;
    --kernel->lazy_count;
    kernel->strategy->add(thread.fiber);
  }
}

void wake_pollers() {
  for (std::uint32_t i = 0; i < kernel->thread_count; ++i) {
    wake_poller(kernel->threads[i]);
  }
}

/// Nobody has anything to do but to poll: time passes, or they poll once more.
void let_pollers_look() {
  if (advance_time()) {
    progress();
    return;
  }
  static_cast<void>(poke_sleepers());
  const std::uint64_t bound =
      std::max<std::uint64_t>(kernel->polling_bound, kernel->live_count * kPollingEach);
  if (kernel->polling_since == 0) {
    kernel->polling_since = kernel->steps;
  } else if (kernel->steps - kernel->polling_since > bound) {
    report_livelock(std::string(kEverybodyPolls) + ", and nobody changes what they poll");
  }
  wake_pollers();
}

/// The lowest byte of a thread's stack, below which nothing can be touched.
char* stack_of_thread(std::uint32_t index) {
  char* const guard = kernel->stacks + index * (kStackSize + kGuard);
  if (index >= kernel->guarded) {
    if (mprotect(guard, kGuard, PROT_NONE) != 0) {
      die("no guard pages for the simulated threads");
    }
    kernel->guarded = index + 1;
  }
  return guard + kGuard;
}

[[noreturn]] void thread_main(void* argument) {
  Thread& me = *static_cast<Thread*>(argument);
  void* result = nullptr;
  {
    const Outside outside;
    result = me.routine(me.argument);
  }
  finish_thread(result);
}

void run_key_destructors(Thread& me) {
  for (int round = 0; round < 4; ++round) {
    bool any = false;
    for (std::uint32_t key = 0; key < me.keys_end; ++key) {
      void* value = me.keys[key];
      if (value != nullptr && kernel->key_used[key] && kernel->key_destructors[key] != nullptr) {
        me.keys[key] = nullptr;
        any = true;
        const Outside outside;
        kernel->key_destructors[key](value);
      }
    }
    if (!any) {
      return;
    }
  }
}

}  // namespace

void enable(Thread& thread) {
  kernel->strategy->add(thread.fiber);
}

void disable(Thread& thread) {
  kernel->strategy->remove(thread.fiber);
  if (thread.lazy) {
    thread.lazy = false;
    --kernel->lazy_count;
  }
}

void progress() {
  kernel->me->idle = kernel->me->yields = 0;
  ++kernel->progress_made;
  kernel->polling_since = 0;
  if (kernel->lazy_count != 0) {
    wake_pollers();
  }
}

void idle() {
  Thread& me = *kernel->me;
  me.idle = 0;
  if (me.looked_at != kernel->progress_made) {
    // What it saw may be another by now: it looks once more.
    me.looked_at = kernel->progress_made;
    return;
  }
  if (!me.lazy && is_enabled(me)) {
    me.lazy = true;
    ++kernel->lazy_count;
    // Until something changes it would only see again what it has seen.
    kernel->strategy->remove(me.fiber);
  }
}

void give_turn() {
  if (++kernel->steps > kernel->step_bound) {
    report_livelock("no end after " + std::to_string(kernel->step_bound) + " operations");
  }
  while (kernel->strategy->ready().empty()) {
    if (kernel->lazy_count != 0) {
      let_pollers_look();
    } else if (!advance_time() && !poke_sleepers()) {
      report_deadlock();
    }
  }
  Thread& next = kernel->threads[kernel->strategy->next().id - 1];
  if (&next != kernel->me) {
    switch_to(next);
  }
}

void point(sim::OpKind kind, std::uintptr_t object, const void* pc) {
  Thread& me = *kernel->me;
  me.fiber.op = {kind, sim::MemoryOrder::kSeqCst, object_number(object),
                 reinterpret_cast<std::uintptr_t>(pc)};
  me.quiet = 0;
  if (++me.idle > kIdleOperations + (kernel->steps & kOutOfStep)) {
    idle();
    me.fiber.op.kind = OpKind::kYield;
  }
  give_turn();
}

void poll_politely(const void* pc) {
  if (kernel->me->idle > kIdleOperations) {
    point(OpKind::kYield, 0, pc);
  }
}

void can_be_had(const Object& object) {
  for (std::uint32_t i = 0; i < kernel->thread_count; ++i) {
    Thread& thread = kernel->threads[i];
    if (thread.failed_at == &object) {
      thread.failed_at = nullptr;
      thread.looked_at = 0;
      wake_poller(thread);
    }
  }
}

bool wait_for(Object& object, sim::OpKind kind, bool (*can)(const Thread&), std::int64_t deadline,
              const void* pc) {
  Thread& me = *kernel->me;
  me.fiber.op = {kind, sim::MemoryOrder::kSeqCst, 0, reinterpret_cast<std::uintptr_t>(pc)};
  me.on = &object;
  me.can = can;
  me.deadline = deadline;
  me.timed_out = false;
  me.wait_pc = pc;
  me.quiet = 0;
  me.next_waiter = nullptr;
  me.previous_waiter = object.last_waiter;
  (object.last_waiter == nullptr ? object.first_waiter : object.last_waiter->next_waiter) = &me;
  object.last_waiter = &me;
  ++object.waiters;
  const bool shared = meets_others(object.address, true);
  me.fiber.op.object = object_number(object.address);
  ++me.idle;
  if (kernel->watching) [[unlikely]] {
    me.wait_stack = stack_of(me, pc);
  }
  if (deadline != kNever && kernel->request.early_timers && choose(kOneTimerIn) == 1) {
    // Its time passes before anybody else does anything.
    kernel->now = deadline > kernel->now ? deadline : kernel->now;
  }
  if (deadline <= kernel->now) {
    me.timed_out = true;
    give_turn();
  } else if (!can(me)) {
    disable(me);
    report_if_circle(me);
    give_turn();
  } else if (shared) {
    give_turn();
  }
  // A condition's waiter may have been moved to the lock it takes again.
  Object& left = *me.on;
  (me.previous_waiter == nullptr ? left.first_waiter : me.previous_waiter->next_waiter) = me.next_waiter;
  (me.next_waiter == nullptr ? left.last_waiter : me.next_waiter->previous_waiter) = me.previous_waiter;
  --left.waiters;
  const bool could = me.can(me);
  me.on = nullptr;
  me.deadline = kNever;
  return could;
}

void update(Object& object) {
  for (Thread* thread = object.first_waiter; thread != nullptr; thread = thread->next_waiter) {
    if (thread->can(*thread) || thread->timed_out) {
      enable(*thread);
    } else if (thread != kernel->me) {
      disable(*thread);
    }
  }
}

std::uint32_t choose(std::uint32_t count) {
  return count < 2 ? 0 : kernel->strategy->choose_value(count);
}

void end_schedule() {
  kernel->in_program = false;
  kernel->running = false;
  Thread& me = *kernel->me;
  set_thread_pointer(kernel->explorer_pointer);
  sim::switch_context(me.fiber.context, me.fiber.info, kernel->explorer, kernel->explorer_info,
                      *kernel->live_exceptions, true);
  __builtin_trap();
}

Thread* start_thread(void* (*routine)(void*), void* argument, const void* pc) {
  if (kernel->thread_count == kMaxThreads) {
    return nullptr;
  }
  Thread& child = kernel->threads[kernel->thread_count];
  child.index = kernel->thread_count++;
  ++kernel->live_count;
  child.finished = child.detached = child.joined = child.exiting = child.signalled = child.timed_out = false;
  child.lazy = child.has_fence_release = false;
  child.fiber.id = child.index + 1;
  child.fiber.ready_slot = sim::Fiber::kNotReady;
  child.fiber.op = {OpKind::kStart, sim::MemoryOrder::kSeqCst, 0, reinterpret_cast<std::uintptr_t>(pc)};
  child.on = nullptr;
  child.word = nullptr;
  child.poked_at = child.looked_at = 0;
  child.failed_at = nullptr;
  child.announced = child.yields = 0;
  child.deadline = kNever;
  child.routine = routine;
  child.argument = argument;
  child.result = nullptr;
  child.name[0] = '\0';
  child.depth = child.idle = child.quiet = 0;
  child.held.clear();
  child.era.clear();
  child.era_hash = 0;
  child.at_exit.clear();
  child.cleanups.clear();
  child.keys_end = 0;
  child.clock.clear();
  child.fence_acquire.clear();
  child.fence_release.clear();
  child.created_at.clear();
  if (kernel->me != nullptr) {
    child.created_at = stack_of(*kernel->me, pc);
    release(child.clock);
    order_start(*kernel->me, child);
    kernel->parents.push_back(kernel->me->index);
    kernel->strategy->spawned(&kernel->me->fiber, child.fiber);
    kernel->strategy->order(sim::Ordering::Kind::kStarted, kernel->me->fiber, child.index);
  }
  if (kernel->me == nullptr) {
    kernel->parents.push_back(~std::uint32_t{0});
    kernel->strategy->spawned(nullptr, child.fiber);
  }
  child.clock.set(child.index, static_cast<Epoch>(kernel->clock_base));
  char* low = stack_of_thread(child.index);
  child.stack_low = reinterpret_cast<std::uintptr_t>(low);
  sim::make_context(child.fiber.context, child.fiber.info, low, kStackSize, (child.index % 32) * 128,
                    &thread_main, &child);
  child.thread_pointer = make_thread_block(child.index);
  enable(child);
  return &child;
}

void finish_thread(void* result) {
  Thread& me = *kernel->me;
  me.exiting = true;
  while (!me.at_exit.empty()) {
    const Cleanup cleanup = me.at_exit.back();
    me.at_exit.pop_back();
    const Outside outside;
    cleanup.run(cleanup.argument);
  }
  run_key_destructors(me);
  me.result = result;
  me.finished = true;
  Object& end = object_at(reinterpret_cast<std::uintptr_t>(&me), Object::kThread);
  release(end.clock);
  progress();
  disable(me);
  --kernel->live_count;
  update(end);
  if (kernel->live_count == 0) {
    end_schedule();
  }
  give_turn();
  __builtin_trap();
}

Thread* thread_of(std::uint64_t handle) {
  return handle == 0 || handle > kernel->thread_count ? nullptr : &kernel->threads[handle - 1];
}

void clear_threads() {
  for (std::uint32_t i = 0; i < kernel->thread_count; ++i) {
    kernel->strategy->remove(kernel->threads[i].fiber);
  }
}

void reset_threads() {
  kernel->parents.clear();
  kernel->thread_count = kernel->live_count = 0;
  kernel->lazy_count = 0;
  kernel->polling_since = kernel->steps = 0;
  kernel->me = nullptr;
  kernel->now = 0;
  kernel->failed = false;
  kernel->exit_status = 0;
  kernel->races_seen.clear();
  kernel->named_semaphores.clear();
  kernel->clock_base = kernel->clock_top + 1;
  kernel->clock_top = kernel->clock_base;
}

void run_schedule() {
  Thread& first = kernel->threads[0];
  kernel->me = &first;
  kernel->running = true;
  set_thread_pointer(first.thread_pointer);
  sim::switch_context(kernel->explorer, kernel->explorer_info, first.fiber.context, first.fiber.info,
                      *kernel->live_exceptions, false);
}

namespace {

/// Outside the program's data and its heap, so that setting these back leaves it alone.
void* map_memory(std::uintptr_t where, std::size_t size) {
  const int fixed = where == 0 ? 0 : MAP_FIXED_NOREPLACE;
  void* memory = mmap(reinterpret_cast<void*>(where), size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
  if (memory == MAP_FAILED || (where != 0 && memory != reinterpret_cast<void*>(where))) {
    die("no address space for the simulated threads");
  }
  return memory;
}

}  // namespace

void wake_kernel() {
  if (kernel != nullptr) {
    return;
  }
  Kernel* made = new (map_memory(0, sizeof(Kernel))) Kernel;
  made->threads = static_cast<Thread*>(map_memory(0, sizeof(Thread) * kMaxThreads));
  for (std::uint32_t i = 0; i < kMaxThreads; ++i) {
    new (&made->threads[i]) Thread;
  }
  made->stacks = static_cast<char*>(map_memory(kStacksBase, (kStackSize + kGuard) * kMaxThreads));
  made->live_exceptions = sim::live_exception_state();
  kernel = made;
  map_heap();
  map_shadow();
  begin_lock_orders();
}

bool in_guard(std::uintptr_t address) {
  const auto base = reinterpret_cast<std::uintptr_t>(kernel->stacks);
  return address >= base && address < base + (kStackSize + kGuard) * kMaxThreads &&
         (address - base) % (kStackSize + kGuard) < kGuard;
}

std::uintptr_t stack_base(std::uint32_t thread) {
  return reinterpret_cast<std::uintptr_t>(kernel->stacks) + thread * (kStackSize + kGuard) + kGuard;
}

int stack_owner(std::uintptr_t address) {
  const auto base = reinterpret_cast<std::uintptr_t>(kernel->stacks);
  const bool inside = address >= base && address < base + (kStackSize + kGuard) * kMaxThreads;
  return inside ? static_cast<int>((address - base) / (kStackSize + kGuard)) : -1;
}

}  // namespace lockstep::interpose
