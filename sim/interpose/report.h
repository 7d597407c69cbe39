// Turning what was noticed into a Failure with its places in the program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/interpose/kernel.h"
#include "sim/interpose/memory.h"

namespace lockstep::interpose {

/// The runtime itself cannot go on: says so in one line and exits with 3.
[[noreturn]] void die(const char* why);
/// The program asks for what is not modelled: says so in one line and exits with kRefused.
[[noreturn]] void refuse(const char* name);
inline constexpr int kRefused = 4;

/// Where `thread` is: return addresses, innermost first. For the running thread all frames of the program.
[[nodiscard]] std::vector<const void*> stack_of(const Thread& thread, const void* pc);
[[nodiscard]] std::vector<std::uintptr_t> held_by(const Thread& thread);
[[nodiscard]] std::string name_of(const Thread& thread);
/// "mutex @7f00".
[[nodiscard]] std::string describe(const Object& object);

/// How the sentence of a livelock begins that everybody's polling makes.
inline constexpr const char* kEverybodyPolls = "every thread that could run only polls";

// Each of these is called by the running thread; those that end the schedule do not return.

void report_race(const Access& earlier, std::uintptr_t address, std::uint32_t size, std::uint8_t flags,
                 const void* pc);
[[noreturn]] void report_dead_memory(std::uintptr_t address, std::uint32_t size, std::uint8_t flags,
                                     std::uint32_t why, const void* pc);
/// `first` of the blocks that nobody can reach, and what they are together.
[[noreturn]] void report_leak(const Block& first, std::size_t blocks, std::size_t bytes);
[[noreturn]] void report_bad_free(std::uintptr_t address, bool twice, const void* pc);
[[noreturn]] void report_livelock(const std::string& sentence);
[[noreturn]] void report_deadlock();
/// Ends the schedule when `me`, which is about to wait, closes a circle of waiting threads.
void report_if_circle(const Thread& me);
[[noreturn]] void report(const char* kind, const std::string& sentence, const void* pc);

/// Where the executable was loaded.
[[nodiscard]] std::uintptr_t program_base();
[[nodiscard]] bool in_guard(std::uintptr_t address);
/// The lowest byte of a thread's stack, whether it has begun or not.
[[nodiscard]] std::uintptr_t stack_base(std::uint32_t thread);
/// The thread on whose stack `address` lies; -1: none's.
[[nodiscard]] int stack_owner(std::uintptr_t address);

}  // namespace lockstep::interpose
