// Happens-before on plain memory (FastTrack's epochs, four accesses to eight bytes) and dead memory.
#include "sim/interpose/shadow.h"

#include <sys/mman.h>

#include "sim/interpose/kernel.h"
#include "sim/interpose/report.h"

namespace lockstep::interpose {
namespace {

constexpr std::uint8_t kIsQueued = 2;
constexpr std::uint8_t kManyThreads = 4;
constexpr std::uint8_t kWritten = 8;

/// Granules that are to become places at which turns may change. Outside the program's data, like the kernel.
std::vector<std::uintptr_t>* queued = nullptr;
/// Where number n lies, at place n - 1.
std::vector<std::uintptr_t>* numbered = nullptr;

std::uint8_t bytes_in_granule(std::uintptr_t from, std::uintptr_t to) {
  const auto low = static_cast<unsigned>(from & 7);
  const unsigned bits = to - from >= 8 ? 0xffU : (1U << (to - from)) - 1U;
  return static_cast<std::uint8_t>(bits << low);
}

void queue(Granule& granule, std::uintptr_t address) {
  if (granule.number == 0 && (granule.met & kIsQueued) == 0) {
    granule.met |= kIsQueued;
    const bool was = kernel->in_program;
    kernel->in_program = false;
    queued->push_back(address);
    kernel->in_program = was;
  }
}

[[gnu::noinline]] void note(const char* what, std::uint8_t bytes, std::uint8_t flags, const void* pc) {
  const bool was = kernel->in_program;
  kernel->in_program = false;
  Thread& me = *kernel->me;
  kernel->watch.notes.push_back(
      {what, me.index, me.clock.at(me.index), bytes, flags, stack_of(me, pc), held_by(me)});
  kernel->in_program = was;
}

[[gnu::noinline]] void found_race(Granule& granule, const Access& earlier, std::uintptr_t address,
                                  std::uint32_t size, std::uint8_t flags, const void* pc) {
  queue(granule, address & ~std::uintptr_t{7});
  if (kernel->races) {
    const bool was = kernel->in_program;
    kernel->in_program = false;
    report_race(earlier, address, size, flags, pc);
    kernel->in_program = was;
  }
}

/// Whether `bytes` of a granule may not be touched in this schedule.
bool is_dead(const Granule& granule, std::uint8_t bytes) {
  if (granule.poison < kTail) {
    return granule.poison != kSound;
  }
  return (bytes >> (granule.poison - kTail)) != 0;
}

/// Whoever races with `seen`, which comes before `now`, races with `now` as well: it need not be remembered.
bool says_more(const Access& now, const Access& seen) {
  return (seen.bytes & ~now.bytes) == 0 &&
         ((now.flags & Access::kWrite) != 0 || (seen.flags & Access::kWrite) == 0) &&
         ((now.flags & Access::kAtomic) == 0 || (seen.flags & Access::kAtomic) != 0);
}

bool conflict(const Access& a, const Access& b) {
  return (a.bytes & b.bytes) != 0 && ((a.flags | b.flags) & Access::kWrite) != 0 &&
         (a.flags & b.flags & Access::kAtomic) == 0;
}

void check_granule(std::uintptr_t address, std::uint32_t size, std::uint8_t bytes, std::uint8_t flags,
                   const void* pc) {
  Granule& granule = granule_of(address);
  const Thread& me = *kernel->me;
  const Epoch base = static_cast<Epoch>(kernel->clock_base);
  if (granule.poison_stamp >= base && is_dead(granule, bytes)) [[unlikely]] {
    report_dead_memory(address, size, flags, granule.poison, pc);
    return;
  }
  if (kernel->watching && kernel->watch.granule == (address & ~std::uintptr_t{7})) [[unlikely]] {
    note("", bytes, flags, pc);
  }
  const Access now{me.clock.at(me.index), static_cast<std::uint16_t>(me.index), bytes, flags};
  int place = -1;
  for (int i = 0; i < kRemembered; ++i) {
    Access& seen = granule.seen[i];
    if (seen.epoch < base) {
      place = i;
      continue;
    }
    if (seen.thread == now.thread && seen.epoch == now.epoch && seen.bytes == bytes && seen.flags == flags) {
      return;
    }
    if (seen.thread != now.thread && seen.epoch > me.clock.at(seen.thread)) {
      if (conflict(seen, now)) {
        found_race(granule, seen, address, size, flags, pc);
      }
    } else if (says_more(now, seen)) {
      seen.epoch = 0;
      place = i;
    }
  }
  // Which one is forgotten must not depend on earlier schedules.
  granule.seen[place < 0 ? (now.epoch - base) % kRemembered : static_cast<unsigned>(place)] = now;
}

}  // namespace

void map_shadow() {
  const std::size_t size = (kWindow >> 3) * sizeof(Granule) + sizeof(Granule);
  void* memory = mmap(reinterpret_cast<void*>(kShadowBase), size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory != reinterpret_cast<void*>(kShadowBase)) {
    die("the address space for the shadow is taken");
  }
  static_cast<void>(madvise(memory, size, MADV_NOHUGEPAGE));
  static_cast<void>(madvise(memory, size, MADV_DONTDUMP));
  queued = new std::vector<std::uintptr_t>;
  numbered = new std::vector<std::uintptr_t>;
}

bool is_shared(std::uintptr_t address) {
  return granule_of(address).number != 0;
}

bool meets_others(std::uintptr_t address, bool writes) {
  Granule& granule = granule_of(address);
  const Epoch base = static_cast<Epoch>(kernel->clock_base);
  const std::uint32_t me = kernel->me->index;
  if (granule.number != 0) {
    return true;
  }
  if (granule.owner_stamp < base) {
    granule.owner_stamp = base;
    granule.owner = static_cast<std::uint16_t>(me);
    granule.met &= static_cast<std::uint8_t>(~(kManyThreads | kWritten));
  } else if (granule.owner != me) {
    granule.met |= kManyThreads;
  }
  if (writes) {
    granule.met |= kWritten;
  }
  if ((granule.met & (kManyThreads | kWritten)) == (kManyThreads | kWritten)) {
    queue(granule, address & ~std::uintptr_t{7});
  }
  return false;
}

void check_access(std::uintptr_t address, std::uint32_t size, std::uint8_t flags, const void* pc) {
  if (!kernel->request.detector) {
    return;
  }
  const std::uintptr_t end = address + size;
  for (std::uintptr_t at = address; at < end && !kernel->failed;) {
    const std::uintptr_t next = (at & ~std::uintptr_t{7}) + 8;
    const std::uintptr_t to = next < end ? next : end;
    check_granule(at, size, bytes_in_granule(at, to), flags, pc);
    at = next;
  }
}

void on_access(std::uintptr_t address, std::uint32_t size, std::uint8_t flags, const void* pc) {
  if (is_shared(address)) {
    const Inside inside;
    point((flags & Access::kWrite) != 0 ? OpKind::kWrite : OpKind::kRead, address & ~std::uintptr_t{7}, pc);
  }
  check_access(address, size, flags, pc);
}

void note_block(std::uintptr_t begin, std::size_t size, const char* what, const void* pc) {
  if (kernel->watching && kernel->watch.granule + 8 > begin && kernel->watch.granule < begin + size) {
    note(what, 0, 0, pc);
  }
}

void poison(std::uintptr_t address, std::size_t size, Poison why) {
  for (std::uintptr_t at = address; at < address + size; at += 8) {
    Granule& granule = granule_of(at);
    granule.poison_stamp = static_cast<Epoch>(kernel->clock_base);
    granule.poison = why;
  }
}

void poison_tail(std::uintptr_t end, std::uintptr_t to) {
  if (const std::uintptr_t sound = end & 7; sound != 0) {
    Granule& granule = granule_of(end);
    granule.poison_stamp = static_cast<Epoch>(kernel->clock_base);
    granule.poison = kTail + static_cast<std::uint32_t>(sound);
  }
  const std::uintptr_t whole = (end + 7) & ~std::uintptr_t{7};
  poison(whole, to - whole, kBetweenBlocks);
}

void unpoison(std::uintptr_t address, std::size_t size) {
  poison(address, size, kSound);
}

void forget_accesses(std::uintptr_t address, std::size_t size) {
  for (std::uintptr_t at = address; at < address + size; at += 8) {
    Granule& granule = granule_of(at);
    for (Access& seen : granule.seen) {
      seen.epoch = 0;
    }
  }
}

std::size_t adopt_shared() {
  const std::size_t found = queued->size();
  for (const std::uintptr_t address : *queued) {
    numbered->push_back(address);
    granule_of(address).number = static_cast<std::uint32_t>(numbered->size());
    granule_of(address).met = 0;
  }
  queued->clear();
  return found;
}

void share_as(std::uintptr_t address, std::uint32_t number) {
  const std::uintptr_t granule = address & ~std::uintptr_t{7};
  if (numbered->size() < number) {
    numbered->resize(number);
  }
  (*numbered)[number - 1] = granule;
  granule_of(granule).number = number;
}

std::uintptr_t object_address(std::uint32_t number) {
  return number == 0 ? 0 : (*numbered)[number - 1];
}

void drop_shared() {
  for (const std::uintptr_t address : *queued) {
    granule_of(address).met &= static_cast<std::uint8_t>(~kIsQueued);
  }
  queued->clear();
}

void acquire(const VectorClock& clock) {
  if (!kernel->request.detector) {
    return;
  }
  Thread& me = *kernel->me;
  me.clock.join(clock);
}

namespace {
void move_on(Thread& me) {
  const Epoch next = me.clock.at(me.index) + 1;
  me.clock.set(me.index, next);
  kernel->clock_top = next > kernel->clock_top ? next : kernel->clock_top;
}
}  // namespace

void release(VectorClock& clock) {
  if (!kernel->request.detector) {
    return;
  }
  Thread& me = *kernel->me;
  clock.join(me.clock);
  move_on(me);
}

void release_store(VectorClock& clock) {
  if (!kernel->request.detector) {
    return;
  }
  Thread& me = *kernel->me;
  clock.assign(me.clock);
  move_on(me);
}

}  // namespace lockstep::interpose
