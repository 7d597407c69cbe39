// Every bug of the past is caught soon, and the node's own part never.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {

/// How GoogleTest shows the parameter of a test.
inline void PrintTo(const Pair& pair, std::ostream* out) {
  *out << pair.id << ": " << pair.moral;
}

namespace {

constexpr std::uint64_t kTrials = 20;

class History : public testing::TestWithParam<Pair> {};

TEST_P(History, catches_the_bug_within_the_stated_number_of_schedules_in_every_trial) {
  const Pair& pair = GetParam();
  std::uint64_t latest = 0;
  for (std::uint64_t trial = 1; trial <= kTrials; ++trial) {
    const race::Report report = explore(pair.buggy, trial, pair.within);
    ASSERT_TRUE(report.failed.has_value()) << "trial " << trial << " is silent within " << pair.within;
    EXPECT_EQ(report.uncontrolled, "");
    latest = std::max(latest, report.statistics.schedules);
    if (trial == 1) {
      std::cout << "    " << report.failed->finding.sentence << "\n";
    }
  }
  std::cout << "    " << pair.id << " within " << latest << " of " << pair.within << "\n";
}

TEST_P(History, is_silent_about_the_good_side) {
  const std::uint64_t schedules = (GetParam().silent * LOCKSTEP_SCHEDULES_PERCENT + 99) / 100;
  const race::Report report = explore(GetParam().good, 1, schedules);
  EXPECT_TRUE(report.clean()) << report.text();
  EXPECT_EQ(report.statistics.schedules, schedules);
}

TEST_P(History, says_the_same_of_the_same_seed) {
  const race::Report first = explore(GetParam().buggy, 7, GetParam().within);
  const race::Report second = explore(GetParam().buggy, 7, GetParam().within);
  ASSERT_TRUE(first.failed && second.failed);
  EXPECT_EQ(first.failed->run, second.failed->run);
  EXPECT_EQ(first.failed->finding.sentence, second.failed->finding.sentence);
  EXPECT_EQ(first.failed->finding.fingerprint, second.failed->finding.fingerprint);
}

std::string name_of(const testing::TestParamInfo<Pair>& tested) {
  std::string name = tested.param.id;
  name.at(name.find('-')) = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Pairs, History, testing::ValuesIn(all_pairs()), name_of);
// Whoever cures one of these in the node moves its pair to the others.
INSTANTIATE_TEST_SUITE_P(Open, History, testing::ValuesIn(open_pairs()), name_of);

TEST(HistoryPairs, are_all_there_and_told_apart) {
  std::set<std::string> ids;
  std::vector<Pair> pairs = all_pairs();
  for (const Pair& pair : open_pairs()) {
    pairs.push_back(pair);
  }
  for (const Pair& pair : pairs) {
    EXPECT_TRUE(ids.insert(pair.id).second) << pair.id;
    EXPECT_GT(pair.within, 0U);
    EXPECT_LE(pair.within, 200U);
  }
  for (const char* id : {"B-004", "B-011", "B-012", "B-017", "B-020", "B-022", "B-099"}) {
    EXPECT_TRUE(ids.contains(id)) << id;
  }
  EXPECT_GE(ids.size(), 17U);
}

}  // namespace
}  // namespace lockstep::scenarios::races
