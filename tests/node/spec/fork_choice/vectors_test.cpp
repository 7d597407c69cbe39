// The fork_choice runner notices every kind of change to a fixture.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "tools/vectors/vectors.h"

namespace lockstep::vectors {
namespace {

using Json = nlohmann::json;

std::vector<std::filesystem::path> files() {
  return find_files(std::filesystem::path(LOCKSTEP_VECTORS_DIR) / "fork_choice");
}

/// In how many files the runner noticed `change`, and in how many it did not. A change says whether it could
/// be made.
struct Noticed {
  int times = 0;
  int missed = 0;
};

Noticed notice(const std::function<bool(Json& steps)>& change) {
  Noticed noticed;
  for (const std::filesystem::path& path : files()) {
    std::ifstream stream(path);
    Json file = Json::parse(stream);
    for (auto& [name, fixture] : file.items()) {
      if (!change(fixture["steps"])) continue;
      const std::vector<FixtureResult> results = run_text(Json({{name, fixture}}).dump(), path.string());
      (results.at(0).outcome == Outcome::kFailed ? noticed.times : noticed.missed)++;
    }
  }
  return noticed;
}

void flip_a_digit(Json& root) {
  std::string text = root.get<std::string>();
  text[20] = text[20] == '0' ? '1' : '0';
  root = text;
}

class ForkChoiceVectors : public testing::Test {
 protected:
  void SetUp() override {
    if (files().empty()) GTEST_SKIP() << "there are no vectors in " << LOCKSTEP_VECTORS_DIR;
  }
};

TEST_F(ForkChoiceVectors, pin_every_field_of_every_kind_of_snapshot) {
  for (const char* field : {"headRoot", "safeTargetRoot"}) {
    const Noticed noticed = notice([&](Json& steps) {
      if (steps.empty()) return false;
      flip_a_digit(steps.back()["storeSnapshot"][field]);
      return true;
    });
    EXPECT_GT(noticed.times, 0) << field;
    EXPECT_EQ(noticed.missed, 0) << field;
  }
  for (const char* field : {"blockRoots", "attestationSignatures", "newAggregatedPayloads", "blockWeights"}) {
    const Noticed noticed = notice([&](Json& steps) {
      if (steps.empty() || steps.back()["storeSnapshot"][field].empty()) return false;
      Json& list = steps.back()["storeSnapshot"][field];
      list.erase(list.size() - 1);
      return true;
    });
    EXPECT_GT(noticed.times, 0) << field;
    EXPECT_EQ(noticed.missed, 0) << field;
  }
}

TEST_F(ForkChoiceVectors, pin_verdicts_and_their_reasons) {
  const Noticed verdicts = notice([](Json& steps) {
    for (Json& step : steps) {
      if (step["valid"] == false) {
        step["valid"] = true;
        step.erase("rejectionReason");
        return true;
      }
    }
    return false;
  });
  EXPECT_GT(verdicts.times, 0);
  EXPECT_EQ(verdicts.missed, 0);
  const Noticed reasons = notice([](Json& steps) {
    for (Json& step : steps) {
      if (step["valid"] == false) {
        step["rejectionReason"] = "DECODE_ERROR";
        return true;
      }
    }
    return false;
  });
  EXPECT_EQ(reasons.times, verdicts.times);
  EXPECT_EQ(reasons.missed, 0);
}

TEST_F(ForkChoiceVectors, pin_the_checks_of_their_authors) {
  for (const char* check :
       {"headSlot", "latestJustifiedSlot", "attestationTargetSlot", "blockAttestationCount"}) {
    const Noticed noticed = notice([&](Json& steps) {
      for (Json& step : steps) {
        if (step.contains("checks") && step["checks"].contains(check)) {
          step["checks"][check] = step["checks"][check].get<std::uint64_t>() + 1;
          return true;
        }
      }
      return false;
    });
    EXPECT_GT(noticed.times, 0) << check;
    EXPECT_EQ(noticed.missed, 0) << check;
  }
}

TEST_F(ForkChoiceVectors, refuse_checks_that_nobody_knows) {
  const Noticed noticed = notice([](Json& steps) {
    if (steps.empty()) return false;
    steps.back()["checks"]["moonPhase"] = 3;
    return true;
  });
  EXPECT_GT(noticed.times, 0);
  EXPECT_EQ(noticed.missed, 0);
}

}  // namespace
}  // namespace lockstep::vectors
