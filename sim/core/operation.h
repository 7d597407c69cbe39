// What a fiber is about to do at a scheduling point, told before it does it.
#pragma once

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>

namespace lockstep::sim {

/// Kinds of operations. The numbers go into schedule hashes and stored schedules: append, never renumber.
enum class OpKind : std::uint8_t {
  /// Anything that nobody described: a turn given away, a wait for something unnamed.
  kOther = 0,
  /// A fiber's first turn.
  kStart = 1,
  kRead = 2,
  kWrite = 3,
  kAtomicLoad = 4,
  kAtomicStore = 5,
  kAtomicRmw = 6,
  kFence = 7,
  kLock = 8,
  kTryLock = 9,
  kUnlock = 10,
  kLockShared = 11,
  kTryLockShared = 12,
  kUnlockShared = 13,
  kWait = 14,
  kNotifyOne = 15,
  kNotifyAll = 16,
  kAcquire = 17,
  kTryAcquire = 18,
  kRelease = 19,
  kSpawn = 20,
  kJoin = 21,
  kSleep = 22,
  kYield = 23,
  kChoice = 24,
};
inline constexpr std::uint8_t kOpKinds = 25;

/// Memory orders, as in C++; for kinds that have one.
enum class MemoryOrder : std::uint8_t { kRelaxed, kConsume, kAcquire, kRelease, kAcqRel, kSeqCst };

/// A small number for something that is operated on, in order of creation within a run; 0 is none.
using ObjectId = std::uint32_t;

/// A place in the program, for reports only; 0: not known. Never goes into a hash: where it comes from a
/// source_location it holds the address of the file's name below the line's number.
using Place = std::uintptr_t;

inline constexpr unsigned kPlaceBits = 48;
[[nodiscard]] inline Place place_of(const std::source_location& where) {
  return reinterpret_cast<std::uintptr_t>(where.file_name()) | (std::uintptr_t{where.line()} << kPlaceBits);
}
/// "cache.cpp:31"; empty for a place that is not known, or in a header of the system: a guard's own.
[[nodiscard]] std::string place_text(Place place);

/// One operation: what, on what, from where.
struct Operation {
  OpKind kind = OpKind::kOther;
  MemoryOrder order = MemoryOrder::kSeqCst;
  ObjectId object = 0;
  /// A Place, or the address of an instruction where programs are not ours.
  Place site = 0;
};

[[nodiscard]] const char* to_text(OpKind kind);
/// The inverse; false when no kind is called so.
[[nodiscard]] bool read_kind(std::string_view text, OpKind& kind);

/// Whether the operation leaves its object as it was for everybody else.
[[nodiscard]] constexpr bool only_reads(OpKind kind) {
  return kind == OpKind::kRead || kind == OpKind::kAtomicLoad || kind == OpKind::kOther ||
         kind == OpKind::kStart || kind == OpKind::kYield || kind == OpKind::kSleep || kind == OpKind::kJoin;
}

/// Whether the order of the two matters: one object, not both reading.
[[nodiscard]] constexpr bool conflict(const Operation& a, const Operation& b) {
  return a.object != 0 && a.object == b.object && !(only_reads(a.kind) && only_reads(b.kind));
}

}  // namespace lockstep::sim
