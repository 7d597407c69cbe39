// ThreadSanitizer, on threads of the operating system, says of classics what `lockstep explore` says of them.
//
// Which of them are data races stands in their own first lines. Two of them are such only in schedules which
// the operating system's threads take once in thousands of runs, or never: there is nothing to be seen there.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace {

/// What the program says, up to its end or for ten seconds.
std::string said_by(const std::string& program) {
  const std::string command = "timeout 10 " + std::string(LOCKSTEP_CLASSICS) + "/" + program + " 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string said;
  std::array<char, 4096> buffer;
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    said.append(buffer.data(), got);
  }
  pclose(pipe);
  return said;
}

bool calls_it_a_race(const std::string& said) {
  return said.find("WARNING: ThreadSanitizer: data race") != std::string::npos;
}

class SecondOpinion : public testing::TestWithParam<const char*> {};

TEST_P(SecondOpinion, calls_the_classic_a_data_race) {
  constexpr int kRuns = 20;
  int races = 0;
  for (int run = 0; run < kRuns && races == 0; ++run) {
    races += calls_it_a_race(said_by(GetParam())) ? 1 : 0;
  }
  EXPECT_GT(races, 0) << "in " << kRuns << " runs";
}

TEST_P(SecondOpinion, says_nothing_of_the_correct_twin) {
  for (int run = 0; run < 5; ++run) {
    const std::string said = said_by(std::string(GetParam()) + "_ok");
    EXPECT_EQ(said.find("ThreadSanitizer"), std::string::npos) << said;
  }
}

INSTANTIATE_TEST_SUITE_P(Classics, SecondOpinion,
                         testing::Values("ctrace_test", "din_phil_sat", "double_checked", "main_returns",
                                         "wronglock"));

/// Their races need a turn in the few nanoseconds between two steps; `lockstep explore` gives it to them.
class OutOfReach : public SecondOpinion {};

TEST_P(OutOfReach, says_nothing_of_the_correct_twin) {
  const std::string said = said_by(std::string(GetParam()) + "_ok");
  EXPECT_EQ(said.find("ThreadSanitizer"), std::string::npos) << said;
}

INSTANTIATE_TEST_SUITE_P(Classics, OutOfReach, testing::Values("michael_scott_queue", "trylock_fallback"));

}  // namespace
