// Sentences and places for everything that can be noticed.
#include "sim/interpose/report.h"

#include <unistd.h>
#include <unwind.h>

#include <cstdio>
#include <cstring>

namespace lockstep::interpose {
namespace {

std::string at(std::uintptr_t address) {
  char text[24];
  std::snprintf(text, sizeof text, "@%lx", static_cast<unsigned long>(address));
  return text;
}

struct Frames {
  std::vector<const void*> found;
};

_Unwind_Reason_Code add_frame(_Unwind_Context* context, void* argument) {
  auto& frames = *static_cast<Frames*>(argument);
  const auto pc = _Unwind_GetIP(context);
  if (pc == 0 || frames.found.size() > 64) {
    return _URC_END_OF_STACK;
  }
  frames.found.push_back(reinterpret_cast<const void*>(pc));
  return _URC_NO_REASON;
}

const char* access_name(std::uint8_t flags) {
  if ((flags & Access::kFree) != 0) {
    return "free";
  }
  if ((flags & Access::kAtomic) != 0) {
    return (flags & Access::kWrite) != 0 ? "atomic write" : "atomic read";
  }
  return (flags & Access::kWrite) != 0 ? "write" : "read";
}

const char* object_name(const Object& object) {
  switch (object.kind) {
    case Object::kMutex:
      return "mutex";
    case Object::kRwLock:
      return "rwlock";
    case Object::kCond:
      return "condition";
    case Object::kSemaphore:
      return "semaphore";
    case Object::kBarrier:
      return "barrier";
    case Object::kOnce:
      return "once";
    case Object::kFutex:
      return "atomic";
    case Object::kSpin:
      return "spin lock";
    case Object::kThread:
    case Object::kUnknown:
      break;
  }
  return "object";
}

std::string what_it_waits_for(const Thread& thread) {
  if (thread.on == nullptr) {
    return "runs";
  }
  const Object& object = *thread.on;
  if (object.kind == Object::kThread) {
    return "waits for the end of " + name_of(*reinterpret_cast<const Thread*>(object.address));
  }
  std::string text = std::string("waits for ") + object_name(object) + " " + at(object.address);
  if (object.owner != nullptr) {
    text += ", held by " + name_of(*object.owner);
  }
  if (object.kind == Object::kCond && object.lost != 0) {
    text += ", which " + name_of(*object.lost_by) + " notified before, when nobody waited";
  }
  return text;
}

Site site_of(const Thread& thread, std::string what) {
  return {std::move(what), thread.index, thread.wait_stack, held_by(thread)};
}

[[noreturn]] void end_with(Failure failure) {
  kernel->in_program = false;
  if (!kernel->running) {
    dprintf(kernel->error_fd, "lockstep: before main: %s: %s\n", failure.kind.c_str(),
            failure.sentence.c_str());
    _exit(1);
  }
  kernel->failure = std::move(failure);
  kernel->failed = true;
  end_schedule();
}

/// By the place of the later access, whoever makes it, and what the earlier one was.
bool same_race(const Failure& a, const Failure& b) {
  return a.earlier.flags == b.earlier.flags && a.earlier.later_pc == b.earlier.later_pc &&
         a.sites[1].what == b.sites[1].what;
}

const Thread* blocker_of(const Thread& thread) {
  const bool stuck = thread.on != nullptr && !is_enabled(thread) && thread.deadline == kNever;
  if (!stuck || thread.on->kind == Object::kCond) {
    return nullptr;
  }
  return thread.on->owner;
}

}  // namespace

void die(const char* why) {
  dprintf(kernel == nullptr ? 2 : kernel->error_fd, "lockstep: %s\n", why);
  _exit(3);
}

void refuse(const char* name) {
  dprintf(kernel == nullptr ? 2 : kernel->error_fd,
          "lockstep: refused: the program uses %s, which is not modelled\n", name);
  _exit(kRefused);
}

std::vector<const void*> stack_of(const Thread& thread, const void* pc) {
  if (&thread == kernel->me && (kernel->watching || kernel->failed)) {
    Frames frames;
    _Unwind_Backtrace(&add_frame, &frames);
    return frames.found;
  }
  std::vector<const void*> stack;
  if (pc != nullptr) {
    stack.push_back(pc);
  }
  const std::uint32_t depth = thread.depth < kMaxFrames ? thread.depth : kMaxFrames;
  for (std::uint32_t i = depth; i > 0 && stack.size() < 32; --i) {
    stack.push_back(thread.frames[i - 1]);
  }
  return stack;
}

std::vector<std::uintptr_t> held_by(const Thread& thread) {
  std::vector<std::uintptr_t> held;
  for (const Object* object : thread.held) {
    held.push_back(object->address);
  }
  return held;
}

std::string describe(const Object& object) {
  return std::string(object_name(object)) + " " + at(object.address);
}

std::string name_of(const Thread& thread) {
  if (thread.name[0] != '\0') {
    return thread.name;
  }
  return thread.index == 0 ? "main" : "T" + std::to_string(thread.index);
}

void report_race(const Access& earlier, std::uintptr_t address, std::uint32_t size, std::uint8_t flags,
                 const void* pc) {
  if (kernel->races_seen.size() > 16) {
    return;
  }
  const Thread& me = *kernel->me;
  const Thread& other = kernel->threads[earlier.thread];
  const std::uintptr_t place = address & ~std::uintptr_t{7};
  for (const Failure& seen : kernel->races_seen) {
    if (seen.earlier.address == place) {
      return;
    }
  }
  Failure failure;
  failure.kind = "data race";
  failure.sentence = name_of(other) + " and " + name_of(me) + " use " + at(address) +
                     ", at least one writes, and nothing orders them";
  failure.sites.push_back({std::string(access_name(earlier.flags)), earlier.thread, {}, {}});
  failure.sites.push_back({std::string(access_name(flags)) + " of " + std::to_string(size) + " bytes",
                           me.index, stack_of(me, pc), held_by(me)});
  failure.earlier = {true,           place,
                     earlier.thread, earlier.epoch - static_cast<Epoch>(kernel->clock_base),
                     earlier.bytes,  earlier.flags};
  failure.earlier.later_pc = pc;
  const Failure* wanted = kernel->end_at_race;
  if (wanted != nullptr && same_race(*wanted, failure)) {
    end_with(std::move(failure));
  }
  kernel->races_seen.push_back(std::move(failure));
}

void report_dead_memory(std::uintptr_t address, std::uint32_t size, std::uint8_t flags, std::uint32_t why,
                        const void* pc) {
  kernel->in_program = false;
  const Thread& me = *kernel->me;
  Block block;
  const bool known = heap_block(address, block);
  Failure failure;
  const std::string how =
      name_of(me) + ": " + access_name(flags) + " of " + std::to_string(size) + " bytes at " + at(address);
  if (why == kFreed) {
    failure.kind = "use after free";
    failure.sentence =
        how + (known ? ", in a block of " + std::to_string(block.size) + " bytes that was freed" : "");
  } else {
    failure.kind = "heap overflow";
    failure.sentence = how + ", next to a block of " + std::to_string(known ? block.size : 0) + " bytes";
  }
  failure.sites.push_back({access_name(flags), me.index, stack_of(me, pc), held_by(me)});
  failure.earlier.address = (known ? block.begin : address) & ~std::uintptr_t{7};
  end_with(std::move(failure));
}

void report_leak(const Block& first, std::size_t blocks, std::size_t bytes) {
  Failure failure;
  failure.kind = "leak";
  failure.sentence = "nobody can reach " + std::to_string(bytes) + " bytes in " + std::to_string(blocks) +
                     " blocks when the program ends; the first has " + std::to_string(first.size);
  failure.earlier.address = first.begin;
  end_with(std::move(failure));
}

void report_bad_free(std::uintptr_t address, bool twice, const void* pc) {
  kernel->in_program = false;
  const Thread& me = *kernel->me;
  Failure failure;
  failure.kind = twice ? "double free" : "misuse";
  failure.sentence =
      name_of(me) + " frees " + at(address) + (twice ? " a second time" : ", which is no block");
  failure.sites.push_back({"free", me.index, stack_of(me, pc), held_by(me)});
  failure.earlier.address = address & ~std::uintptr_t{7};
  end_with(std::move(failure));
}

void report_livelock(const std::string& sentence) {
  Failure failure;
  failure.kind = "livelock";
  failure.sentence = sentence;
  for (std::uint32_t i = 0; i < kernel->thread_count && failure.sites.size() < 16; ++i) {
    const Thread& thread = kernel->threads[i];
    if (!thread.finished) {
      const bool blocked = !is_enabled(thread);
      failure.sites.push_back({blocked ? what_it_waits_for(thread) : "runs", i,
                               blocked
                                   ? thread.wait_stack
                                   : stack_of(thread, reinterpret_cast<const void*>(thread.fiber.op.site)),
                               held_by(thread)});
    }
  }
  end_with(std::move(failure));
}

void report_deadlock() {
  Failure failure;
  failure.kind = "deadlock";
  std::string chain;
  for (std::uint32_t i = 0; i < kernel->thread_count; ++i) {
    const Thread& thread = kernel->threads[i];
    if (thread.finished) {
      continue;
    }
    const std::string what = what_it_waits_for(thread);
    if (thread.on != nullptr && thread.on->kind == Object::kCond && thread.on->lost != 0) {
      failure.kind = "lost wake-up";
    }
    if (failure.sites.size() < 16) {
      chain += (chain.empty() ? "" : "; ") + name_of(thread) + " " + what;
      failure.sites.push_back(site_of(thread, what));
    }
  }
  failure.sentence = "nobody can run: " + chain;
  end_with(std::move(failure));
}

void report_if_circle(const Thread& me) {
  const Thread* thread = blocker_of(me);
  for (std::uint32_t steps = 0; thread != nullptr && thread != &me; ++steps) {
    if (steps > kernel->thread_count) {
      return;
    }
    thread = blocker_of(*thread);
  }
  if (thread != &me) {
    return;
  }
  Failure failure;
  failure.kind = "deadlock";
  const Thread* next = &me;
  do {
    const std::string what = what_it_waits_for(*next);
    failure.sentence += (failure.sentence.empty() ? "" : "; ") + name_of(*next) + " " + what;
    failure.sites.push_back(site_of(*next, what));
    next = blocker_of(*next);
  } while (next != &me);
  end_with(std::move(failure));
}

void report(const char* kind, const std::string& sentence, const void* pc) {
  const Thread& me = *kernel->me;
  const bool was = kernel->failed;
  kernel->failed = true;
  Failure failure{kind, name_of(me) + ": " + sentence, {{kind, me.index, stack_of(me, pc), held_by(me)}}, {}};
  kernel->failed = was;
  end_with(std::move(failure));
}

}  // namespace lockstep::interpose
