// What the detector of races says of the bugs of the past: which of them are data races, and that the node is
// silent.
//
// Which of them are data races on plain memory stands here once; exactly these must be found as such. The
// others (deadlocks, lost wake-ups, checks that were true a moment ago, torn reads between locks) are none,
// and no detector of races can tell them.
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

constexpr std::uint64_t kTrials = 40;
constexpr std::uint64_t kSilentSchedules = 1000;

const std::set<std::string>& data_races() {
  static const std::set<std::string> kRaces = {"B-002", "B-003", "B-004", "B-005", "B-008", "B-012",
                                               "B-017", "B-020", "B-029", "B-042", "B-071", "B-072",
                                               "B-128", "B-138", "B-139", "M-02"};
  return kRaces;
}

class Verdict : public testing::TestWithParam<Pair> {};

TEST_P(Verdict, names_exactly_the_data_races) {
  const Pair& pair = GetParam();
  std::uint64_t races = 0;
  std::uint64_t others = 0;
  std::string sentence;
  for (std::uint64_t trial = 1; trial <= kTrials; ++trial) {
    const race::Report report = explore(pair.buggy, trial, pair.within);
    if (report.failed && report.failed->finding.kind == race::FindingKind::kDataRace) {
      ++races;
      sentence = report.failed->finding.sentence;
    } else if (report.failed) {
      ++others;
    }
  }
  std::cout << "    " << pair.id << ": " << races << " data races, " << others << " other failures in "
            << kTrials << " trials\n";
  EXPECT_EQ(races > 0, data_races().contains(pair.id)) << pair.moral << ": " << sentence;
  EXPECT_EQ(races + others, kTrials);
}

TEST_P(Verdict, is_silent_on_the_nodes_part) {
  const race::Report report =
      explore(GetParam().good, 1, std::min<std::uint64_t>(kSilentSchedules, GetParam().silent));
  EXPECT_TRUE(report.clean()) << report.text();
}

std::string name_of(const testing::TestParamInfo<Pair>& tested) {
  std::string name = tested.param.id;
  name.at(name.find('-')) = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Pairs, Verdict, testing::ValuesIn(all_pairs()), name_of);

}  // namespace
}  // namespace lockstep::scenarios::races
