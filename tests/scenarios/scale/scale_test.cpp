// How much time and memory large devnets may take. The whole node, its threads and gossipsub included.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "scenarios/catalogue.h"

namespace lockstep::scenarios {
namespace {

struct Cost {
  double cpu_seconds = 0;
  double peak_gib = 0;  ///< Of the process so far.
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// What this process has taken until now. A run is one thread that waits for nothing, so that its CPU time is
/// about the time that it takes on a core of its own; on a shared one caches are colder.
Cost cost_so_far() {
  rusage usage{};
  EXPECT_EQ(getrusage(RUSAGE_SELF, &usage), 0);
  return {.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime),
          .peak_gib = static_cast<double>(usage.ru_maxrss) / (1024.0 * 1024.0)};
}

cluster::Plan devnet(std::uint64_t nodes, std::uint64_t slots) {
  cluster::Plan plan;
  plan.scenario = "devnet";
  plan.seed = 42;
  plan.nodes = nodes;
  plan.slots = slots;
  return *complete_plan(plan);
}

bool has_time() {
  return std::getenv("LOCKSTEP_LONG") != nullptr;
}
constexpr const char* kWhySkipped =
    "takes minutes and measures time: ctest --preset release -C long -L long, or LOCKSTEP_LONG=1";

TEST(Scale, a_hundred_nodes_run_thirty_times_faster_than_time) {
  if (!has_time()) {
    GTEST_SKIP() << kWhySkipped;
  }
  const Cost before = cost_so_far();
  const cluster::Outcome outcome = run_plan(devnet(100, 64));
  const double took = cost_so_far().cpu_seconds - before.cpu_seconds;
  ASSERT_FALSE(outcome.failure) << outcome.failure->sentence;
  const double times = static_cast<double>(outcome.virtual_nanoseconds) / 1e9 / took;
  RecordProperty("times_real_time", std::to_string(times));
  EXPECT_GE(times, 30) << took << " s";
}

TEST(Scale, a_thousand_nodes_run_sixteen_slots_in_ten_minutes_and_24_gib) {
  if (!has_time()) {
    GTEST_SKIP() << kWhySkipped;
  }
  const Cost before = cost_so_far();
  const cluster::Outcome outcome = run_plan(devnet(1000, 16));
  const Cost after = cost_so_far();
  ASSERT_FALSE(outcome.failure) << outcome.failure->sentence;
  for (const cluster::NodeOutcome& node : outcome.nodes) {
    EXPECT_GE(node.head_slot, 15U);
    EXPECT_GE(node.finalized_slot, 12U);
  }
  RecordProperty("cpu_seconds", std::to_string(after.cpu_seconds - before.cpu_seconds));
  RecordProperty("peak_gib", std::to_string(after.peak_gib));
  EXPECT_LE(after.cpu_seconds - before.cpu_seconds, 600);
  EXPECT_LE(after.peak_gib, 24);
}

}  // namespace
}  // namespace lockstep::scenarios
