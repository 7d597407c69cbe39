// What the functions that the program calls share.
#pragma once

#include <time.h>

#include <cstdint>

#include "sim/interpose/kernel.h"
#include "sim/interpose/report.h"
#include "sim/interpose/shadow.h"

namespace lockstep::interpose {

template <typename T>
[[nodiscard]] std::uintptr_t address_of(T* thing) {
  return reinterpret_cast<std::uintptr_t>(const_cast<const void*>(static_cast<const volatile void*>(thing)));
}

/// The instant of virtual time that `until` on `clock` is.
[[nodiscard]] std::int64_t deadline_of(clockid_t clock, const timespec& until);
[[nodiscard]] std::int64_t deadline_after(const timespec& duration);

/// Reports a use of something destroyed.
void check_alive(const Object& object, const char* sentence, const void* pc);
/// The caller's lock is no longer held; whoever waits for it may go on.
void release_mutex(Object& object);
void take_mutex(Object& object, std::uint32_t count);
void drop_held(Object& object);
/// Blocks for a stretch of virtual time.
void sleep_until(std::int64_t deadline, const void* pc);

/// Finds the C library, whose own allocations are not the program's.
void learn_c_library();
/// Begins the process once more, with the program's initialisers inside every schedule.
[[noreturn]] void begin_again_early();

/// Reports memory of this schedule that nothing alive points at.
void look_for_leaks();

/// Ends the program as exit() does, from inside a schedule.
[[noreturn]] void leave_program(int status, const void* pc);

}  // namespace lockstep::interpose
