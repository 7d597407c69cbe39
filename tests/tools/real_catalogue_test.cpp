// The program as it ships: real scenarios, real vectors.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "told.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::json;

Told tell(const Place& place, const std::string& arguments) {
  return place.tell(LOCKSTEP_PROGRAM, arguments);
}

TEST(Lockstep, runs_a_devnet_to_finality_and_again_to_the_same_hash) {
  const Place place;
  const Told told = tell(place, "run devnet --nodes 4 --slots 16 --seed 42 --json");
  ASSERT_EQ(told.exit, 0) << told.out << told.err;
  const Json json = Json::parse(told.out);
  ASSERT_EQ(json["nodes"].size(), 4U);
  for (const auto& node : json["nodes"]) {
    EXPECT_GT(node["finalized_slot"], 0);
    EXPECT_GE(node["head_slot"], node["finalized_slot"]);
  }
  EXPECT_EQ(Json::parse(tell(place, "run devnet --nodes 4 --slots 16 --seed 42 --json").out)["trace_hash"],
            json["trace_hash"]);
  EXPECT_NE(Json::parse(tell(place, "run devnet --nodes 4 --slots 16 --seed 43 --json").out)["trace_hash"],
            json["trace_hash"]);
}

TEST(Lockstep, replays_a_plan_of_its_own) {
  const Place place;
  ASSERT_EQ(tell(place, "run devnet --slots 12 --seed 7 --set latency_ms=50 --plan-out a.plan").exit, 0);
  const Told told = tell(place, "replay a.plan");
  EXPECT_EQ(told.exit, 0) << told.err;
  EXPECT_NE(told.out.find("the same run: same trace hash"), std::string::npos) << told.out;
}

TEST(Lockstep, fails_where_messages_take_too_long_and_replays_that) {
  const Place place;
  const Told told = tell(place, "run devnet --seed 7 --slots 32 --set latency_ms=3000 --json");
  ASSERT_EQ(told.exit, 1) << told.out << told.err;
  const Json failure = Json::parse(told.out)["failure"];
  EXPECT_FALSE(failure["sentence"].get<std::string>().empty());
  EXPECT_GE(failure["events"].size(), 2U);
  const Told replayed = place.tell("/bin/sh", "-c '" + failure["replay"].get<std::string>() + "'");
  EXPECT_EQ(replayed.exit, 1);
  EXPECT_NE(replayed.out.find("the same failure"), std::string::npos) << replayed.out;
}

TEST(Lockstep, agrees_with_itself_in_another_process) {
  const Place place;
  const Told told = tell(place, "check-determinism devnet healed_partition_converges --seeds 1..2");
  EXPECT_EQ(told.exit, 0) << told.out << told.err;
}

TEST(Lockstep, tells_the_single_events_of_a_watched_cell) {
  const Place place;
  const Json json =
      Json::parse(tell(place, "run devnet --slots 4 --seed 1 --json --trace-tree --watch 2/1").out);
  EXPECT_GT(json["watched"].size(), 1U);
}

TEST(Lockstep, answers_bad_input_with_one_line_and_exit_2) {
  const Place place;
  for (const char* arguments : {"run devnett", "run devnet --nodes 0", "run devnet --nodes 5000",
                                "run devnet --set validators_per_node=x", "run devnet --set nonsense=1",
                                "run devnet --strategy chess"}) {
    const Told told = tell(place, arguments);
    EXPECT_EQ(told.exit, 2) << arguments;
    EXPECT_TRUE(is_one_clear_line(told.err)) << arguments << " said: " << told.err;
    EXPECT_EQ(told.out, "") << arguments;
  }
  EXPECT_TRUE(place.files().empty());
}

}  // namespace
}  // namespace lockstep::tools
