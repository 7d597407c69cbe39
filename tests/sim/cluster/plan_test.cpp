// A plan survives writing and reading; anything else than a plan is refused in one line that names its place.
#include "sim/cluster/plan.h"

#include <gtest/gtest.h>

namespace lockstep::cluster {
namespace {

Plan rich_plan() {
  Plan plan;
  plan.scenario = "healed_partition_converges";
  plan.seed = ~std::uint64_t{0};
  plan.nodes = 4;
  plan.slots = 40;
  plan.strategy = "random";
  plan.settings = {{"cost.verify_signature_us", "500"}, {"odd key: #", "null"}, {"empty", ""}};
  plan.faults = {{"partition", 3200, 9000, {0, 2}, {}},
                 {"clock_step", 5000, 5000, {3}, {{"by_ms", "-400"}}},
                 {"flood", 1, 2, {1}, {{"per_second", "9"}}}};
  plan.choices = {{1, 2, 3, 4, 5}, {~std::uint64_t{0}, 0, 0, 0, 0}};
  plan.fingerprint = "checker: \"finalized\\chain\" never forks\n\tat\x01 once — é";
  plan.trace_hash = 0xdeadbeef;
  return plan;
}

/// The error for a plan that must be refused.
std::string refusal(const std::string& text) {
  const auto plan = read_plan(text);
  EXPECT_TRUE(plan.has_error()) << text;
  if (plan.has_value()) {
    return "";
  }
  EXPECT_EQ(plan.error().find('\n'), std::string::npos);
  return plan.error();
}

const std::string kHead = "lockstep_plan: 1\nscenario: devnet\nseed: 1\nnodes: 4\n";

TEST(Plan, reads_what_it_wrote) {
  const auto read = read_plan(write_plan(rich_plan()));
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(*read, rich_plan());
}

TEST(Plan, reads_what_it_wrote_when_little_is_said) {
  Plan plan;
  plan.scenario = "null";
  const auto read = read_plan(write_plan(plan));
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(*read, plan);
}

TEST(Plan, keeps_every_printable_word_as_a_word) {
  for (const std::string word :
       {"~", "Null", "true", "1e5", "0x10", "...",   "---",    "- a",  "a: b", "#c", "*x", "&x",
        "'", "\"",   "%",    "@",   "`",    " lead", "trail ", "!tag", "|",    ">",  "{",  "["}) {
    Plan plan;
    plan.scenario = word;
    plan.settings = {{word, word}};
    const auto read = read_plan(write_plan(plan));
    ASSERT_TRUE(read.has_value()) << word << ": " << read.error();
    EXPECT_EQ(*read, plan) << word;
  }
}

TEST(Plan, refuses_unknown_keys_with_their_line) {
  EXPECT_EQ(refusal(kHead + "colour: red\n").substr(0, 29), "line 5: unknown key 'colour' ");
  EXPECT_EQ(refusal(kHead + "choices:\n  - {domain: 1, who: 2}\n").substr(0, 26),
            "line 6: unknown key 'who' ");
}

TEST(Plan, refuses_duplicate_keys_with_their_line) {
  EXPECT_EQ(refusal(kHead + "seed: 2\n"), "line 5: 'seed' is given twice in the plan");
  EXPECT_EQ(refusal(kHead + "settings:\n  a: 1\n  a: 1\n"), "line 7: 'a' is given twice in settings");
}

TEST(Plan, refuses_wrong_types) {
  EXPECT_EQ(refusal("lockstep_plan: 1\nscenario: devnet\nseed: red\n"),
            "line 3: seed must be a whole number from 0 to 18446744073709551615, not 'red'");
  EXPECT_EQ(refusal("lockstep_plan: 1\nscenario: [a]\nseed: 1\n"),
            "line 2: scenario must be a word, not a list");
  EXPECT_EQ(refusal(kHead + "settings: 3\n"), "line 5: settings must be a map, not '3'");
  EXPECT_EQ(refusal(kHead + "faults: {}\n"), "line 5: faults must be a list, not a map");
  EXPECT_EQ(refusal(kHead + "slots: \"5\"\n").substr(0, 28), "line 5: slots must be a whol");
  EXPECT_EQ(refusal(kHead + "slots: 5.0\n").substr(0, 28), "line 5: slots must be a whol");
  EXPECT_EQ(refusal("[]"), "line 1: the plan must be a map, not a list");
}

TEST(Plan, refuses_numbers_out_of_range) {
  EXPECT_EQ(refusal("lockstep_plan: 1\nscenario: d\nseed: 1\nnodes: 5000\n"),
            "line 4: nodes must be a whole number from 1 to 4096, not '5000'");
  EXPECT_EQ(refusal("lockstep_plan: 1\nscenario: d\nseed: 1\nnodes: 0\n"),
            "line 4: nodes must be a whole number from 1 to 4096, not '0'");
  EXPECT_NE(refusal("lockstep_plan: 2\nscenario: d\nseed: 1\n"), "");
  EXPECT_NE(refusal("lockstep_plan: 1\nscenario: d\nseed: -1\n"), "");
  EXPECT_NE(refusal("lockstep_plan: 1\nscenario: d\nseed: 18446744073709551616\n"), "");
  EXPECT_NE(refusal(kHead + "slots: 1000001\n"), "");
  EXPECT_NE(refusal(kHead + "trace_hash: \"0x1\"\n"), "");
  EXPECT_NE(refusal(kHead + "strategy: lifo\n"), "");
}

TEST(Plan, refuses_missing_keys) {
  EXPECT_EQ(refusal("lockstep_plan: 1\nseed: 1\n"), "line 1: the plan lacks the key 'scenario'");
  EXPECT_EQ(refusal("scenario: devnet\nseed: 1\n"), "line 1: the plan lacks the key 'lockstep_plan'");
}

TEST(Plan, refuses_trailing_garbage_and_what_is_not_YAML) {
  EXPECT_EQ(refusal(kHead + "---\nmore: 1\n"),
            "line 6: the plan ends before this line; a file holds one plan");
  EXPECT_NE(refusal(kHead + "garbage\n"), "");
  EXPECT_NE(refusal(kHead + "}{"), "");
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal("\xff\xfe\x00"), "");
  EXPECT_NE(refusal(std::string(100'000, '[')), "");
}

TEST(Plan, refuses_faults_that_cannot_happen) {
  const auto fault = [](const std::string& text) { return kHead + "faults:\n  - " + text + "\n"; };
  EXPECT_EQ(refusal(fault("{kind: partition, from_ms: 9, until_ms: 9, nodes: [0]}")),
            "line 6: until_ms (9) must come after from_ms (9)");
  EXPECT_EQ(refusal(fault("{kind: delay, from_ms: 1, until_ms: 9, nodes: [0]}")),
            "line 6: a delay needs the parameter 'by_ms'");
  EXPECT_EQ(refusal(fault("{kind: lose, from_ms: 1, until_ms: 9, nodes: [0], with: {percent: 101}}")),
            "line 6: percent must be a whole number from 1 to 100, not '101'");
  EXPECT_EQ(refusal(fault("{kind: clog, from_ms: 1, until_ms: 9, nodes: [0, 0]}")),
            "line 6: node 0 is named twice");
  EXPECT_EQ(refusal(fault("{kind: clog, from_ms: 1, until_ms: 9, nodes: []}")),
            "line 6: a clog needs at least one node");
  EXPECT_NE(refusal(fault("{kind: clog, from_ms: 1, until_ms: 9, nodes: [4]}")), "");
  EXPECT_NE(refusal(fault("{kind: meteor, from_ms: 1, until_ms: 9, nodes: [0]}")), "");
  EXPECT_NE(refusal(fault("{kind: clog, from_ms: 1, until_ms: 9, nodes: [0], with: {x: 1}}")), "");
}

}  // namespace
}  // namespace lockstep::cluster
