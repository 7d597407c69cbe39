// Sweeps as a user meets them: nothing lost, nothing counted twice, the same output whatever the job count.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "told.h"
#include "well_formed_xml.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::json;
using Files = std::vector<std::string>;

Told tell(const Place& place, const std::string& arguments) {
  return place.tell(LOCKSTEP_MADE_UP, arguments);
}

/// A sweep's JSON without what differs from one afternoon to the next.
Json timeless(Json json) {
  json.erase("wall_seconds");
  return json;
}

TEST(Sweep, groups_failures_by_fingerprint_with_the_smallest_seed) {
  const Place place;
  const Told told = tell(place, "sweep brittle --seeds 1..50 --json");
  EXPECT_EQ(told.exit, 1);
  const Json json = Json::parse(told.out);
  EXPECT_EQ(json["done"], 50);
  EXPECT_EQ(json["failed"], 7);
  ASSERT_EQ(json["groups"].size(), 2U);
  EXPECT_EQ(json["groups"][0]["fingerprint"], "made_up/odd");
  EXPECT_EQ(json["groups"][0]["seeds"], Json({7, 21, 35, 49}));
  EXPECT_EQ(json["groups"][1]["smallest_seed"], 14);
  EXPECT_EQ(place.files(), (Files{"failures/brittle-14.plan", "failures/brittle-7.plan"}));
  const std::string replay = json["groups"][1]["replay"];
  const Told replayed = place.tell("/bin/sh", "-c '" + replay + "'");
  EXPECT_EQ(replayed.exit, 1);
  EXPECT_NE(replayed.out.find("the same failure"), std::string::npos) << replayed.out;
}

TEST(Sweep, says_the_same_with_any_number_of_jobs) {
  const Place place;
  const Json one = Json::parse(tell(place, "sweep brittle --seeds 1..60 --jobs 1 --json").out);
  const Json five = Json::parse(tell(place, "sweep brittle --seeds 1..60 --jobs 5 --json").out);
  EXPECT_EQ(timeless(one), timeless(five));
}

TEST(Sweep, gives_each_seed_to_exactly_one_shard) {
  const Place place;
  const Json whole = Json::parse(tell(place, "sweep brittle --seeds 10..40 --json").out);
  std::vector<Json> parts;
  for (const char* shard : {"1/4", "2/4", "3/4", "4/4"}) {
    const Json part =
        Json::parse(tell(place, std::string("sweep brittle --seeds 10..40 --json --shard ") + shard).out);
    EXPECT_EQ(part["wanted"], part["done"]);
    parts.insert(parts.end(), part["runs"].begin(), part["runs"].end());
  }
  std::sort(parts.begin(), parts.end(), [](const Json& a, const Json& b) { return a["seed"] < b["seed"]; });
  EXPECT_EQ(Json(parts), whole["runs"]);
}

TEST(Sweep, bounds_what_it_has_not_seen_by_the_rule_of_three) {
  const Place place;
  const Told told = tell(place, "sweep calm --seeds 1..300");
  EXPECT_EQ(told.exit, 0);
  EXPECT_NE(
      told.out.find("0 of 300 failed: the chance of a failure is below 0.01 (3/300) with 95 % confidence"),
      std::string::npos)
      << told.out;
  EXPECT_NE(told.out.find("15 run twice and compared"), std::string::npos) << told.out;
}

TEST(Sweep, counts_a_crash_as_a_failure_of_its_seed_and_goes_on) {
  const Place place;
  const Told told = tell(place, "sweep crashes --seeds 1..20 --jobs 2 --json");
  EXPECT_EQ(told.exit, 1);
  const Json json = Json::parse(told.out);
  EXPECT_EQ(json["done"], 20);
  ASSERT_EQ(json["groups"].size(), 1U);
  EXPECT_EQ(json["groups"][0]["seeds"], Json({5}));
  EXPECT_NE(json["groups"][0]["sentence"].get<std::string>().find("signal 9"), std::string::npos);
  EXPECT_EQ(place.files(), Files{"failures/crashes-5.plan"});
}

TEST(Sweep, counts_a_hang_as_a_failure_of_its_seed_and_goes_on) {
  const Place place;
  const Told told = tell(place, "sweep hangs --seeds 1..6 --jobs 1 --timeout 0.5 --json");
  EXPECT_EQ(told.exit, 1);
  const Json json = Json::parse(told.out);
  EXPECT_EQ(json["done"], 6);
  EXPECT_EQ(json["groups"][0]["seeds"], Json({3}));
}

TEST(Sweep, exits_3_when_a_second_run_differs) {
  const Place place;
  const Told told = tell(place, "sweep wavers --seeds 1..21");
  EXPECT_EQ(told.exit, 3);
  EXPECT_NE(told.out.find("two runs of one seed differ"), std::string::npos) << told.out;
  EXPECT_EQ(tell(place, "sweep wavers --seeds 1..21 --double-check-every 0").exit, 0);
}

TEST(Sweep, does_not_call_a_run_that_never_ended_a_success) {
  const Place place;
  const Told told = tell(place, "sweep gives_up --seeds 1..3");
  EXPECT_EQ(told.exit, 3);
  EXPECT_EQ(told.out.find("0 of 3 failed"), std::string::npos) << told.out;
}

TEST(Sweep, tells_what_was_done_when_it_is_interrupted) {
  const Place place;
  const std::string script = "-c '" LOCKSTEP_MADE_UP
                             " sweep hangs --seeds 1..6 --jobs 1 --junit j.xml & child=$!; sleep 0.5; "
                             "kill -INT $child; kill -TERM $child; wait $child'";
  const Told told = place.tell("/bin/sh", script);
  EXPECT_EQ(told.exit, 130);
  EXPECT_NE(told.out.find("interrupted after 2 of 6 seeds"), std::string::npos) << told.out;
  EXPECT_EQ(place.files(), Files{"j.xml"});
}

TEST(Sweep, writes_junit_that_is_well_formed) {
  const Place place;
  const Told told = tell(place, "sweep brittle --seeds 1..14 --junit out/j.xml");
  EXPECT_EQ(told.exit, 1);
  const std::string xml = place.read("out/j.xml");
  EXPECT_EQ(why_not_well_formed(xml), "");
  EXPECT_EQ(count_elements(xml, "testcase"), 14U);
  EXPECT_EQ(count_elements(xml, "failure"), 2U);
  EXPECT_NE(xml.find("tests=\"14\" failures=\"2\" errors=\"0\""), std::string::npos);
  EXPECT_EQ(why_not_well_formed("<a><b></a></b>"), "</a> closes b");
  EXPECT_NE(why_not_well_formed("<a x=\"1 < 2\"/>"), "");
}

}  // namespace
}  // namespace lockstep::tools
