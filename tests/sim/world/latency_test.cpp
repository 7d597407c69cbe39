// Latency laws draw what their names say.
#include "sim/world/latency.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "node/base/assert.h"

namespace lockstep::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kDraws = 100'000;

std::vector<base::Duration> draws(const LatencyLaw& law) {
  Choices choices(11);
  std::vector<base::Duration> out;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    out.push_back(law.base_low + law.draw_jitter(choices, {ChoiceDomain::kTest, 0, 0, i}));
  }
  std::sort(out.begin(), out.end());
  return out;
}

double part_above(const std::vector<base::Duration>& sorted, base::Duration limit) {
  const auto above = sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), limit);
  return static_cast<double>(above) / static_cast<double>(sorted.size());
}

TEST(LatencyLaw, constant_never_varies) {
  const auto sorted = draws(LatencyLaw::constant(7ms));
  EXPECT_EQ(sorted.front(), 7ms);
  EXPECT_EQ(sorted.back(), 7ms);
}

TEST(LatencyLaw, uniform_spreads_evenly_from_low_to_high) {
  const auto sorted = draws(LatencyLaw::uniform(10ms, 50ms));
  EXPECT_GE(sorted.front(), 10ms);
  EXPECT_LE(sorted.back(), 50ms);
  for (const auto& [limit, expected] : {std::pair{20ms, 0.75}, {30ms, 0.5}, {40ms, 0.25}}) {
    EXPECT_NEAR(part_above(sorted, limit), expected, 0.01);
  }
}

TEST(LatencyLaw, uniform_reaches_both_ends) {
  const auto sorted = draws(LatencyLaw::uniform(3ns, 5ns));
  EXPECT_EQ(sorted.front(), 3ns);
  EXPECT_EQ(sorted.back(), 5ns);
}

TEST(LatencyLaw, heavy_tail_falls_by_a_power_law_up_to_its_bound) {
  for (const std::uint32_t tail : {1U, 2U}) {
    const auto sorted = draws(LatencyLaw::heavy_tailed(10ms, 1ms, 5s, tail));
    EXPECT_GE(sorted.front(), 10ms);
    EXPECT_LE(sorted.back(), 5s + 10ms);
    // P(jitter > scale * (2^k - 1)) is exactly 2^(-tail k).
    for (const unsigned doublings : {1U, 2U, 4U}) {
      const double expected = 1.0 / static_cast<double>(1U << (tail * doublings));
      EXPECT_NEAR(part_above(sorted, 10ms + 1ms * ((1 << doublings) - 1)), expected, 0.1 * expected + 0.001)
          << "tail " << tail << ", doublings " << doublings;
    }
  }
}

TEST(LatencyLaw, refuses_laws_that_make_no_sense) {
  EXPECT_THROW(static_cast<void>(LatencyLaw::constant(-1ms)), base::AssertionFailed);
  EXPECT_THROW(static_cast<void>(LatencyLaw::uniform(2ms, 1ms)), base::AssertionFailed);
  EXPECT_THROW(static_cast<void>(LatencyLaw::heavy_tailed(1ms, 1ms, 1s, 0)), base::AssertionFailed);
  EXPECT_THROW(static_cast<void>(LatencyLaw::constant(1ms).with_pair_base(2ms, 1ms)), base::AssertionFailed);
}

}  // namespace
}  // namespace lockstep::sim
