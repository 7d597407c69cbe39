// Fibers and their order: the interface of ThreadSanitizer for fibers, and what the engine tells besides.
#include <link.h>
#include <sys/single_threaded.h>

#include "sim/core/context.h"
#include "sim/core/order.h"
#include "sim/watch/watch.h"

namespace lockstep::watch {

Watch* watch = nullptr;
thread_local Thread* me = nullptr;
thread_local bool busy = false;
thread_local bool engine_thread = false;
std::uintptr_t program_base = 0;
Listener listener;

namespace {

/// The program comes first among what is loaded.
int note_base(dl_phdr_info* info, std::size_t /*size*/, void* /*data*/) {
  program_base = info->dlpi_addr;
  return 1;
}

Watch& opened() {
  if (watch == nullptr) {
    // The C++ library counts without atomics where there is one thread; fibers are many.
    __libc_single_threaded = 0;
    dl_iterate_phdr(&note_base, nullptr);
    watch = new Watch;
    watch->detector.call_on_race([] { tell_race(); });
  }
  engine_thread = true;
  return *watch;
}

/// Who does what is told: a fiber, or the world around them.
Thread& teller() {
  return me == nullptr ? watch->world : *me;
}

}  // namespace

std::uint32_t CallPaths::find_child(std::uint32_t node, std::uint32_t caller) {
  const Busy work;
  const std::uint64_t key = (std::uint64_t{node} << 32) | caller;
  std::uint32_t child = children_.find(key);
  if (child == race::FlatMap::kMissing) {
    child = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({node, caller, 0, 0});
    children_.insert(key, child);
  }
  nodes_[node].last_caller = caller;
  nodes_[node].last_child = child;
  return child;
}

std::vector<std::uint32_t> CallPaths::callers(std::uint32_t node) const {
  std::vector<std::uint32_t> found;
  for (; node != 0; node = nodes_[node].parent) {
    found.push_back(nodes_[node].caller);
  }
  return found;
}

}  // namespace lockstep::watch

using namespace lockstep::watch;  // NOLINT: the functions below are the interfaces of the room above

extern "C" {

void* __tsan_create_fiber(unsigned /*flags*/) {
  Watch& all = opened();
  const Busy work;
  if (all.alive == 0) {
    // Nobody is left of earlier runs: all that they did is past.
    all.detector.reset();
    all.next_index = 1;
    all.names.assign(1, "the world");
  }
  if (all.free_threads.empty()) {
    all.free_threads.push_back(&all.threads.emplace_back());
  }
  Thread* thread = all.free_threads.back();
  all.free_threads.pop_back();
  thread->index = all.next_index++;
  thread->away = 0;
  thread->depth = 0;
  all.names.resize(all.next_index);
  ++all.alive;
  all.detector.on_fork(teller().index, thread->index);
  return thread;
}

void __tsan_destroy_fiber(void* fiber) {
  const Busy work;
  auto* thread = static_cast<Thread*>(fiber);
  watch->detector.on_join(teller().index, thread->index);
  watch->free_threads.push_back(thread);
  --watch->alive;
}

void* __tsan_get_current_fiber() {
  const Busy work;
  return &opened().world;
}

void __tsan_switch_to_fiber(void* fiber, unsigned /*flags*/) {
  me = fiber == &watch->world ? nullptr : static_cast<Thread*>(fiber);
}

}  // extern "C"

namespace lockstep::sim::order {

void switch_to(ContextInfo& /*from*/, const ContextInfo& to, bool /*last*/) {
  __tsan_switch_to_fiber(to.tsan_fiber, 0);
}

void acquire(const void* what) {
  if (watch::watch != nullptr) {
    const Busy work;
    watch::watch->detector.on_acquire(teller().index, number_of(what));
  }
}

void release(const void* what) {
  if (watch::watch != nullptr) {
    const Busy work;
    watch::watch->detector.on_release(teller().index, number_of(what));
  }
}

void took(const void* lock, const char* name, bool shared) {
  if (watch::watch == nullptr) {
    return;
  }
  const Busy work;
  Watch& all = *watch::watch;
  const std::uint64_t id = number_of(lock);
  const std::uint32_t number = all.lock_numbers.find(id);
  if (number == race::FlatMap::kMissing) {
    all.lock_numbers.insert(id, static_cast<std::uint32_t>(all.lock_names.size()));
    all.lock_names.push_back(name);
  } else {
    all.lock_names[number] = name;
  }
  all.detector.on_lock(teller().index, id, shared ? race::LockMode::kShared : race::LockMode::kExclusive);
}

void let_go(const void* lock, bool shared) {
  if (watch::watch != nullptr) {
    const Busy work;
    watch::watch->detector.on_unlock(teller().index, number_of(lock),
                                     shared ? race::LockMode::kShared : race::LockMode::kExclusive);
  }
}

void name(const ContextInfo& fiber, const char* name) {
  const Busy work;
  auto& thread = *static_cast<Thread*>(fiber.tsan_fiber);
  watch::watch->names[thread.index] = name;
}

void forget(const void* memory, std::size_t size) {
  if (watch::watch != nullptr) {
    const Busy work;
    watch::watch->detector.on_alloc(number_of(memory), size);
  }
}

void look_away(ContextInfo& fiber) {
  static_cast<Thread*>(fiber.tsan_fiber)->away |= kForGood;
}

void listen(Hearing hearing, void* who) {
  watch::listener = {hearing, who};
}

}  // namespace lockstep::sim::order
