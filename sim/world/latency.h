// How long a frame is under way: laws in integer arithmetic.
#pragma once

#include <bit>
#include <cstdint>

#include "node/base/time.h"
#include "sim/core/choices.h"

namespace lockstep::sim {

/// The time from one node to another: a base that is drawn once for each pair of nodes (distance) and a
/// jitter that is drawn for each frame (queues on the way).
struct LatencyLaw {
  enum class Jitter : std::uint8_t {
    kNone,
    /// Uniform in [0, spread].
    kUniform,
    /// Many short and a few very long ones: above `scale`, twice the delay is 2^-tail times as likely. At
    /// most `spread`.
    kHeavyTailed,
  };

  base::Duration base_low{};
  base::Duration base_high{};
  Jitter jitter = Jitter::kNone;
  base::Duration spread{};
  base::Duration scale{};
  std::uint32_t tail = 1;

  /// Always `latency`.
  static LatencyLaw constant(base::Duration latency);
  /// Uniform in [low, high] for each frame.
  static LatencyLaw uniform(base::Duration low, base::Duration high);
  /// `low` plus a heavy-tailed jitter: its median is below scale, P(jitter > x) falls as x^-tail, and it
  /// never exceeds `most`. `tail` is 1 (very heavy) to 8.
  static LatencyLaw heavy_tailed(base::Duration low, base::Duration scale, base::Duration most,
                                 std::uint32_t tail);

  /// The same jitter on a base that is uniform in [low, high] for each pair of nodes, equal both ways.
  [[nodiscard]] LatencyLaw with_pair_base(base::Duration low, base::Duration high) const;

  /// The jitter that the choice `key` yields.
  [[nodiscard]] base::Duration draw_jitter(Choices& choices, const ChoiceKey& key) const {
    switch (jitter) {
      case Jitter::kNone:
        return {};
      case Jitter::kUniform:
        return base::Duration(
            static_cast<std::int64_t>(choices.below(key, static_cast<std::uint64_t>(spread.count()) + 1)));
      case Jitter::kHeavyTailed:
        return heavy_tail_of(choices.bits(key));
    }
    return {};
  }

 private:
  [[nodiscard]] base::Duration heavy_tail_of(std::uint64_t bits) const;
};

/// Asserts that the law makes sense: nothing negative, low <= high, tail in 1..8.
void check_law(const LatencyLaw& law);

}  // namespace lockstep::sim
