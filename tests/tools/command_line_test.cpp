// The command line as a user meets it, in front of a made-up catalogue whose scenarios fail on cue.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "told.h"

namespace lockstep::tools {
namespace {

using Json = nlohmann::json;
using Files = std::vector<std::string>;

Told tell(const Place& place, const std::string& arguments) {
  return place.tell(LOCKSTEP_MADE_UP, arguments);
}

TEST(CommandLine, answers_bad_input_with_one_line_and_exit_2) {
  const Place place;
  place.write("bad.plan", "scenario: [");
  place.write("cut.json", "{\"a\": {\"_info\": {\"fixtureFormat\": \"ssz_te");
  place.write("no.json", "[1, 2]");
  std::filesystem::create_directory(place.path() / "empty");
  place.write("unknown.plan", "version: 1\nscenario: nowhere\nseed: 1\n");
  for (const char* arguments : {"",
                                "frobnicate",
                                "run",
                                "run nowhere",
                                "run calm --nodes 0",
                                "run calm --nodes 5000",
                                "run calm --nodes -1",
                                "run calm --nodes x",
                                "run calm --slots 0",
                                "run calm --seed -1",
                                "run calm --seed 18446744073709551616",
                                "run calm --set color=red",
                                "run calm --watch 1",
                                "run calm --watch 1/4294967296",
                                "run calm --set color",
                                "run calm --set shift=1 --set shift=2",
                                "run calm --plan-out /proc/nowhere/a.plan",
                                "run calm --plan-out /dev/null",
                                "run calm --plan-out .",
                                "run calm --frobnicate",
                                "list nowhere",
                                "sweep calm",
                                "sweep calm --seeds 5..1",
                                "sweep calm --seeds a..b",
                                "sweep calm --seeds 1-5",
                                "sweep calm --seeds 0..18446744073709551615",
                                "sweep calm --seeds 1..5 --shard 0/2",
                                "sweep calm --seeds 1..5 --shard 3/2",
                                "sweep calm --seeds 1..5 --shard 1",
                                "sweep calm --seeds 1..5 --jobs 0",
                                "sweep calm --seeds 1..5 --jobs 99999",
                                "sweep calm --seeds 1..5 --junit /proc/nowhere/j.xml",
                                "sweep nowhere --seeds 1..5",
                                "sweep calm --seeds 1..5 --nodes 0",
                                "replay",
                                "replay nothing.plan",
                                "replay bad.plan",
                                "replay unknown.plan",
                                "replay .",
                                "check-determinism",
                                "check-determinism nowhere",
                                "check-determinism calm --against ./nothing",
                                "check-determinism calm --against .",
                                "check-determinism calm --seeds 2..1",
                                "vectors",
                                "vectors nowhere",
                                "vectors empty",
                                "vectors cut.json",
                                "vectors no.json"}) {
    const Told told = tell(place, arguments);
    EXPECT_EQ(told.exit, 2) << arguments;
    EXPECT_TRUE(is_one_clear_line(told.err)) << arguments << " said: " << told.err;
    EXPECT_EQ(told.out, "") << arguments;
  }
  EXPECT_EQ(place.files(), (Files{"bad.plan", "cut.json", "no.json", "unknown.plan"}))
      << "something was half-written";
}

TEST(CommandLine, names_the_scenarios_nearest_to_an_unknown_one) {
  const Place place;
  EXPECT_NE(tell(place, "run britle").err.find("nearest: brittle,"), std::string::npos);
  EXPECT_NE(tell(place, "run crash").err.find("nearest: crashes,"), std::string::npos);
}

TEST(CommandLine, says_when_standard_output_takes_nothing) {
  const Place place;
  const Told told = tell(place, "list >/dev/full");
  EXPECT_EQ(told.exit, 2);
  EXPECT_TRUE(is_one_clear_line(told.err)) << told.err;
}

TEST(List, shows_every_scenario_with_its_moral) {
  const Place place;
  const Told told = tell(place, "list");
  EXPECT_EQ(told.exit, 0);
  EXPECT_TRUE(std::regex_search(told.out, std::regex("calm +Nothing happens\\.\n"))) << told.out;
  EXPECT_EQ(Json::parse(tell(place, "list --json").out)["scenarios"].size(), 6U);
  const Json one = Json::parse(tell(place, "list calm --json").out)["scenarios"];
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]["settings"][0]["key"], "shift");
}

TEST(Run, prints_the_seed_first_and_the_trace_hash_last) {
  const Place place;
  const Told told = tell(place, "run calm --seed 42");
  EXPECT_EQ(told.exit, 0);
  EXPECT_TRUE(told.out.starts_with("seed 42\n")) << told.out;
  EXPECT_TRUE(std::regex_search(told.out, std::regex("PASS"))) << told.out;
  EXPECT_TRUE(std::regex_search(told.out, std::regex("trace hash +0x[0-9a-f]{16}\n$"))) << told.out;
  EXPECT_EQ(told.err, "");
  EXPECT_TRUE(place.files().empty());
}

TEST(Run, draws_another_seed_each_time_and_prints_it) {
  const Place place;
  const Json one = Json::parse(tell(place, "run calm --json").out);
  const Told text = tell(place, "run calm");
  EXPECT_NE(one["seed"], Json::parse(tell(place, "run calm --json").out)["seed"]);
  EXPECT_TRUE(std::regex_search(text.out, std::regex("^seed [0-9]+\n"))) << text.out;
}

TEST(Run, has_the_promised_keys_in_json) {
  const Place place;
  const Told told = tell(place, "run calm --seed 42 --nodes 3 --slots 9 --json");
  const Json json = Json::parse(told.out);
  for (const char* key : {"seed", "scenario", "verdict", "trace_hash", "nodes", "tick_lateness_ms",
                          "virtual_seconds", "wall_seconds", "failure"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json.size(), 9U);
  EXPECT_EQ(json["seed"], 42);
  EXPECT_EQ(json["verdict"], "pass");
  EXPECT_EQ(json["nodes"].size(), 3U);
  EXPECT_EQ(json["nodes"][0], (Json{{"head_slot", 9}, {"justified_slot", 8}, {"finalized_slot", 7}}));
  EXPECT_EQ(json["tick_lateness_ms"], (Json{{"p50", 0.0}, {"p99", 1.5}, {"p999", 2.0}, {"max", 3.0}}));
  EXPECT_EQ(json["virtual_seconds"], 36.0);
  EXPECT_TRUE(json["failure"].is_null());
}

TEST(Run, shares_a_line_among_many_nodes_that_agree) {
  const Place place;
  const Told told = tell(place, "run calm --seed 1 --nodes 100");
  EXPECT_TRUE(std::regex_search(told.out, std::regex("100 nodes +8 +7 +6\n"))) << told.out;
}

TEST(Run, tells_of_a_failure_and_how_to_see_it_again) {
  const Place place;
  const Told told = tell(place, "run brittle --seed 7 --json");
  EXPECT_EQ(told.exit, 1);
  const Json failure = Json::parse(told.out)["failure"];
  EXPECT_EQ(failure["fingerprint"], "made_up/odd");
  EXPECT_EQ(failure["sentence"], "Seed 7 is a multiple of 7 & \"that\" is <bad>.");
  EXPECT_EQ(failure["events"].size(), 2U);
  EXPECT_EQ(failure["plan_file"], "failures/brittle-7.plan");
  EXPECT_EQ(place.files(), Files{"failures/brittle-7.plan"});

  const Told text = tell(place, "run brittle --seed 7");
  EXPECT_EQ(text.exit, 1);
  EXPECT_NE(text.out.find("replay       "), std::string::npos);
  const Told replayed = place.tell("/bin/sh", "-c '" + failure["replay"].get<std::string>() + "'");
  EXPECT_EQ(replayed.exit, 1);
  EXPECT_NE(replayed.out.find("the same failure"), std::string::npos) << replayed.out;
}

TEST(Run, still_gives_the_verdict_where_no_plan_can_be_written) {
  const Place place;
  place.write("failures", "a file where a folder should be");
  const Told told = tell(place, "run brittle --seed 7 --json");
  EXPECT_EQ(told.exit, 1);
  EXPECT_TRUE(is_one_clear_line(told.err)) << told.err;
  const Json failure = Json::parse(told.out)["failure"];
  EXPECT_TRUE(failure["plan_file"].is_null());
  EXPECT_NE(failure["replay"].get<std::string>().find("run brittle --seed 7"), std::string::npos);
}

TEST(Run, exits_3_when_the_simulator_itself_is_at_fault) {
  const Place place;
  const Told told = tell(place, "run gives_up --seed 1");
  EXPECT_EQ(told.exit, 3);
  EXPECT_TRUE(told.out.starts_with("seed 1\n"));
  EXPECT_TRUE(is_one_clear_line(told.err)) << told.err;
}

TEST(Replay, repeats_a_written_plan) {
  const Place place;
  const Json ran = Json::parse(tell(place, "run calm --seed 5 --set shift=2 --plan-out a/b.plan --json").out);
  EXPECT_EQ(place.files(), Files{"a/b.plan"});
  const Told told = tell(place, "replay a/b.plan --json");
  EXPECT_EQ(told.exit, 0);
  const Json json = Json::parse(told.out);
  EXPECT_EQ(json["trace_hash"], ran["trace_hash"]);
  EXPECT_EQ(json["compared"]["same"], true);
}

TEST(Replay, says_when_the_run_diverges_from_the_one_that_wrote_the_plan) {
  const Place place;
  EXPECT_EQ(tell(place, "run brittle --seed 7").exit, 1);
  const Told told =
      place.tell("/bin/sh", "-c 'MADE_UP_SHIFT=1 " LOCKSTEP_MADE_UP " replay failures/brittle-7.plan'");
  EXPECT_EQ(told.exit, 1);
  EXPECT_NE(told.out.find("DIVERGED"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("still fails with the same fingerprint"), std::string::npos) << told.out;
}

/// A fixture of justifiability: slot 1 is justifiable after slot 0.
std::string fixture(const char* format, const char* verdict) {
  return std::string(R"({"t": {"slot": 1, "finalizedSlot": 0, "output": {"delta": 1, "isJustifiable": )") +
         verdict + R"(}, "_info": {"fixtureFormat": ")" + format + R"("}}})";
}

TEST(Vectors, counts_what_passed_and_failed_and_what_nothing_can_check_yet) {
  const Place place;
  place.write("a.json", fixture("justifiability_test", "true"));
  place.write("b.json", fixture("reaggregation_test", "true"));
  const Told good = tell(place, "vectors .");
  EXPECT_EQ(good.exit, 0) << good.err;
  EXPECT_TRUE(good.out.ends_with("\n1 passed, 0 failed, 1 not yet\n")) << good.out;
  place.write("c.json", fixture("justifiability_test", "false"));
  const Told bad = tell(place, "vectors . --json");
  EXPECT_EQ(bad.exit, 1);
  const Json json = Json::parse(bad.out);
  EXPECT_EQ(json["kinds"]["justifiability"], (Json{{"passed", 1}, {"failed", 1}, {"not_yet", 0}}));
  EXPECT_EQ(json["failures"][0]["file"], "./c.json");
  EXPECT_TRUE(tell(place, "vectors a.json").out.ends_with("\n1 passed, 0 failed\n"));
}

TEST(Vectors, reports_the_rest_when_one_file_of_many_is_cut_off) {
  const Place place;
  place.write("a.json", fixture("justifiability_test", "true"));
  place.write("b.json", fixture("justifiability_test", "true").substr(0, 40));
  const Told told = tell(place, "vectors .");
  EXPECT_EQ(told.exit, 2);
  EXPECT_TRUE(told.out.ends_with("\n1 passed, 0 failed\n")) << told.out;
  EXPECT_TRUE(is_one_clear_line(told.err)) << told.err;
}

TEST(CheckDeterminism, holds_where_it_should) {
  const Place place;
  const Told told = tell(place, "check-determinism calm brittle --seeds 1..8 --against " LOCKSTEP_MADE_UP);
  EXPECT_EQ(told.exit, 0) << told.out;
  EXPECT_NE(told.out.find("brittle: 8 of 8 seeds agree under 4 conditions"), std::string::npos) << told.out;
  EXPECT_TRUE(place.files().empty()) << "a failing run left a plan";
}

TEST(CheckDeterminism, finds_the_place_where_two_runs_part) {
  const Place place;
  const Told told = tell(place, "check-determinism wavers --seeds 1..2 --json");
  EXPECT_EQ(told.exit, 3);
  const Json json = Json::parse(told.out);
  EXPECT_EQ(json["verdict"], "fail");
  const std::string sentence = json["scenarios"][0]["differences"][0]["sentence"];
  EXPECT_NE(sentence.find("epoch 0"), std::string::npos) << sentence;
  EXPECT_NE(sentence.find("node 1"), std::string::npos) << sentence;
}

TEST(CheckDeterminism, finds_the_place_where_another_build_parts) {
  const Place place;
  place.write("other", "#!/bin/sh\nMADE_UP_SHIFT=1 exec " LOCKSTEP_MADE_UP " \"$@\"\n");
  std::filesystem::permissions(place.path() / "other", std::filesystem::perms::owner_all);
  const Told told = tell(place, "check-determinism calm --seeds 1..2 --against ./other");
  EXPECT_EQ(told.exit, 3);
  EXPECT_NE(told.out.find("/other: they part in epoch 3 (second 12 to 16), node 1"), std::string::npos)
      << told.out;
  EXPECT_NE(told.out.find("; event 2 of it is `2 sleeps 0 0` here, `2 wavers 0 0` there"), std::string::npos)
      << told.out;
}

}  // namespace
}  // namespace lockstep::tools
