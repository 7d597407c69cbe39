// What a race detector beneath the program must be told: who comes after whom, and what begins anew.
//
// Detectors that see every memory access of the program (our own in the preset `race`, ThreadSanitizer in the
// preset `tsan`) cannot see how fibers wait for one another. In all other builds these functions are empty.
#pragma once

#include <cstddef>
#include <string>

namespace lockstep::sim {
struct Context;
struct ContextInfo;
}  // namespace lockstep::sim

namespace lockstep::sim::order {

/// A race that the detector has found, told for people.
struct Race {
  /// Of places in the source and kinds of access: the same for the same race.
  std::string fingerprint;
  /// Both sides: thread, place, locks held.
  std::string sentence;
  /// Both stacks, the innermost first, one frame a line.
  std::string stacks;
};

/// Hears of races; `listener` is what was handed to listen().
using Hearing = void (*)(void* listener, const Race& race);

#ifdef LOCKSTEP_TSAN

/// The calling context gives way to `to`; `last` says for good. A switch orders nothing.
void switch_to(ContextInfo& from, const ContextInfo& to, bool last);
/// All that came before earlier releases of `what` comes before what the calling fiber does next.
void acquire(const void* what);
void release(const void* what);
/// The calling fiber has `lock`, and lets go of it. Names outlive the run.
void took(const void* lock, const char* name, bool shared);
void let_go(const void* lock, bool shared);
/// A fiber has a name, for reports.
void name(const ContextInfo& fiber, const char* name);
/// Memory that begins a life of its own without having been freed.
void forget(const void* memory, std::size_t size);
/// `fiber` is on its way out and may go on without locks: what it does is not looked at any more.
void look_away(ContextInfo& fiber);
/// From now on `hearing` hears of races; null ends that.
void listen(Hearing hearing, void* listener);

#else

inline void acquire(const void* /*what*/) {}
inline void release(const void* /*what*/) {}
inline void took(const void* /*lock*/, const char* /*name*/, bool /*shared*/) {}
inline void let_go(const void* /*lock*/, bool /*shared*/) {}
inline void name(const ContextInfo& /*fiber*/, const char* /*name*/) {}
inline void forget(const void* /*memory*/, std::size_t /*size*/) {}
inline void look_away(ContextInfo& /*fiber*/) {}
inline void listen(Hearing /*hearing*/, void* /*listener*/) {}

#endif

}  // namespace lockstep::sim::order
