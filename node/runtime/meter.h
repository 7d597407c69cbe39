// Names for the pieces of work that a node does, so that somebody can time them, or charge for them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace lockstep::runtime {

/// The kinds of work worth timing.
enum class Work : std::uint8_t {
  kVerifySignature,
  kSignMessage,
  kVerifyProof,
  kAggregateProof,
  kMergeProofs,
  kStateTransition,
  kBuildBlock,
  kForkChoice,
  kDecode,
};
inline constexpr std::size_t kWorkKinds = 9;

/// Told of every piece of work on the thread that does it. The real one measures how long it took; the
/// simulated one lets that much virtual time pass on one of the node's CPUs. Thread-safe.
class Meter {
 public:
  virtual ~Meter() = default;

  /// Called before a piece of work; what it returns is handed to end().
  [[nodiscard]] virtual std::uint64_t begin(Work work) = 0;

  /// Called after it. `units` scales the cost of work on many things at once (signatures in an aggregate,
  /// say).
  virtual void end(Work work, std::uint64_t token, std::uint64_t units) = 0;
};

}  // namespace lockstep::runtime
