// Latency laws: how they are made, checked and drawn from.
#include "sim/world/latency.h"

#include <algorithm>

#include "node/base/assert.h"

namespace lockstep::sim {
namespace {

constexpr std::uint32_t kTailMax = 8;
/// Bits of a draw that place it between two powers of two; the others count the doublings.
constexpr unsigned kFractionBits = 20;

}  // namespace

LatencyLaw LatencyLaw::constant(base::Duration latency) {
  LatencyLaw law;
  law.base_low = latency;
  law.base_high = latency;
  check_law(law);
  return law;
}

LatencyLaw LatencyLaw::uniform(base::Duration low, base::Duration high) {
  LatencyLaw law = constant(low);
  law.jitter = Jitter::kUniform;
  law.spread = high - low;
  check_law(law);
  return law;
}

LatencyLaw LatencyLaw::heavy_tailed(base::Duration low, base::Duration scale, base::Duration most,
                                    std::uint32_t tail) {
  LatencyLaw law = constant(low);
  law.jitter = Jitter::kHeavyTailed;
  law.scale = scale;
  law.spread = most;
  law.tail = tail;
  check_law(law);
  return law;
}

LatencyLaw LatencyLaw::with_pair_base(base::Duration low, base::Duration high) const {
  LatencyLaw law = *this;
  law.base_low = low;
  law.base_high = high;
  check_law(law);
  return law;
}

base::Duration LatencyLaw::heavy_tail_of(std::uint64_t bits) const {
  // `tail` leading zero bits make one doubling, so k doublings have probability 2^(-tail k). Between scale *
  // (2^k - 1) and scale * (2^(k+1) - 1) the low bits place the draw evenly.
  const auto zeros = static_cast<std::uint32_t>(std::countl_zero(bits | (1ULL << kFractionBits)));
  const std::uint32_t doublings = zeros / tail;
  const std::uint64_t fraction = bits & ((1ULL << kFractionBits) - 1);
  const auto step = static_cast<unsigned __int128>(scale.count()) << doublings;
  const unsigned __int128 delay =
      step - static_cast<unsigned __int128>(scale.count()) + ((step * fraction) >> kFractionBits);
  const auto most = static_cast<unsigned __int128>(spread.count());
  return base::Duration(static_cast<std::int64_t>(std::min(delay, most)));
}

void check_law(const LatencyLaw& law) {
  LOCKSTEP_ASSERT_MSG(law.base_low.count() >= 0 && law.spread.count() >= 0 && law.scale.count() >= 0,
                      "no frame arrives before it is sent");
  LOCKSTEP_ASSERT_MSG(law.base_low <= law.base_high, "the low end comes first");
  LOCKSTEP_ASSERT_MSG(law.tail >= 1 && law.tail <= kTailMax, "the tail's exponent is 1 to 8");
}

}  // namespace lockstep::sim
