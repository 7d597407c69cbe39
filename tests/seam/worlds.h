// The worlds in which every seam keeps the same contract.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "node/runtime/runtime.h"

namespace lockstep::seam {

enum class World { kReal, kSimulated, kExplored };

[[nodiscard]] const char* to_text(World world);

/// What a test body is given: the seams of some nodes, whose transports are connected each with each.
struct Seams {
  std::vector<runtime::Runtime> nodes;

  [[nodiscard]] runtime::Runtime& node() { return nodes.front(); }
};

/// Runs `body` to its end as a thread of `world`. The transports still connect while it begins.
void run_in(World world, std::size_t nodes, const std::function<void(Seams&)>& body);

/// A suite that is instantiated for both worlds.
class SeamTest : public testing::TestWithParam<World> {
 protected:
  void run(const std::function<void(Seams&)>& body) { run_in(GetParam(), 1, body); }
  void run(std::size_t nodes, const std::function<void(Seams&)>& body) { run_in(GetParam(), nodes, body); }
};

inline std::string world_name(const testing::TestParamInfo<World>& info) {
  return to_text(info.param);
}

/// How GoogleTest shows the parameter of a test.
inline void PrintTo(World world, std::ostream* out) {
  *out << to_text(world);
}

}  // namespace lockstep::seam

/// Runs a suite in both worlds.
#define LOCKSTEP_IN_BOTH_WORLDS(suite)                                                                 \
  INSTANTIATE_TEST_SUITE_P(                                                                            \
      In, suite, testing::Values(::lockstep::seam::World::kReal, ::lockstep::seam::World::kSimulated), \
      ::lockstep::seam::world_name)

/// Runs a suite about threads and locks in these and under the explorer.
#define LOCKSTEP_IN_ALL_WORLDS(suite)                                                      \
  INSTANTIATE_TEST_SUITE_P(                                                                \
      In, suite,                                                                           \
      testing::Values(::lockstep::seam::World::kReal, ::lockstep::seam::World::kSimulated, \
                      ::lockstep::seam::World::kExplored),                                 \
      ::lockstep::seam::world_name)
