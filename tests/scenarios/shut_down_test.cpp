// Nodes are stopped at many moments in one process, so that a sanitizer sees what is left of them.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "tellings.h"

namespace lockstep::scenarios {
namespace {

/// How many moments; LOCKSTEP_SHUT_DOWN_MOMENTS asks for others, from seed LOCKSTEP_SHUT_DOWN_FROM on.
std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const value = std::getenv(variable);  // NOLINT: no thread changes the environment.
  return value == nullptr ? otherwise : std::stoull(value);
}

// Under the preset asan the process ends with the leaks of all of them, if there are any.
TEST(ShutDown, leaves_nothing_and_nobody_behind_at_many_moments) {
  const std::uint64_t moments = number_of("LOCKSTEP_SHUT_DOWN_MOMENTS", 40);
  const std::uint64_t from = number_of("LOCKSTEP_SHUT_DOWN_FROM", 1);
  for (std::uint64_t seed = from; seed < from + moments; ++seed) {
    const cluster::Outcome outcome = run_plan(plan_of("nodes_shut_down_under_load", seed));
    ASSERT_FALSE(outcome.failure.has_value()) << "seed " << seed << ": " << words(outcome);
  }
}

}  // namespace
}  // namespace lockstep::scenarios
