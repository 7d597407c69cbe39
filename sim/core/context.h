// One execution context and the switch between two, with everything that sanitizers and exceptions must know.
//
// Kept free of templates and containers: under ThreadSanitizer context.cpp is the one file that is compiled
// without instrumentation, and shared inline code in it would displace the instrumented copies.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep::sim {

/// The C++ runtime's record of the exceptions in flight and being handled (`__cxa_eh_globals`). There is one
/// an OS thread; each context needs its own, or a switch inside a catch block corrupts the other's.
struct ExceptionState {
  void* caught = nullptr;
  void* uncaught = nullptr;
};

/// The calling OS thread's live ExceptionState. Constant for the life of the thread.
[[nodiscard]] ExceptionState* live_exception_state();

/// The part of a context that every switch touches.
struct Context {
  void* stack_pointer = nullptr;
  ExceptionState exceptions;
};

/// The part that only the first entry and the sanitizers touch.
struct ContextInfo {
  void (*entry)(void* argument) = nullptr;
  void* argument = nullptr;
  const void* stack_low = nullptr;
  std::size_t stack_size = 0;
  void* fake_stack = nullptr;
  void* tsan_fiber = nullptr;
  /// Under ThreadSanitizer: functions of the world on its stack while it does not run.
  std::uint32_t away = 0;
};

/// Prepares `context` to call `entry(argument)` on the stack [low, low + size) when it is first switched to.
/// `colour` moves the first frame down by that many bytes (a multiple of 64), so that the hot lines of many
/// stacks do not fall into the same cache sets. `entry` must never return.
void make_context(Context& context, ContextInfo& info, void* low, std::size_t size, std::size_t colour,
                  void (*entry)(void* argument), void* argument);

/// Adopts the calling thread's own stack as a context to come back to.
void adopt_thread(ContextInfo& info);

/// Gives back what make_context() took from the sanitizers. The context must not run any more.
void drop_context(ContextInfo& info);

/// Leaves `from` and continues `to` (floating-point control words are shared by all contexts of a thread);
/// returns when something switches back to `from`. `last` says that nothing will.
void switch_context(Context& from, ContextInfo& from_info, Context& to, ContextInfo& to_info,
                    ExceptionState& live, bool last);

}  // namespace lockstep::sim
