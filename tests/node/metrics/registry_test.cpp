// Counting, from one thread and from many.
#include "node/metrics/registry.h"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

#include "fakes.h"
#include "node/base/assert.h"
#include "node/metrics/work_times.h"

namespace lockstep::metrics {
namespace {

TEST(Catalogue, has_a_description_for_every_metric_under_a_name_of_its_own) {
  std::vector<std::string_view> names;
  for (const Description& what : catalogue()) {
    names.push_back(what.name);
    EXPECT_EQ(&describe(what.metric), &what);
    EXPECT_FALSE(what.help.empty()) << what.name;
    EXPECT_EQ(what.type == Type::kHistogram, !what.buckets.empty()) << what.name;
    EXPECT_TRUE(std::ranges::is_sorted(what.buckets, std::ranges::less_equal())) << what.name;
    EXPECT_EQ(what.type == Type::kCounter, what.name.ends_with("_total")) << what.name;
  }
  EXPECT_EQ(names.size(), kMetrics);
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

TEST(Registry, keeps_the_series_of_a_metric_apart) {
  Registry registry;
  registry.add({Metric::kPendingAttestationsReplay, VoteKind::kAttestation, ReplayOutcome::kDropped}, 2);
  registry.add({Metric::kPendingAttestationsReplay, VoteKind::kAggregation, ReplayOutcome::kAccepted}, 3);

  EXPECT_EQ(registry.value({Metric::kPendingAttestationsReplay, 0, 2}), 2);
  EXPECT_EQ(registry.value({Metric::kPendingAttestationsReplay, 1, 0}), 3);
  EXPECT_EQ(registry.value({Metric::kPendingAttestationsReplay, 0, 0}), 0);
  EXPECT_EQ(registry.value({Metric::kPendingAttestationsReplay, 1, 2}), 0);
}

TEST(Registry, gauges_are_set_and_moved) {
  Registry registry;
  registry.set(Metric::kConnectedPeers, 7);
  registry.move(Metric::kConnectedPeers, -2);
  EXPECT_EQ(registry.value(Metric::kConnectedPeers), 5);
}

TEST(Registry, a_value_on_a_bound_belongs_below_it) {
  Registry registry;
  for (const std::int64_t depth : {1, 2, 3, 4, 100, 101}) {
    registry.observe(Metric::kReorgDepth, depth);
  }
  const Registry::Histogram depths = registry.histogram(Metric::kReorgDepth);
  EXPECT_EQ(depths.buckets, (std::vector<std::uint64_t>{1, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(depths.count, 6);
  EXPECT_EQ(depths.sum, 211);
}

TEST(Registry, has_no_series_that_the_catalogue_does_not_have) {
  Registry registry;
  EXPECT_THROW(registry.add({Metric::kReorgs, 1}), base::AssertionFailed);
  EXPECT_THROW(registry.add({Metric::kPendingAttestationsReplay, 2, 0}), base::AssertionFailed);
  EXPECT_THROW(registry.add({Metric::kPendingAttestationsReplay, 0, 3}), base::AssertionFailed);
  EXPECT_THROW(registry.add(Metric::kLockWait), base::AssertionFailed);
  EXPECT_THROW(registry.observe(Metric::kReorgs, 1), base::AssertionFailed);
}

TEST(Registry, loses_nothing_among_threads) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  Registry registry;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < kEach; ++n) {
          registry.add(Metric::kReorgs);
          registry.observe(Metric::kReorgDepth, 1 + n % 4);
        }
      });
    }
  }
  EXPECT_EQ(registry.value(Metric::kReorgs), kThreads * kEach);
  const Registry::Histogram depths = registry.histogram(Metric::kReorgDepth);
  EXPECT_EQ(depths.count, kThreads * kEach);
  EXPECT_EQ(depths.sum, kThreads * kEach * 5 / 2);
}

TEST(WorkTimes, shows_each_kind_of_work_with_the_time_that_it_took) {
  Registry registry;
  test::ManualClock clock;
  WorkTimes meter(registry, clock);
  for (std::size_t i = 0; i < runtime::kWorkKinds; ++i) {
    const auto work = static_cast<runtime::Work>(i);
    const std::uint64_t token = meter.begin(work);
    clock.advance(std::chrono::milliseconds(10));
    meter.end(work, token, 1);
    EXPECT_EQ(registry.histogram({Metric::kWorkTime, i}).sum, 10'000'000) << i;
  }
  EXPECT_EQ(registry.histogram(Metric::kSignatureVerificationTime).sum, 10'000'000);
  EXPECT_EQ(registry.histogram(Metric::kSigningTime).sum, 10'000'000);
  EXPECT_EQ(registry.histogram(Metric::kAggregateVerificationTime).sum, 10'000'000);
  EXPECT_EQ(registry.histogram(Metric::kCommitteeAggregationTime).sum, 10'000'000);
  EXPECT_EQ(registry.histogram(Metric::kStateTransitionTime).sum, 10'000'000);
  EXPECT_EQ(registry.histogram({Metric::kOnBlockStep, 1}).sum, 10'000'000);
}

}  // namespace
}  // namespace lockstep::metrics
