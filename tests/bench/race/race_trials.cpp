// Trials by hand: after how many schedules each classic is found, silence of the twins, and every report in
// full.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "classics.h"
#include "random_programs.h"
#include "sim/race/explorer.h"
#include "sim/race/minimiser.h"

namespace lockstep::race {
namespace {

ExploreOptions options_of(StrategyKind kind, std::uint64_t seed, std::uint64_t schedules) {
  ExploreOptions options;
  options.strategy = kind;
  options.runner.seed = seed;
  options.schedules = schedules;
  return options;
}

/// `race_trials [strategy [trials]]`: mean schedules to the first find, without race detection.
int trials(StrategyKind kind, std::uint64_t count) {
  double of_means = 0;
  double of_all = 0;
  std::uint64_t programs = 0;
  for (const Classic& classic : classics()) {
    double sum = 0;
    double logs = 0;
    std::uint64_t most = 0;
    std::uint64_t missed = 0;
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
      ExploreOptions options = options_of(kind, seed, 10'000);
      options.runner.detect_races = false;
      const Report report = explore(classic.buggy, options);
      missed += report.failed ? 0 : 1;
      const std::uint64_t schedules = report.statistics.schedules;
      most = std::max(most, schedules);
      sum += static_cast<double>(schedules);
      logs += std::log(static_cast<double>(schedules));
    }
    const double mean = sum / static_cast<double>(count);
    std::printf("%-20s mean %8.1f  most %5llu  missed %llu\n", classic.name.c_str(), mean,
                static_cast<unsigned long long>(most), static_cast<unsigned long long>(missed));
    of_means += std::log(mean);
    of_all += logs / static_cast<double>(count);
    ++programs;
  }
  std::printf("geometric mean of the means %.2f, of all trials %.2f\n",
              std::exp(of_means / static_cast<double>(programs)),
              std::exp(of_all / static_cast<double>(programs)));
  return 0;
}

/// `race_trials twins [schedules]`: races included, nothing may be said.
int twins(std::uint64_t schedules) {
  int reports = 0;
  for (const Classic& classic : classics()) {
    const Report report = explore(classic.correct, options_of(StrategyKind::kPortfolio, 7, schedules));
    reports += report.clean() ? 0 : 1;
    std::printf("%-20s %s", classic.name.c_str(), report.text().c_str());
    std::fflush(stdout);
  }
  std::printf("%d reports\n", reports);
  return reports == 0 ? 0 : 1;
}

/// What is said of one body, to the last word.
void report_of(const std::string& name, const Body& body, std::uint64_t seed) {
  ExploreOptions options = options_of(StrategyKind::kPortfolio, seed, 500);
  options.runner.program = name;
  const Report report = explore(body, options);
  std::printf("== %s, seed %llu\n%s", name.c_str(), static_cast<unsigned long long>(seed),
              report.text().c_str());
  if (report.failed) {
    const Minimised small = minimise(body, options.runner, *report.failed);
    std::printf("fingerprint %016llx\n%s%s",
                static_cast<unsigned long long>(report.failed->finding.fingerprint),
                to_text(small.schedule).c_str(),
                story(small.recording, small.finding, options.runner.site_text).c_str());
  }
}

/// `race_trials reports [seeds]`: what the explorer says, for comparison with other builds'.
int reports(std::uint64_t seeds) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const Classic& classic : classics()) {
      if (!classic.name.ends_with("00")) {
        report_of(classic.name, classic.buggy, seed);
      }
    }
    for (std::uint64_t number = 0; number < 40; ++number) {
      report_of("random program " + std::to_string(number), random_program(number, {}), seed);
    }
  }
  return 0;
}

}  // namespace
}  // namespace lockstep::race

int main(int argc, char** argv) {
  using namespace lockstep::race;
  const std::string_view what = argc > 1 ? argv[1] : "portfolio";
  const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
  if (what == "twins") {
    return twins(count == 0 ? 100'000 : count);
  }
  if (what == "reports") {
    return reports(count == 0 ? 3 : count);
  }
  StrategyKind kind = StrategyKind::kPortfolio;
  if (!parse_strategy(what, kind)) {
    std::fprintf(stderr, "usage: race_trials [STRATEGY [TRIALS]] | twins [SCHEDULES] | reports [SEEDS]\n");
    return 2;
  }
  return trials(kind, count == 0 ? 20 : count);
}
