// One exploration gives one set of numbers, in every build that compares itself to the constants.
#include <gtest/gtest.h>

#include "classics.h"
#include "sim/race/explorer.h"
#include "sim/race/minimiser.h"

namespace lockstep::race {
namespace {

/// Everything that an exploration of all classics says, as one number.
std::uint64_t hash_of(std::uint64_t seed) {
  std::uint64_t hash = 0;
  for (const Classic& classic : classics()) {
    if (classic.name.ends_with("00")) {
      continue;
    }
    ExploreOptions options;
    options.runner.seed = seed;
    options.runner.program = classic.name;
    // Lines of the program are no part of what must stay.
    options.runner.site_text = [](Site) { return "here"; };
    options.schedules = 500;
    const Report report = explore(classic.buggy, options);
    std::string text = report.text();
    if (report.failed) {
      const Minimised small = minimise(classic.buggy, options.runner, *report.failed);
      // An assertion's sentence tells the path of its file, which differs from machine to machine.
      text = report.statistics.text() + report.failed->replay_line();
      for (const ScheduleBlock& block : small.schedule.blocks) {
        text += block.thread + block.kind + block.object + std::to_string(block.checksum);
      }
    }
    hash = sim::fold_product(hash ^ sim::choice_object(text), sim::kGoldenStep) + hash;
  }
  return hash;
}

TEST(Determinism, of_explorations_gives_the_numbers_that_every_build_gives) {
  EXPECT_EQ(hash_of(1), hash_of(1));
  EXPECT_EQ(hash_of(1), 5386340093727830817ULL);
  EXPECT_EQ(hash_of(77), 15275137592316817660ULL);
}

}  // namespace
}  // namespace lockstep::race
