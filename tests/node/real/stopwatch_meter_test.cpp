// The stopwatch counts, sums and sorts into buckets.
#include "node/real/stopwatch_meter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace lockstep::real {
namespace {

using namespace std::chrono_literals;
using runtime::Work;

TEST(StopwatchMeter, measures_at_least_what_passed) {
  StopwatchMeter meter;
  const auto token = meter.begin(Work::kDecode);
  std::this_thread::sleep_for(5ms);
  meter.end(Work::kDecode, token, 3);
  const WorkFigures figures = meter.figures(Work::kDecode);
  EXPECT_EQ(figures.count, 1U);
  EXPECT_EQ(figures.units, 3U);
  EXPECT_GE(figures.total, 5ms);
  EXPECT_EQ(figures.longest, figures.total);
  EXPECT_EQ(meter.figures(Work::kBuildBlock).count, 0U);
}

TEST(StopwatchMeter, loses_nothing_among_threads) {
  StopwatchMeter meter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5000; ++round) {
        meter.end(Work::kForkChoice, meter.begin(Work::kForkChoice), 2);
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(meter.figures(Work::kForkChoice).count, 20'000U);
  EXPECT_EQ(meter.figures(Work::kForkChoice).units, 40'000U);
}

TEST(WorkFigures, quantiles_are_bucket_edges_but_never_above_the_longest) {
  WorkFigures figures;
  EXPECT_EQ(figures.quantile(500), 0ns);
  figures.count = 100;
  figures.buckets[10] = 90;
  figures.buckets[20] = 10;
  figures.longest = base::Duration(1'500'000);
  EXPECT_EQ(figures.quantile(500), 2048ns);
  EXPECT_EQ(figures.quantile(900), 2048ns);
  EXPECT_EQ(figures.quantile(901), 1'500'000ns);
  EXPECT_EQ(figures.quantile(1000), 1'500'000ns);
}

}  // namespace
}  // namespace lockstep::real
