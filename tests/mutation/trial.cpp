// Whether the pairs that a mutant of the node concerns see it; without a mutant, whether all are silent.
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "scenarios/races/history/pairs.h"

namespace lockstep::scenarios::races {
namespace {

constexpr std::uint64_t kTrials = 20;

/// In every trial the part that was the node's fails within the number of schedules that the pair states.
bool sees_the_mutant(const Pair& pair) {
  std::uint64_t latest = 0;
  for (std::uint64_t trial = 1; trial <= kTrials; ++trial) {
    const race::Report report = explore(pair.good, trial, pair.within);
    if (report.clean()) {
      std::cout << pair.id << " (" << pair.moral << ") does not see the mutant in trial " << trial
                << " within " << pair.within << " schedules\n";
      return false;
    }
    latest = std::max(latest, report.statistics.schedules);
    if (trial == 1) {
      std::cout << pair.id << ": " << (report.failed ? report.failed->finding.sentence : "a cycle of locks")
                << "\n";
    }
  }
  std::cout << pair.id << " sees the mutant within " << latest << " of " << pair.within << "\n";
  return true;
}

bool is_silent(const Pair& pair) {
  for (std::uint64_t trial = 1; trial <= kTrials; ++trial) {
    const race::Report report = explore(pair.good, trial, pair.within);
    if (!report.clean()) {
      std::cout << pair.id << " without a mutant: " << report.text();
      return false;
    }
  }
  return true;
}

bool try_pair(const std::string& id) {
  for (const Pair& pair : all_pairs()) {
    if (pair.id == id) {
      return sees_the_mutant(pair);
    }
  }
  std::cout << "there is no pair " << id << "\n";
  return false;
}

bool all_are_silent() {
  bool good = true;
  for (const Pair& pair : all_pairs()) {
    good = is_silent(pair) && good;
  }
  return good;
}

/// `reason_file` tells why the mutant did not apply, if so.
bool try_pairs(const std::string& reason_file, int count, char** ids) {
  std::ifstream in(reason_file, std::ios::binary);
  const std::string reason{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in || !reason.empty()) {
    std::cout << "the mutant no longer applies to the node's sources: " << reason << "\n";
    return false;
  }
  bool good = count > 0;
  for (int i = 0; i < count; ++i) {
    good = try_pair(ids[i]) && good;
  }
  return good;
}

}  // namespace
}  // namespace lockstep::scenarios::races

int main(int count, char** words) {
  using namespace lockstep::scenarios::races;
  const bool good = count > 1 ? try_pairs(words[1], count - 2, words + 2) : all_are_silent();
  return good ? 0 : 1;
}
