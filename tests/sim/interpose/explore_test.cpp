// `lockstep explore` on programs of users: what it finds, what it leaves alone, what it refuses.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace {

using Json = nlohmann::json;

struct Told {
  int exit = -1;
  std::string text;
};

/// Runs the command line; both of its outputs.
Told lockstep(const std::string& arguments) {
  const std::string command = std::string(LOCKSTEP_PROGRAM) + " " + arguments + " 2>&1";
  Told told;
  FILE* pipe = popen(command.c_str(), "r");
  char buffer[4096];
  for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    told.text.append(buffer, got);
  }
  const int status = pclose(pipe);
  told.exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return told;
}

std::string explored(const std::string& name) {
  return std::string(LOCKSTEP_EXPLORED) + "/" + name;
}

std::string classic(const std::string& name) {
  return std::string(LOCKSTEP_CLASSICS) + "/" + name;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Explore, says_nothing_of_correct_programs) {
  for (const char* name : {"silent_std", "silent_pthreads", "globals"}) {
    const Told told = lockstep("explore " + explored(name) + " --runs 1000");
    EXPECT_EQ(told.exit, 0) << told.text;
    EXPECT_TRUE(has(told.text, "0 of 1000 schedules failed (below 3 in 1000)")) << told.text;
    EXPECT_TRUE(told.text.starts_with("seed 1\n")) << told.text;
  }
}

TEST(Explore, refuses_by_name_what_is_not_modelled) {
  for (const std::string name : {"fork", "signal", "socket"}) {
    const Told told = lockstep("explore " + explored("refused_" + name));
    EXPECT_EQ(told.exit, 4) << told.text;
    EXPECT_TRUE(has(told.text, "the program uses " + name + "(), which is not modelled")) << told.text;
  }
}

TEST(Explore, refuses_programs_that_it_cannot_see_into) {
  const Told foreign = lockstep("explore /bin/true");
  EXPECT_EQ(foreign.exit, 2);
  EXPECT_TRUE(has(foreign.text, "was not built with lockstep-cc")) << foreign.text;
  EXPECT_EQ(lockstep("explore /no/such/program").exit, 2);
  EXPECT_EQ(lockstep("explore " + explored("globals") + " --strategy luck").exit, 2);
  EXPECT_EQ(lockstep("explore " + explored("globals") + " --runs 0").exit, 2);
}

TEST(Explore, tells_both_places_of_a_race) {
  const Told told = lockstep("explore " + classic("reorder_3") + " --json");
  EXPECT_EQ(told.exit, 1);
  const Json report = Json::parse(told.text);
  const Json& failure = report["failures"][0];
  EXPECT_EQ(failure["kind"], "data race");
  EXPECT_TRUE(has(failure["sentence"].get<std::string>(), "::a")) << failure["sentence"];
  ASSERT_EQ(failure["sites"].size(), 2U);
  for (const Json& site : failure["sites"]) {
    EXPECT_TRUE(has(site["frames"][0]["file"].get<std::string>(), "reorder_3.cpp")) << site;
    EXPECT_GT(site["frames"][0]["line"].get<int>(), 10) << site;
  }
}

TEST(Explore, tells_who_waits_for_whom) {
  const Told told = lockstep("explore " + classic("deadlock01"));
  EXPECT_EQ(told.exit, 1);
  EXPECT_TRUE(has(told.text, "deadlock in schedule")) << told.text;
  EXPECT_TRUE(has(told.text, "held by T1")) << told.text;
  EXPECT_TRUE(has(told.text, "held by T2")) << told.text;
  EXPECT_TRUE(has(told.text, "deadlock01.cpp:")) << told.text;
}

TEST(Explore, tells_an_exception_that_nobody_caught) {
  const Told told = lockstep("explore " + explored("uncaught"));
  EXPECT_EQ(told.exit, 1);
  EXPECT_TRUE(has(told.text, "std::runtime_error: nobody cares")) << told.text;
}

TEST(Explore, gives_the_program_its_arguments) {
  const std::string program = "explore " + explored("silent_pthreads") + " --runs 10 -- ";
  EXPECT_EQ(lockstep(program + "expected").exit, 0);
  EXPECT_EQ(lockstep(program + "another").exit, 1);
}

TEST(Explore, prints_a_command_that_shows_the_failure_again) {
  const Json first = Json::parse(lockstep("explore " + classic("cve_2016_9806") + " --json").text);
  const std::string replay = first["failures"][0]["replay"];
  const std::string own = LOCKSTEP_PROGRAM;
  const auto begin = replay.find(own);
  ASSERT_NE(begin, std::string::npos) << replay;
  const Json again = Json::parse(lockstep(replay.substr(begin + own.size()) + " --json").text);
  EXPECT_EQ(first["failures"], again["failures"]);
}

/// Explores a classic, and where its failing schedule was stored.
std::string stored_schedule(const std::string& name) {
  const std::string file = testing::TempDir() + "/" + name + ".schedule";
  EXPECT_EQ(lockstep("explore " + classic(name) + " --schedule-out " + file).exit, 1) << name;
  return file;
}

TEST(Explore, a_stored_schedule_fails_operation_by_operation_as_it_did) {
  for (const char* name : {"cve_2016_9806", "bluetooth_driver", "reorder_3", "din_phil_5"}) {
    const std::string file = stored_schedule(name);
    const Told told = lockstep("explore " + classic(name) + " --json --replay " + file);
    EXPECT_EQ(told.exit, 1) << told.text;
    const Json report = Json::parse(told.text);
    EXPECT_EQ(report["compared"]["sentence"], "the same failure, operation by operation") << name;
    const Told again = lockstep("replay " + file);
    EXPECT_EQ(again.exit, 1) << again.text;
    EXPECT_TRUE(has(again.text, "compared: the same failure, operation by operation")) << again.text;
  }
}

TEST(Explore, refuses_the_stored_schedule_of_another_program) {
  const std::string file = stored_schedule("bluetooth_driver");
  const Told told = lockstep("explore " + classic("account") + " --replay " + file);
  EXPECT_EQ(told.exit, 2);
  EXPECT_TRUE(has(told.text, "is a schedule of bluetooth_driver, not of account")) << told.text;
  EXPECT_EQ(lockstep("explore " + classic("account") + " --replay /dev/null").exit, 2);
}

TEST(Explore, says_when_every_schedule_was_seen) {
  const std::string program = "explore " + explored("few_schedules");
  const Told all = lockstep(program + " --strategy dfs");
  EXPECT_EQ(all.exit, 0);
  EXPECT_TRUE(has(all.text, "(every schedule was seen)")) << all.text;
  const Told bounded = lockstep(program + " --strategy dfs:1");
  EXPECT_TRUE(has(bounded.text, "(every schedule with at most 1 preemptions was seen)")) << bounded.text;
}

TEST(Explore, names_the_strategies_that_there_are) {
  const Told told = lockstep("explore " + explored("few_schedules") + " --strategy luck");
  EXPECT_EQ(told.exit, 2);
  for (const char* name : {"portfolio", "pct", "pos", "surw", "urw", "random-walk", "dfs[:preemptions]"}) {
    EXPECT_TRUE(has(told.text, name)) << told.text;
    const std::string plain = std::string(name).substr(0, std::string(name).find('['));
    EXPECT_EQ(lockstep("explore " + explored("few_schedules") + " --runs 50 --strategy " + plain).exit, 0);
  }
}

TEST(Explore, runs_what_c_programs_and_early_threads_do) {
  for (const char* name : {"silent_c", "early_threads"}) {
    const Told told = lockstep("explore " + explored(name) + " --runs 1000");
    EXPECT_EQ(told.exit, 0) << told.text;
  }
}

TEST(Explore, sees_what_the_library_does_to_strings_and_containers) {
  for (const char* name : {"string_cxx17", "list_links", "list_splice", "map_links", "arena"}) {
    const Told told = lockstep("explore " + explored("library_races") + " -- " + name);
    EXPECT_EQ(told.exit, 1) << name;
    EXPECT_TRUE(has(told.text, "data race")) << name << told.text;
  }
}

TEST(Explore, tells_circles_of_locks_that_no_schedule_ran_into) {
  for (const std::string name : {"two_threads", "locks_on_the_heap", "writers_and_readers"}) {
    const Told told = lockstep("explore " + explored("lock_orders") + " --runs 20 --json -- " + name);
    EXPECT_EQ(told.exit, 1) << name;
    const Json report = Json::parse(told.text);
    EXPECT_EQ(report["failed_schedules"], 0) << name;
    ASSERT_EQ(report["lock_order_cycles"].size(), 1U) << name;
    const Json& sites = report["lock_order_cycles"][0]["sites"];
    ASSERT_EQ(sites.size(), 2U) << name;
    for (const Json& site : sites) {
      EXPECT_EQ(site["locks_held"].size(), 1U) << site;
      EXPECT_TRUE(has(site["frames"][0]["file"].get<std::string>(), "lock_orders.cpp")) << site;
    }
    EXPECT_NE(sites[0]["thread"], sites[1]["thread"]);
  }
  const Told text = lockstep("explore " + explored("lock_orders") + " --runs 20 -- two_threads");
  EXPECT_TRUE(has(text.text, "lock-order cycle, in which no schedule was caught: ")) << text.text;
  EXPECT_TRUE(has(text.text, "mutex a while it holds mutex b")) << text.text;
}

TEST(Explore, says_nothing_of_lock_orders_that_cannot_meet) {
  for (const std::string name :
       {"one_thread", "behind_a_gate", "never_at_once", "tried", "only_readers", "by_two_at_once"}) {
    const Told told = lockstep("explore " + explored("lock_orders") + " --runs 200 -- " + name);
    EXPECT_EQ(told.exit, 0) << name << told.text;
  }
}

TEST(Explore, early_timers_spurious_wakeups_and_leaks_come_when_they_are_asked_for) {
  const struct {
    const char* body;
    const char* option;
    const char* kind;
  } cases[] = {{"early_timer", "--early-timers", "assertion"},
               {"waits_once", "--spurious", "assertion"},
               {"exchanges_once", "--spurious", "assertion"},
               {"leaks", "--leaks", "leak"}};
  for (const auto& one : cases) {
    const std::string program = "explore " + explored("asked_for") + " --runs 300 --json ";
    const std::string body = std::string(" -- ") + one.body;
    const Told unasked = lockstep(program + body);
    EXPECT_EQ(unasked.exit, 0) << one.body << unasked.text;
    const Told asked = lockstep(program + one.option + body);
    ASSERT_EQ(asked.exit, 1) << one.body << asked.text;
    const Json failure = Json::parse(asked.text)["failures"][0];
    EXPECT_EQ(failure["kind"], one.kind) << one.body;
    const std::string replay = failure["replay"];
    EXPECT_TRUE(has(replay, one.option)) << replay;
  }
}

}  // namespace
