// How tests of stories make plans and put outcomes into words.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/catalogue.h"

namespace lockstep::scenarios {

/// The default plan of a scenario.
inline cluster::Plan plan_of(std::string_view name, std::uint64_t seed) {
  cluster::Plan plan;
  plan.scenario = std::string(name);
  plan.seed = seed;
  auto completed = complete_plan(plan);
  EXPECT_TRUE(completed.has_value()) << completed.error();
  return *std::move(completed);
}

/// Settings by their keys.
using SomeSettings = std::vector<std::pair<std::string, std::string>>;

/// The same with such settings and the seed 1; with the scenario's own length unless `slots` is given.
inline cluster::Plan plan_with(std::string_view name, SomeSettings settings, std::uint64_t slots = 0) {
  cluster::Plan plan;
  plan.scenario = std::string(name);
  plan.seed = 1;
  plan.slots = slots;
  for (auto& [key, value] : settings) {
    plan.settings.insert_or_assign(std::move(key), std::move(value));
  }
  auto completed = complete_plan(plan);
  EXPECT_TRUE(completed.has_value()) << completed.error();
  return *std::move(completed);
}

inline std::string words(const cluster::Outcome& outcome) {
  if (!outcome.failure) {
    return "all is well";
  }
  std::string out = outcome.failure->fingerprint + ": " + outcome.failure->sentence;
  for (const std::string& event : outcome.failure->events) {
    out += "\n  " + event;
  }
  return out;
}

}  // namespace lockstep::scenarios
