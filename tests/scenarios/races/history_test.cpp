// Every bug of the past is caught soon, and the node's own part never.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <ostream>
#include <set>
#include <string>

#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {

/// How GoogleTest shows the parameter of a test.
inline void PrintTo(const Pair& pair, std::ostream* out) {
  *out << pair.id << ": " << pair.moral;
}

namespace {

constexpr std::uint64_t kTrials = 20;
constexpr std::uint64_t kSilentSchedules = 2000;

/// The schedule, counted from 1, in which the story of a trial goes wrong; 0 when it does not within `most`.
std::uint64_t caught_after(Telling telling, std::uint64_t trial, std::uint64_t most) {
  for (std::uint64_t schedule = 1; schedule <= most; ++schedule) {
    if (!tell(telling, trial * 1'000'003 + schedule).empty()) {
      return schedule;
    }
  }
  return 0;
}

class History : public testing::TestWithParam<Pair> {};

TEST_P(History, catches_the_bug_within_the_stated_number_of_schedules_in_every_trial) {
  const Pair& pair = GetParam();
  std::uint64_t latest = 0;
  for (std::uint64_t trial = 0; trial < kTrials; ++trial) {
    const std::uint64_t schedules = caught_after(pair.buggy, trial, pair.within);
    ASSERT_NE(schedules, 0U) << "trial " << trial << " is silent within " << pair.within;
    latest = std::max(latest, schedules);
  }
  RecordProperty("latest", static_cast<int>(latest));
  std::cout << "    " << pair.id << " within " << latest << " of " << pair.within << "\n";
}

TEST_P(History, is_silent_about_the_nodes_part) {
  for (std::uint64_t seed = 0; seed < kSilentSchedules; ++seed) {
    ASSERT_EQ(tell(GetParam().good, seed), "") << "schedule " << seed;
  }
}

TEST_P(History, says_the_same_of_the_same_schedule) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    ASSERT_EQ(tell(GetParam().buggy, seed), tell(GetParam().buggy, seed)) << "schedule " << seed;
  }
}

std::string name_of(const testing::TestParamInfo<Pair>& tested) {
  std::string name = tested.param.id;
  name.at(name.find('-')) = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Pairs, History, testing::ValuesIn(all_pairs()), name_of);

TEST(HistoryPairs, are_all_there_and_told_apart) {
  std::set<std::string> ids;
  for (const Pair& pair : all_pairs()) {
    EXPECT_TRUE(ids.insert(pair.id).second) << pair.id;
    EXPECT_GT(pair.within, 0U);
    EXPECT_LE(pair.within, 100U);
  }
  for (const char* id : {"B-004", "B-011", "B-012", "B-017", "B-020", "B-022", "B-099"}) {
    EXPECT_TRUE(ids.contains(id)) << id;
  }
  EXPECT_GE(ids.size(), 17U);
}

}  // namespace
}  // namespace lockstep::scenarios::races
