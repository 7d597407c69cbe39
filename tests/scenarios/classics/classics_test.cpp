// Every classic is found by the portfolio in 20 of 20 trials, and nothing is said of its correct twin.
#include <gtest/gtest.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;

constexpr int kTrials = 20;
constexpr int kSchedules = 10'000;
constexpr double kMeanBar = 6;

struct Classic {
  std::string name;
  /// The kinds of failure that count as finding it: "deadlock or livelock", for instance.
  std::string finds;
};

std::vector<Classic> classics() {
  std::vector<Classic> all;
  const std::filesystem::path folder = std::string(LOCKSTEP_SOURCE_DIR) + "/scenarios/races/classics";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".cpp") {
      std::ifstream file(entry.path());
      const std::string mark = "// finds: ";
      std::string line;
      while (std::getline(file, line) && line.starts_with("//") && !line.starts_with(mark)) {
      }
      all.push_back({entry.path().stem().string(), line.starts_with(mark) ? line.substr(mark.size()) : ""});
    }
  }
  std::sort(all.begin(), all.end(), [](const Classic& a, const Classic& b) { return a.name < b.name; });
  return all;
}

struct Explored {
  int status = -1;
  std::vector<Json> failures;
  std::uint64_t schedules = 0;
};

/// Runs a program as `lockstep explore` does, without looking up names.
Explored explore(const std::string& program, const std::string& request) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    personality(ADDR_NO_RANDOMIZE);
    std::string variable = "LOCKSTEP_EXPLORE=fd=" + std::to_string(ends[1]) + ";" + request;
    std::string path = program;
    char* argv[] = {path.data(), nullptr};
    char* envp[] = {variable.data(), nullptr};
    execve(path.c_str(), argv, envp);
    _exit(127);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  Explored explored;
  explored.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const Json line = Json::parse(text.substr(begin, end - begin));
    if (line["event"] == "failure") {
      explored.failures.push_back(line);
    } else if (line["event"] == "divergence") {
      ADD_FAILURE() << program << " did something else the second time, " << request;
    } else if (line["event"] == "end") {
      explored.schedules = line["schedules"].get<std::uint64_t>();
    }
    begin = end + 1;
  }
  return explored;
}

std::string program_of(const std::string& name) {
  return std::string(LOCKSTEP_CLASSICS) + "/" + name;
}

std::string request_of(int seed, bool races) {
  return "seed=" + std::to_string(seed) + ";runs=" + std::to_string(kSchedules) +
         ";minimise=0;races=" + (races ? "1" : "0");
}

/// The number of the schedule, from 1, that showed the bug itself; 0 when none did.
std::uint64_t found_after(const Classic& classic, int seed) {
  const bool race = classic.finds == "data race";
  const Explored explored = explore(program_of(classic.name), request_of(seed, race));
  for (const Json& failure : explored.failures) {
    if (classic.finds.find(failure["kind"].get<std::string>()) != std::string::npos) {
      return failure["schedule"].get<std::uint64_t>() + 1;
    }
  }
  return 0;
}

TEST(Classics, are_found_in_all_trials_within_six_schedules_in_the_mean) {
  double logs = 0;
  int programs = 0;
  for (const Classic& classic : classics()) {
    ASSERT_NE(classic.finds, "") << classic.name << " does not say what is to be found in it";
    double own = 0;
    int found = 0;
    for (int seed = 1; seed <= kTrials; ++seed) {
      const std::uint64_t after = found_after(classic, seed);
      found += after == 0 ? 0 : 1;
      own += std::log(static_cast<double>(after == 0 ? kSchedules : after));
    }
    std::printf("%-20s %-22s %2d of %d  %7.1f schedules\n", classic.name.c_str(), classic.finds.c_str(),
                found, kTrials, std::exp(own / kTrials));
    EXPECT_EQ(found, kTrials) << classic.name;
    logs += own / kTrials;
    ++programs;
  }
  ASSERT_GE(programs, 30);
  const double mean = std::exp(logs / programs);
  std::printf("geometric mean of %d programs: %.2f schedules\n", programs, mean);
  EXPECT_LE(mean, kMeanBar);
}

TEST(Classics, nothing_is_said_of_the_correct_twins) {
  // 100,000 schedules each are run by hand: LOCKSTEP_TWIN_RUNS=100000.
  const char* wanted = std::getenv("LOCKSTEP_TWIN_RUNS");
  const std::string runs = wanted == nullptr ? "2000" : wanted;
  for (const Classic& classic : classics()) {
    const Explored explored = explore(program_of(classic.name + "_ok"), "seed=7;minimise=0;runs=" + runs);
    EXPECT_EQ(explored.status, 0) << classic.name;
    EXPECT_EQ(std::to_string(explored.schedules), runs) << classic.name;
    for (const Json& failure : explored.failures) {
      ADD_FAILURE() << classic.name << ": " << failure["kind"] << ": " << failure["sentence"];
    }
  }
}

TEST(Classics, one_seed_tells_one_story) {
  for (const Classic& classic : classics()) {
    const std::string request = "seed=3;runs=500;races=1";
    const Explored first = explore(program_of(classic.name), request);
    const Explored second = explore(program_of(classic.name), request);
    EXPECT_EQ(first.failures, second.failures) << classic.name;
    EXPECT_EQ(first.schedules, second.schedules) << classic.name;
  }
}

TEST(Classics, a_replay_of_the_failing_schedule_fails_in_the_same_way) {
  for (const Classic& classic : classics()) {
    const Explored first = explore(program_of(classic.name), request_of(5, true));
    ASSERT_FALSE(first.failures.empty()) << classic.name;
    const auto schedule = first.failures[0]["schedule"].get<std::uint64_t>();
    const Explored again =
        explore(program_of(classic.name), "seed=5;minimise=0;only=" + std::to_string(schedule));
    EXPECT_EQ(first.failures, again.failures) << classic.name;
  }
}

TEST(Classics, a_hundred_threads_are_cut_down_to_two) {
  for (const char* name : {"reorder_100", "twostage_100"}) {
    const Explored explored = explore(program_of(name), "seed=1;runs=10000;races=0");
    ASSERT_EQ(explored.failures.size(), 1U) << name;
    const Json& story = explored.failures[0]["story"];
    // main, which only waits, takes no part.
    EXPECT_LE(story["threads"].get<int>(), 3) << name;
    EXPECT_LE(story["preemptions"].get<int>(), 2) << name;
    EXPECT_FALSE(story["steps"].empty()) << name;
  }
}

}  // namespace
